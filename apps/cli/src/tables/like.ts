import { type ImageShape, type PixelTable, type Preparation, type ReadOptions, readRows } from '@pixelrow/data'
import { areFloats, emptyLike } from '../../../../common/values.ts'
import type { Context } from '../context.ts'
import { JobError, UsageError } from '../line/errors.ts'
import type { PictureOptions, ReadingOptions } from '../line/flags/reading.ts'
import { joined, readingFor, type TableOptions } from './asrun.ts'
import { isWhole } from './kind.ts'
import { nameOf, type Place } from './place.ts'
import { kindAt, type Reading, read, readingOf, requireShape } from './reading.ts'

/** The images that a model, or a table, is made of. */
export interface Images {
  shape: ImageShape
  maxValue: number
  /** A model of floats says so; of a table the pixels do. */
  dataType?: 'float32' | undefined
  pixels?: PixelTable['pixels']
  classes?: readonly string[]
  /** How pictures became such images. */
  preparation?: Pick<Preparation, 'resize' | 'color' | 'background'> | undefined
}

/** Reads a table for a model (or one that must be like another): in its size, its range and its order of channels. */
export async function readLike(
  context: Context,
  place: Place,
  flags: TableOptions,
  images: Images,
  more: Reading = {},
): Promise<PixelTable> {
  const { rest, options } = await likeOptions(place, flags, images, more)
  return likeModel(nameOf(place), await read(context, place, rest, options), images)
}

/** The same, some rows at a time, in memory that does not grow with the table. */
export async function* rowsLike(
  context: Context,
  place: Place,
  flags: TableOptions,
  images: Images,
  { batch, ...more }: Reading & { batch: number },
): AsyncGenerator<PixelTable> {
  const { rest, options } = await likeOptions(place, flags, images, more)
  const { source, kind, options: reading } = await readingOf(context, place, rest, options)
  // Arrays and Parquet are not read row by row.
  const rows = isWhole(kind)
    ? partsOf(await read(context, place, rest, options), batch)
    : readRows(source, { ...reading, batch })
  for await (const table of rows) yield likeModel(nameOf(place), table, images)
}

/** A table in pieces, each with its pixels to itself. */
function* partsOf(table: PixelTable, batch: number): Generator<PixelTable> {
  const size = table.pixels.length / table.rows
  for (let row = 0; row < table.rows; row += batch) {
    const rows = Math.min(batch, table.rows - row)
    yield { ...table, rows, pixels: table.pixels.slice(row * size, (row + rows) * size) }
  }
}

/** What a model wants of a table, and the flags that are left. */
async function likeOptions(place: Place, given: TableOptions, images: Images, more: Reading) {
  const { shape } = images
  const kind = await kindAt(place)
  const { flags, columns } = readingFor(kind, given)
  const { shape: _, maxValue: asked, dataType, ...others } = flags
  const { splitColumn } = given.asRun ?? {}
  // What the run was told is merged already; of its column of parts only reading tells whether it is there.
  const rest: TableOptions =
    splitColumn === undefined ? others : { ...others, asRun: { flags: {}, columns: {}, splitColumn } }
  if (kind === 'csv' || kind === 'zip') requireChannels(nameOf(place), images, flags)
  const isPrepared = kind === 'pictures' || (kind === 'parquet' && images.preparation !== undefined)
  const range = isPrepared ? preparationFor(nameOf(place), flags, images) : rangeFor(asked, images)
  // IDX says its size itself.
  const size = kind === 'idx' ? {} : { shape }
  return { rest, options: { ...size, ...range, ...more, ...(columns && { columns: joined(columns, more.columns) }) } }
}

/** An order of channels means nothing for grey images. */
function requireChannels(path: string, { shape }: Images, { channels }: ReadingOptions): void {
  if (channels === undefined || shape.channels > 1) return
  throw new UsageError(
    `${path} holds images of one channel, which have no order for --channels ${channels}`,
    'leave --channels away',
    { code: 'CLI_FLAG_UNUSED', params: { flag: '--channels', file: path } },
  )
}

/** The same rows in a model's order of channels. Throws a JobError where size or range are not the model's. */
function likeModel(path: string, table: PixelTable, images: Images): PixelTable {
  const { shape, maxValue } = images
  requireShape(path, table, shape, 'expected')
  if (!takesFloats(images) && table.maxValue > maxValue && table.pixels.some((pixel) => pixel > maxValue)) {
    const params = { file: path, expected: maxValue, found: table.maxValue }
    const message = `${path} holds values up to ${table.maxValue}; expected 0 to ${maxValue}`
    throw new JobError(message, undefined, { code: 'CLI_VALUES_ABOVE', params })
  }
  if (shape.channels === 1 || table.shape.channelOrder === shape.channelOrder) return { ...table, maxValue }
  return { ...table, maxValue, shape, pixels: reordered(table) }
}

const takesFloats = ({ dataType, pixels }: Images): boolean => dataType === 'float32' || areFloats(pixels)

/** White is what it is in the model; fractions, and whole numbers whose white is 1, become the bytes it was trained on. */
function rangeFor(asked: number | undefined, images: Images): ReadOptions {
  const { maxValue } = images
  if (takesFloats(images)) {
    if (asked === undefined) return { dataType: 'float32' }
    throw new JobError(`--max-value ${asked}: the model was trained on floats, as they are`, 'leave --max-value away', {
      code: 'CLI_FLAG_OTHER',
      params: { flag: '--max-value', expected: 'float32', found: asked },
    })
  }
  if (asked === 1 && maxValue === 255) return { fractions: true }
  if (asked === undefined || asked === maxValue) return { maxValue, ...(maxValue === 1 && { fractions: false }) }
  throw new JobError(
    `--max-value ${asked}: the model was trained on values up to ${maxValue}`,
    'leave --max-value away',
    { code: 'CLI_FLAG_OTHER', params: { flag: '--max-value', expected: maxValue, found: asked } },
  )
}

/** Pictures are prepared as those were that the model was trained on. */
function preparationFor(path: string, flags: PictureOptions, images: Images): ReadOptions {
  const { preparation, maxValue } = images
  if (takesFloats(images)) {
    const message = `${path} holds pictures; the model was trained on a table of floats, and nothing says how a picture becomes such`
    throw new JobError(message, undefined, { code: 'CLI_PICTURES_UNFIT', params: { file: path, maxValue } })
  }
  if (maxValue !== 255) {
    const message = `${path} holds pictures, of values 0 to 255; the model was trained on values up to ${maxValue}`
    throw new JobError(message, undefined, { code: 'CLI_PICTURES_UNFIT', params: { file: path, maxValue } })
  }
  if (!preparation) return {}
  const { resize, color, background } = preparation
  for (const [name, value] of Object.entries({ resize, color, background })) {
    const asked = flags[name as 'resize' | 'color' | 'background']
    if (asked === undefined || asked === value) continue
    const message = `--${name} ${asked}: the model was trained on pictures with --${name} ${value}`
    const params = { flag: `--${name}`, expected: value, found: asked }
    throw new JobError(message, `leave --${name} away`, { code: 'CLI_FLAG_OTHER', params })
  }
  return { resize, color, background }
}

/** Pixels in the other order of channels. */
function reordered({ pixels, shape }: PixelTable): PixelTable['pixels'] {
  const { height, width, channels, channelOrder } = shape
  const plane = height * width
  const size = plane * channels
  const from = Int32Array.from({ length: size }, (_, place) =>
    channelOrder === 'planar'
      ? (place % channels) * plane + Math.floor(place / channels)
      : (place % plane) * channels + Math.floor(place / plane),
  )
  const result = emptyLike(pixels, pixels.length)
  for (let start = 0; start < pixels.length; start += size) {
    for (let place = 0; place < size; place++) result[start + place] = pixels[start + from[place]!]!
  }
  return result
}
