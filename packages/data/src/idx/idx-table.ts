import { whiteOf } from '../csv/white.ts'
import { DataError } from '../error.ts'
import type { ImageShape, PixelTable, ReadOptions } from '../types.ts'
import { readIdx } from './idx.ts'

/** The table in a file of IDX images (`rows × height × width`, or with 3 channels last or first), with another's labels. */
export function idxTable(
  file: string,
  bytes: Uint8Array,
  labels: Uint8Array | undefined,
  options: ReadOptions,
): PixelTable {
  const { dims, data } = readIdx(bytes, { name: file })
  const [rows = 0, ...image] = dims
  const shape = shapeOf(file, image)
  if (rows === 0 || data.length === 0) throw new DataError({ file, problem: 'has no images' })
  const above = data.findIndex((pixel) => pixel > (options.maxValue ?? 255))
  if (above >= 0) {
    const row = Math.floor((above * rows) / data.length) + 1
    throw new DataError({ file, row, expected: `pixels 0..${options.maxValue}`, found: `${data[above]}` })
  }
  const table: PixelTable = { pixels: data, rows, shape, maxValue: whiteOf(data, false, options) }
  return labels ? { ...table, ...labelled(file, labels, rows, options) } : table
}

function shapeOf(file: string, image: number[]): ImageShape {
  if (image.length === 2) return { height: image[0]!, width: image[1]!, channels: 1, channelOrder: 'interleaved' }
  const [a = 0, b = 0, c = 0] = image
  if (image.length === 3 && c === 3) return { height: a, width: b, channels: 3, channelOrder: 'interleaved' }
  if (image.length === 3 && a === 3) return { height: b, width: c, channels: 3, channelOrder: 'planar' }
  const advice = 'Is this the file of labels? Pass the images, and the labels as option.'
  throw new DataError({
    file,
    expected: 'rows × height × width (× 3)',
    found: `${image.length + 1} dimensions`,
    advice,
  })
}

function labelled(
  file: string,
  bytes: Uint8Array,
  rows: number,
  { classes }: ReadOptions,
): Pick<PixelTable, 'labels' | 'classes'> {
  const { dims, data } = readIdx(bytes, { name: `labels of ${file}` })
  if (dims.length !== 1 || dims[0] !== rows) {
    throw new DataError({ file: `labels of ${file}`, expected: `${rows} labels`, found: dims.join(' × ') })
  }
  const found = [...new Set(data)].sort((a, b) => a - b).map(String)
  const names = classes ? [...classes] : found
  const index = new Map(names.map((name, i) => [name, i]))
  const unknown = data.findIndex((label) => !index.has(String(label)))
  if (unknown >= 0) {
    const expected = `one of the classes ${names.join(', ')}`
    throw new DataError({ file: `labels of ${file}`, row: unknown + 1, expected, found: `label '${data[unknown]}'` })
  }
  return { labels: Uint16Array.from(data, (label) => index.get(String(label))!), classes: names }
}
