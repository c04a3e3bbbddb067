import { firstAbove } from '../above.ts'
import { classLookup, unknownLabel } from '../csv/classes.ts'
import { whiteOf } from '../csv/white.ts'
import { DataError } from '../error.ts'
import { formatShape } from '../shape.ts'
import type { ImageShape, PixelTable, ReadOptions } from '../types.ts'
import { parsed, sizesOf } from './parse.ts'

/** The table in a file of IDX images (`rows × height × width`, or with 3 or 4 channels last or first), with another's labels. */
export function idxTable(
  file: string,
  bytes: Uint8Array,
  labels: Uint8Array | undefined,
  options: ReadOptions,
): PixelTable {
  const { dims, data } = parsed(bytes, file)
  const [rows = 0, ...image] = dims
  const stored = shapeOf(file, image)
  if (rows === 0 || data.length === 0)
    throw new DataError({ code: 'DATA_ROWS_MISSING', file, problem: 'has no images' })
  const above = firstAbove(data, options.maxValue ?? 255)
  if (above >= 0) {
    const row = Math.floor((above * rows) / data.length) + 1
    const [max, found] = [options.maxValue ?? 255, String(data[above])]
    const params = { max, kind: 'white' } as const
    throw new DataError({ code: 'DATA_PIXEL_INVALID', params, file, row, expected: `pixels 0..${max}`, found })
  }
  const turned = options.transpose ? transposed(data, rows, stored) : { pixels: data, shape: stored }
  requireShape(file, turned.shape, options)
  const table: PixelTable = { ...turned, rows, maxValue: whiteOf(data, false, options) }
  return labels ? { ...table, ...labelled(file, labels, rows, options) } : table
}

/** The dimensions say the size, so that one that is asked for must be the same. */
function requireShape(file: string, { height, width, channels }: ImageShape, { shape }: ReadOptions): void {
  if (!shape || formatShape(shape) === formatShape({ height, width, channels })) return
  const [found, expected] = [formatShape({ height, width, channels }), formatShape(shape)]
  const [problem, advice] = [`holds images of ${found}, expected ${expected}`, 'Leave shape out.']
  throw new DataError({ code: 'DATA_SHAPE_OTHER', file, problem, found, expected, advice })
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
  for (const channels of image.length === 3 ? [3, 4] : []) {
    if (c === channels) return { height: a, width: b, channels, channelOrder: 'interleaved' }
    if (a === channels) return { height: b, width: c, channels, channelOrder: 'planar' }
  }
  const advice = 'Is this the file of labels? Pass the images, and the labels as option.'
  throw new DataError({
    code: 'DATA_IDX_DIMENSIONS',
    params: { dimensions: image.length + 1 },
    file,
    expected: 'rows × height × width (× 3 or 4)',
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
  const { dims, data } = parsed(bytes, `labels of ${file}`)
  if (dims.length !== 1 || dims[0] !== rows) {
    const [expected, found] = [`${rows} labels`, sizesOf(dims)]
    const params = { rows, dims }
    throw new DataError({ code: 'DATA_LABELS_COUNT', params, file: `labels of ${file}`, expected, found })
  }
  const found = [...new Set(data)].sort((a, b) => a - b).map(String)
  const names = classes ? [...classes] : found
  const lookup = classLookup(names)
  const places = Array.from({ length: 256 }, (_, label) => lookup(String(label)))
  const unknown = data.findIndex((label) => places[label] === undefined)
  if (unknown >= 0) unknownLabel(`labels of ${file}`, undefined, unknown + 1, String(data[unknown]), names)
  return { labels: Uint16Array.from(data, (label) => places[label]!), classes: names }
}
