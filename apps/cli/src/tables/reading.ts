import {
  DataError,
  formatShape,
  type ImageShape,
  type PixelTable,
  type Preparation,
  parseShape,
  type ReadOptions,
  readTable,
} from '@pixelrow/data'
import { inFlags } from '../line/advice.ts'
import { JobError, UsageError } from '../line/errors.ts'
import { type Flags, wordsOf } from '../line/flags.ts'
import { command } from '../line/paste.ts'
import type { Context } from '../main.ts'
import { findLabels, isIdxName, labelsPath } from './idx.ts'
import { type Kind, kindOf, refuseMeaningless } from './kind.ts'
import { nameOf, type Place } from './place.ts'
import { explainReadings } from './readings.ts'

/** The images that a model, or a table, is made of. */
export interface Images {
  shape: ImageShape
  maxValue: number
  classes?: readonly string[]
  /** How pictures became such images. */
  preparation?: Pick<Preparation, 'resize' | 'color' | 'background'> | undefined
}

/** Reads a table as the flags say, telling what was taken for granted. IDX images come with the labels beside them. */
export async function read(
  { terminal, signal }: Context,
  place: Place | string,
  flags: Flags,
  more: ReadOptions = {},
): Promise<PixelTable> {
  const { path, member, part }: Place = typeof place === 'string' ? { path: place } : place
  const kind = await kindOf(path, member)
  refuseMeaningless(path, kind, flags)
  const labels = kind === 'idx' && more.label !== false ? await findLabels(path) : undefined
  if (labels) terminal.note(`${path}: labels from ${labels}`)
  const { label, maxValue, channels, transpose, drop, header, resize, color, background } = flags
  const asked = { label, maxValue, channels, transpose, drop, header, resize, color, background }
  const options = {
    ...given({ ...asked, labels, member, part: part ?? partOf(flags) }),
    ...sizeOf(kind, flags),
    ...more,
    signal,
  }
  const onNote = (note: string) => terminal.note(`${path}: ${inFlags(note)}`)
  const table = await readTable(path, { ...options, onNote }).catch(async (error: unknown) => {
    throw await explainReadings(terminal, error, path, options)
  })
  const { shape } = flags
  if (shape !== undefined && !leavesColorOpen(kind, shape)) {
    requireShape(path, table, parseShape(shape), '--shape says')
  }
  return table
}

const partOf = ({ part }: Flags): ReadOptions['part'] => (part === 'val' ? 'validation' : part)

/** For pictures a size without channels says nothing of colours. */
const leavesColorOpen = (kind: Kind, shape: string): boolean => kind === 'pictures' && shape.split('x').length === 2

function sizeOf(kind: Kind, { shape }: Flags): Pick<ReadOptions, 'shape' | 'size'> {
  // IDX says its size itself, and is compared with what is wanted afterwards.
  if (shape === undefined || kind === 'idx') return {}
  const { height, width, ...rest } = parseShape(shape)
  return leavesColorOpen(kind, shape) ? { size: [height, width] } : { shape: { height, width, ...rest } }
}

/** Reads a table that must have labels. */
export async function readLabelled(context: Context, place: Place | string, flags: Flags): Promise<PixelTable> {
  const name = typeof place === 'string' ? place : nameOf(place)
  const table = requireLabels(name, await read(context, place, flags))
  if (table.classes?.length !== 1) return table
  throw new JobError(
    `${name} has 1 class; a classifier needs at least 2`,
    `every row is labelled ${table.classes[0]}: if that is not the label, name its column: --label <column>`,
  )
}

/** Refuses a table in the model's place. */
export function requireOrder(name: string, flags: Flags, model: string, path: string): void {
  const isModel = (file: string) => /\.onnx$/i.test(file)
  if (isModel(model) || !isModel(path)) return
  throw new UsageError(
    'The arguments are swapped: first the model, then the CSV',
    command(name, path, model, ...wordsOf(flags)),
  )
}

/** Refuses a table without labels. */
export function requireLabels(path: string, table: PixelTable): PixelTable {
  if (table.labels) return table
  if (table.preparation)
    throw new JobError(`${path} has no folders of classes`, 'put the pictures of each class into one')
  throw isIdxName(path)
    ? new JobError(`${path} has no labels beside it`, `put them into ${labelsPath(path)}`)
    : new JobError(
        `${path} has no label column`,
        'name it: --label <column>; if this is the test file, pass the labelled one',
      )
}

/** Reads a table for a model (or one that must be like another): in its size, its range and its order of channels. */
export async function readLike(
  context: Context,
  place: Place | string,
  flags: Flags,
  images: Images,
  more: ReadOptions = {},
): Promise<PixelTable> {
  const { shape, maxValue } = images
  const { shape: _, maxValue: asked, ...rest } = flags
  const path = typeof place === 'string' ? place : nameOf(place)
  const kind = typeof place === 'string' ? await kindOf(place) : await kindOf(place.path, place.member)
  const range = kind === 'pictures' ? preparationFor(path, flags, images) : rangeFor(asked, maxValue)
  const size = kind === 'idx' ? {} : { shape }
  return likeModel(path, await read(context, place, rest, { ...size, ...range, ...more }), images)
}

/** How rows without labels are read one batch after the other, in a model's size and range. */
export function rowsLike(flags: Flags, { shape, maxValue }: Images): ReadOptions {
  const { maxValue: asked, channels, transpose, drop, header } = flags
  return { ...given({ channels, transpose, drop, header }), shape, ...rangeFor(asked, maxValue), label: false }
}

/** The same rows in a model's order of channels. Throws a JobError where size or range are not the model's. */
export function likeModel(path: string, table: PixelTable, { shape, maxValue }: Images): PixelTable {
  requireShape(path, table, shape, 'expected')
  if (table.maxValue > maxValue && table.pixels.some((pixel) => pixel > maxValue)) {
    throw new JobError(`${path} holds values up to ${table.maxValue}; expected 0 to ${maxValue}`)
  }
  if (shape.channels === 1 || table.shape.channelOrder === shape.channelOrder) return { ...table, maxValue }
  return { ...table, maxValue, shape, pixels: reordered(table) }
}

/** Reads test.csv with the flags for train.csv: a column that is dropped there need not be here. */
export async function readUnlabelled(context: Context, test: Place, flags: Flags, images: Images) {
  const { drop } = flags
  const place = drop?.find((column) => typeof column === 'number')
  if (place !== undefined) {
    throw new UsageError(
      `--drop ${place}: in run it must be a name, since test.csv has other places`,
      'use train and predict, each with a --drop of its own',
    )
  }
  for (let names = drop; ; ) {
    try {
      return await readLike(context, test, { ...flags, ...(names && { drop: names }) }, images, { label: false })
    } catch (error) {
      const missing = error instanceof DataError && names?.find((name) => error.expected === `a column '${name}'`)
      if (missing === undefined || missing === false) throw error
      names = names!.filter((name) => name !== missing)
    }
  }
}

/** White is what it is in the model; fractions, and whole numbers whose white is 1, become the bytes it was trained on. */
function rangeFor(asked: number | undefined, maxValue: number): ReadOptions {
  if (asked === 1 && maxValue === 255) return { fractions: true }
  if (asked === undefined || asked === maxValue) return { maxValue, ...(maxValue === 1 && { fractions: false }) }
  throw new JobError(
    `--max-value ${asked}: the model was trained on values up to ${maxValue}`,
    'leave --max-value away',
  )
}

/** Pictures are prepared as those were that the model was trained on. */
function preparationFor(path: string, flags: Flags, { preparation, maxValue }: Images): ReadOptions {
  if (maxValue !== 255) {
    throw new JobError(`${path} holds pictures, of values 0 to 255; the model was trained on values up to ${maxValue}`)
  }
  if (!preparation) return {}
  const { resize, color, background } = preparation
  for (const [name, value] of Object.entries({ resize, color, background })) {
    const asked = flags[name as 'resize' | 'color' | 'background']
    if (asked === undefined || asked === value) continue
    const message = `--${name} ${asked}: the model was trained on pictures with --${name} ${value}`
    throw new JobError(message, `leave --${name} away`)
  }
  return { resize, color, background }
}

function requireShape(
  path: string,
  { shape }: PixelTable,
  wanted: Omit<ImageShape, 'channelOrder'> | ReturnType<typeof parseShape>,
  who: string,
): void {
  if (formatShape(shape) === formatShape(wanted)) return
  throw new JobError(`${path} holds images of ${formatShape(shape)}, ${who} ${formatShape(wanted)}`)
}

function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

/** Pixels in the other order of channels. */
function reordered({ pixels, shape }: PixelTable): Uint8Array {
  const { height, width, channels, channelOrder } = shape
  const plane = height * width
  const size = plane * channels
  const from = Int32Array.from({ length: size }, (_, place) =>
    channelOrder === 'planar'
      ? (place % channels) * plane + Math.floor(place / channels)
      : (place % plane) * channels + Math.floor(place / plane),
  )
  const result = new Uint8Array(pixels.length)
  for (let start = 0; start < pixels.length; start += size) {
    for (let place = 0; place < size; place++) result[start + place] = pixels[start + from[place]!]!
  }
  return result
}
