import { stat } from 'node:fs/promises'
import {
  DataError,
  formatShape,
  type ImageShape,
  type PixelTable,
  parseShape,
  type ReadOptions,
  readTable,
} from '@pixelrow/data'
import { inFlags } from '../line/advice.ts'
import { JobError, UsageError } from '../line/errors.ts'
import { type Flags, wordsOf } from '../line/flags.ts'
import { command, isUrl } from '../line/paste.ts'
import type { Context } from '../main.ts'
import { findLabels, isIdxName, labelsPath } from './idx.ts'

/** The images that a model, or a table, is made of. */
export interface Images {
  shape: ImageShape
  maxValue: number
  classes?: readonly string[]
}

/** Reads a table as the flags say, telling what was taken for granted. IDX images come with the labels beside them. */
export async function read(
  { terminal, signal }: Context,
  path: string,
  flags: Flags,
  more: ReadOptions = {},
): Promise<PixelTable> {
  const { label, shape, maxValue, channels, transpose, drop, header } = flags
  await requireThere(path)
  const labels = isIdxName(path) && more.label !== false ? await findLabels(path) : undefined
  if (labels) terminal.note(`${path}: labels from ${labels}`)
  refuseForIdx(path, flags)
  const table = await readTable(path, {
    ...given({ label, maxValue, channels, transpose, drop, header, labels }),
    ...(shape !== undefined && { shape: parseShape(shape) }),
    ...more,
    signal,
    onNote: (note) => terminal.note(`${path}: ${inFlags(note)}`),
  })
  if (shape !== undefined) requireShape(path, table, parseShape(shape), '--shape says')
  return table
}

/** Reads a table that must have labels. */
export async function readLabelled(context: Context, path: string, flags: Flags): Promise<PixelTable> {
  const table = requireLabels(path, await read(context, path, flags))
  if (table.classes?.length !== 1) return table
  throw new JobError(
    `${path} has 1 class; a classifier needs at least 2`,
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

/** A file that is not there is told by its whole path: often the folder is the wrong one. */
async function requireThere(path: string): Promise<void> {
  if (isUrl(path)) return
  await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw error
  })
}

/** Refuses a table without labels. */
export function requireLabels(path: string, table: PixelTable): PixelTable {
  if (table.labels) return table
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
  path: string,
  flags: Flags,
  images: Images,
  more: ReadOptions = {},
): Promise<PixelTable> {
  const { shape, maxValue } = images
  const { shape: _, maxValue: asked, ...rest } = flags
  const table = await read(context, path, rest, { shape, ...rangeFor(asked, maxValue), ...more })
  requireShape(path, table, shape, 'expected')
  if (table.maxValue > maxValue && table.pixels.some((pixel) => pixel > maxValue)) {
    throw new JobError(`${path} holds values up to ${table.maxValue}; expected 0 to ${maxValue}`)
  }
  if (shape.channels === 1 || table.shape.channelOrder === shape.channelOrder) return { ...table, maxValue }
  return { ...table, maxValue, shape, pixels: reordered(table) }
}

/** Reads test.csv with the flags for train.csv: a column that is dropped there need not be here. */
export async function readUnlabelled(context: Context, path: string, flags: Flags, images: Images) {
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
      return await readLike(context, path, { ...flags, ...(names && { drop: names }) }, images, { label: false })
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

function requireShape(
  path: string,
  { shape }: PixelTable,
  wanted: Omit<ImageShape, 'channelOrder'> | ReturnType<typeof parseShape>,
  who: string,
): void {
  if (formatShape(shape) === formatShape(wanted)) return
  throw new JobError(`${path} holds images of ${formatShape(shape)}, ${who} ${formatShape(wanted)}`)
}

/** A flag that would be passed over is refused. */
function refuseForIdx(path: string, flags: Flags): void {
  if (!isIdxName(path)) return
  const names = { label: '--label', drop: '--drop', header: '--header', transpose: '--transpose' } as const
  const flag = (Object.keys(names) as (keyof typeof names)[]).find((name) => flags[name] !== undefined)
  if (flag) throw new UsageError(`${path} is IDX; ${names[flag]} is for CSV alone`, `leave ${names[flag]} away`)
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
