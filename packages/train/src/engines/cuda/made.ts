import { joined } from '../../../../../common/joined.ts'
import { areFloats, type PixelValues } from '../../../../../common/values.ts'
import { imagesOf } from '../../augmented.ts'
import { type Mask, maskBytes } from '../../masks.ts'
import type { Chunk, CompileOptions } from '../../types.ts'

/** Some steps of a training, and what they depend on. */
export type Steps = Pick<Chunk, 'rows' | 'epoch' | 'first'>

/** What the host makes for steps before a device does them. */
export interface Made {
  /** The images of the steps' rows in their order, augmented or as they are; not there where all rows lie on the device. */
  pixels?: PixelValues
  /** Each mask's bytes for every step. */
  masks: Uint8Array[]
}

/** What it is made from. */
export interface Source extends Pick<CompileOptions, 'seed' | 'augment'> {
  /** All rows' pixels; left out where they lie on the device. */
  pixels?: PixelValues
  masks: readonly Mask[]
  batchSize: number
  imageBytes: number
}

/** Makes it: a pure function of the source and the steps, wherever and whenever it is done. */
export function make(source: Source, { rows, epoch, first }: Steps): Made {
  const { masks, seed, batchSize } = source
  const steps = rows.length / batchSize
  const pixels = source.pixels && imagesOf({ ...source, pixels: source.pixels }, rows, epoch)
  return { ...(pixels && { pixels }), masks: masks.map((mask) => maskBytes(mask, { seed, first, steps })) }
}

/** A part of some steps. */
export function part(
  { rows, epoch, first }: Steps,
  { batchSize }: Source,
  [start, end]: readonly [number, number],
): Steps {
  return { rows: rows.slice(start * batchSize, end * batchSize), epoch, first: first + start }
}

/** What was made for steps that follow on each other, as what is made for all of them. */
export function inRow(all: readonly Made[]): Made {
  const [first] = all
  if (all.length === 1) return first!
  const pixels = all.flatMap((made) => made.pixels ?? [])
  return {
    ...(pixels.length > 0 && {
      pixels: pixels.every(areFloats) ? joined(Float32Array, pixels) : joined(Uint8Array, pixels as Uint8Array[]),
    }),
    masks: (first?.masks ?? []).map((_, i) =>
      joined(
        Uint8Array,
        all.map(({ masks }) => masks[i]!),
      ),
    ),
  }
}

/** The first of several steps' share. */
export function firstOf(made: Made, steps: number, { batchSize, imageBytes, masks }: Source): Made {
  return {
    ...(made.pixels && { pixels: made.pixels.subarray(0, steps * batchSize * imageBytes) }),
    masks: made.masks.map((bytes, i) => bytes.subarray(0, steps * masks[i]!.size)),
  }
}
