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
  refuseMeaningless(file, options)
  const { dims, data } = readIdx(bytes, { name: file })
  const [rows = 0, ...image] = dims
  const stored = shapeOf(file, image)
  if (rows === 0 || data.length === 0) throw new DataError({ file, problem: 'has no images' })
  const above = data.findIndex((pixel) => pixel > (options.maxValue ?? 255))
  if (above >= 0) {
    const row = Math.floor((above * rows) / data.length) + 1
    throw new DataError({ file, row, expected: `pixels 0..${options.maxValue}`, found: `${data[above]}` })
  }
  const turned = options.transpose ? transposed(data, rows, stored) : { pixels: data, shape: stored }
  const table: PixelTable = { ...turned, rows, maxValue: whiteOf(data, false, options) }
  return labels && options.label !== false ? { ...table, ...labelled(file, labels, rows, options) } : table
}

/** Refuses what speaks of columns: whoever asks for it takes the file for another. */
function refuseMeaningless(file: string, { label, id, drop, header }: ReadOptions): void {
  const given = { label: label || label === 0, id: id || id === 0, drop: drop?.length, header: header !== undefined }
  const option = (Object.keys(given) as (keyof typeof given)[]).find((name) => given[name])
  if (!option) return
  const problem = `is IDX, which has no columns for the option ${option}`
  const instead = option === 'label' ? ': labels are a file of their own, passed as labels.' : '.'
  throw new DataError({ file, problem, advice: `Leave ${option} out${instead}` })
}

/** Pictures with rows and columns swapped, as EMNIST stores them. */
function transposed(data: Uint8Array, rows: number, stored: ImageShape): Pick<PixelTable, 'pixels' | 'shape'> {
  const { height, width, channels, channelOrder } = stored
  const [planes, depth] = channelOrder === 'planar' ? [channels, 1] : [1, channels]
  const pixels = new Uint8Array(data.length)
  let to = 0
  for (let start = 0; start < rows * planes * height * width * depth; start += height * width * depth) {
    for (let x = 0; x < width; x++) {
      for (let y = 0; y < height; y++) {
        const from = start + (y * width + x) * depth
        for (let channel = 0; channel < depth; channel++) pixels[to++] = data[from + channel]!
      }
    }
  }
  return { pixels, shape: { ...stored, height: width, width: height } }
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
    const label = String(data[unknown])
    const coded = { code: 'DATA_LABEL_UNKNOWN', params: { label, classes: names } } as const
    throw new DataError({ file: `labels of ${file}`, row: unknown + 1, expected, found: `label '${label}'`, ...coded })
  }
  return { labels: Uint16Array.from(data, (label) => index.get(String(label))!), classes: names }
}
