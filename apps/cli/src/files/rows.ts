import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type PixelTable, type Preparation, pixelCount, rowHashes } from '@pixelrow/data'
import { ifThere } from './there.ts'

// Which rows a model has seen: beside `model.onnx` lies `model.rows.bin`, a line of JSON and then a number for each row, made of its pixels.

/** What a model has seen. Pictures that are equal have equal numbers; of others at most one in 10,000 is taken for one that is there. */
export interface SeenRows {
  images: SeenImages
  /** The numbers have 53 bits, not 32. */
  wide: boolean
  trained: ReadonlySet<number>
  /** Only validated on. */
  validated: ReadonlySet<number>
}

/** What rows of pixels are made like; the numbers of others mean nothing. */
export interface SeenImages extends Pick<PixelTable, 'shape' | 'maxValue'> {
  preparation?: Omit<Preparation, 'size'> | undefined
}

/** Tables that a model was made of, in the form in which it takes them. */
export interface Lesson {
  trainedOn: PixelTable
  validatedOn?: PixelTable | undefined
}

interface Header {
  format: 1
  /** SHA-256 of the model that it belongs to. */
  model: string
  images: SeenImages
  /** The numbers of two known pictures: of a version that numbers otherwise, nothing here is of use. */
  probe: number[]
  bytes: 4 | 8
  trained: number
  validated: number
}

/** The file beside a model. */
export const rowsBeside = (model: string): string => `${model.replace(/\.onnx$/i, '')}.rows.bin`

/** Beyond so many rows, 32 bits would take more than one other row in 10,000 for one that is there. */
const mostShort = 400_000

/** What a model that was made of these tables has seen. */
export function rowsSeenIn({ trainedOn, validatedOn }: Lesson): SeenRows {
  const wide = trainedOn.rows + (validatedOn?.rows ?? 0) > mostShort
  const trained = new Set(numbersOf(trainedOn, wide))
  const validated = new Set(validatedOn ? numbersOf(validatedOn, wide) : [])
  const { shape, maxValue, preparation } = trainedOn
  return { images: { shape, maxValue, ...(preparation && { preparation }) }, wide, trained, validated }
}

/** What a model that is made of others has seen: what any of them has; undefined where their numbers do not go together. */
export function rowsSeenByAll(all: readonly SeenRows[]): SeenRows | undefined {
  const [first, ...others] = all
  if (!first || others.some(({ images, wide }) => wide !== first.wide || !areAlike(images, first.images)))
    return undefined
  const trained = new Set(all.flatMap((each) => [...each.trained]))
  const validated = new Set(all.flatMap((each) => [...each.validated]))
  return first.wide || trained.size + validated.size <= mostShort ? { ...first, trained, validated } : undefined
}

/** The contents of a model's file of rows. */
export function rowsFile(model: Uint8Array, { images, wide, trained, validated }: SeenRows): Uint8Array {
  const only = [...validated].filter((number) => !trained.has(number))
  const header: Header = {
    format: 1,
    model: sha256(model),
    images,
    probe: probe(),
    bytes: wide ? 8 : 4,
    trained: trained.size,
    validated: only.length,
  }
  const line = JSON.stringify(header)
  // Spaces, so that the numbers begin at a multiple of eight.
  const text = Buffer.from(`${line}${' '.repeat(7 - (Buffer.byteLength(line) % 8))}\n`)
  const Numbers = wide ? Float64Array : Uint32Array
  const lists = [trained, only].map((numbers) => Numbers.from(numbers).sort())
  return Buffer.concat([text, ...lists.map(({ buffer }) => new Uint8Array(buffer))])
}

/** What is known of the rows that the model at a path has seen, or why nothing is. */
export async function readRowsSeen(path: string): Promise<SeenRows | string> {
  const file = rowsBeside(path)
  const bytes = await ifThere(readFile(file))
  if (!bytes) return `there is no ${file}`
  const end = bytes.indexOf(10) + 1
  const header = headerOf(bytes.subarray(0, end).toString())
  if (!header || bytes.length !== end + (header.trained + header.validated) * header.bytes) return `${file} is damaged`
  if (header.model !== sha256(await readFile(path))) return `${file} belongs to another model`
  if (header.probe.join() !== probe().join()) return `${file} was written by another version`
  const { buffer } = new Uint8Array(bytes.subarray(end))
  const numbers = header.bytes === 8 ? new Float64Array(buffer) : new Uint32Array(buffer)
  const trained = new Set<number>(numbers.subarray(0, header.trained))
  const validated = new Set<number>(numbers.subarray(header.trained))
  return { images: header.images, wide: header.bytes === 8, trained, validated }
}

/** Whether a file is one of rows that a model has seen, by how it begins. */
export const isRowsFile = (bytes: Uint8Array): boolean =>
  headerOf(Buffer.from(bytes.subarray(0, bytes.indexOf(10) + 1)).toString()) !== undefined

function headerOf(text: string): Header | undefined {
  try {
    const header = JSON.parse(text) as Header
    const whole =
      header.format === 1 && [4, 8].includes(header.bytes) && Array.isArray(header.probe) && header.images !== null
    return whole ? header : undefined
  } catch {
    return undefined
  }
}

export type Way = 'trained' | 'validated' | 'new'

/** How a model has seen each row of a table: trained on it, only validated on it, or not at all. */
export function waysSeen({ wide, trained, validated }: SeenRows, table: PixelTable): Way[] {
  return Array.from(numbersOf(table, wide), (number) =>
    trained.has(number) ? 'trained' : validated.has(number) ? 'validated' : 'new',
  )
}

/** Whether rows of pixels are made alike, so that equal pictures have equal pixels. */
export function areAlike(one: SeenImages, other: SeenImages): boolean {
  const texts = [one, other].map(({ shape, maxValue, preparation }) => {
    const { height, width, channels, channelOrder } = shape
    const { resize, color, background } = preparation ?? {}
    return [height, width, channels, channels > 1 && channelOrder, maxValue, resize, color, background].join()
  })
  return texts[0] === texts[1]
}

/** A number for each row: 32 bits, or 53. */
function numbersOf(table: PixelTable, wide: boolean): Uint32Array | Float64Array {
  const low = rowHashes(table)
  if (!wide) return low
  const high = turnedHashes(table)
  return Float64Array.from(low, (number, row) => (high[row]! >>> 11) * 2 ** 32 + number)
}

/** The numbers of the negatives: they have nothing to do with those of the pictures. */
function turnedHashes({ pixels, rows, shape }: PixelTable): Uint32Array {
  const size = pixelCount(shape)
  const hashes = new Uint32Array(rows)
  const block = 4096
  for (let start = 0; start < rows; start += block) {
    const count = Math.min(block, rows - start)
    const negatives = pixels.slice(start * size, (start + count) * size).map((pixel) => 255 - pixel)
    hashes.set(rowHashes({ pixels: negatives, rows: count, shape }), start)
  }
  return hashes
}

function probe(): number[] {
  const shape = { height: 2, width: 5, channels: 1, channelOrder: 'interleaved' as const }
  const pixels = Uint8Array.from({ length: 20 }, (_, index) => (index * 37) % 256)
  return [...rowHashes({ pixels, rows: 2, shape })]
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
