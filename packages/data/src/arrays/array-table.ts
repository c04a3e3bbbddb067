import { MOST_FLOAT } from '../../../../common/values.ts'
import { firstAbove } from '../above.ts'
import { collectLabels } from '../csv/classes.ts'
import { shapesFor } from '../csv/layout.ts'
import { expectedOf, numberHint, type PixelRule } from '../csv/row.ts'
import { shapeOf } from '../csv/table.ts'
import { whiteOf } from '../csv/white.ts'
import { DataError } from '../error.ts'
import { tell } from '../note.ts'
import { transpose } from '../pictures/picture.ts'
import { formatShape } from '../shape.ts'
import type { ImageShape, PixelTable, PixelValues, ReadOptions } from '../types.ts'
import { elements, type Numbers, sizesOf } from './numbers.ts'

/** The labels of images, and what errors call them. */
export interface ArrayLabels {
  file: string
  array: Numbers
}

/**
 * The table of an array of images: `rows × height × width`, the same with 1, 3 or 4 channels last or first, or `rows × pixels`, of which `shape` or smoothness
 * tells the size. Values are whole numbers 0..255, or fractions as in a CSV; floats that are neither are kept as they are.
 */
export function arrayTable(
  file: string,
  images: Numbers,
  labels: ArrayLabels | undefined,
  options: ReadOptions,
): PixelTable {
  const [rows = 0, ...image] = images.dims
  const known = image.length === 1 ? undefined : shapeIn(file, image)
  if (elements(images.dims) === 0) throw new DataError({ code: 'DATA_ROWS_MISSING', file, problem: 'has no images' })
  if (known) requireAsked(file, known, options)
  const shapes = known ? [] : shapesFor(file, image[0]!, options)
  const { pixels, fractions } = pixelsIn(file, images, options)
  const shape = known ?? shapeOf({ file, shapes, order: undefined }, pixels, options)
  // What is known is how the file has them, what was found out how they are when they are turned.
  const turned = known && options.transpose ? { ...known, height: known.width, width: known.height } : shape
  const own = options.transpose && pixels === images.bytes ? pixels.slice() : pixels
  if (options.transpose) transpose(own, turned)
  const table = { pixels: own, rows, shape: turned, maxValue: whiteOf(own, fractions, options) }
  return labels ? { ...table, ...labelled(labels, rows, options) } : table
}

/** The size of images that the dimensions tell. */
function shapeIn(file: string, image: readonly number[]): ImageShape {
  if (image.length === 2) return { height: image[0]!, width: image[1]!, channels: 1, channelOrder: 'interleaved' }
  const [a = 0, b = 0, c = 0] = image
  for (const channels of image.length === 3 ? [3, 4, 1] : []) {
    if (c === channels) return { height: a, width: b, channels, channelOrder: 'interleaved' }
    if (a === channels) {
      return { height: b, width: c, channels, channelOrder: channels === 1 ? 'interleaved' : 'planar' }
    }
  }
  const params = { dimensions: image.length + 1 }
  const advice = 'Is this the file of labels? Pass the images, and the labels as option.'
  const [expected, found] = ['rows × height × width (× 1, 3 or 4)', `${params.dimensions} dimensions`]
  throw new DataError({ code: 'DATA_ARRAY_DIMENSIONS', params, file, expected, found, advice })
}

/** The dimensions say size and order, so that what is asked for must be the same. */
function requireAsked(file: string, known: ImageShape, { shape, channels }: ReadOptions): void {
  if (channels !== undefined) {
    const problem = 'its dimensions tell the order of the channels'
    const params = { option: 'channels' }
    throw new DataError({
      code: 'DATA_OPTION_UNFIT',
      params,
      file,
      problem,
      found: channels,
      advice: 'Leave channels out.',
    })
  }
  if (!shape || formatShape(shape) === formatShape(known)) return
  const [found, expected] = [formatShape(known), formatShape(shape)]
  const [problem, advice] = [`holds images of ${found}, expected ${expected}`, 'Leave shape out.']
  throw new DataError({ code: 'DATA_SHAPE_OTHER', file, problem, found, expected, advice })
}

/** The pixels, and whether bytes of them were fractions. */
function pixelsIn(file: string, images: Numbers, options: ReadOptions): { pixels: PixelValues; fractions: boolean } {
  const { maxValue: max = 255, dataType } = options
  const width = elements(images.dims.slice(1))
  let fractions = options.fractions ?? false
  const refuse = (index: number, rule: PixelRule): never => {
    const value = images.number(index)
    const isNone = Number.isNaN(value) && !images.isText
    const found = images.isText ? 'texts' : isNone ? 'no number' : String(value)
    const { kind, advice } = numberHint(value, rule) ?? { kind: value < 0 ? 'float' : 'other', advice: SCALE }
    const place = { file, row: Math.floor(index / width) + 1, expected: expectedOf(rule), found }
    throw new DataError({ code: 'DATA_PIXEL_INVALID', params: { max: rule.max, kind }, ...place, advice })
  }
  const asFloats = () => {
    const pixels = new Float32Array(elements(images.dims))
    for (let i = 0; i < pixels.length; i++) {
      const value = images.number(i)
      pixels[i] = Math.abs(value) <= MOST_FLOAT ? value : refuse(i, { max: MOST_FLOAT, fractions, floats: true })
    }
    return { pixels, fractions: false }
  }
  if (dataType === 'float32') return asFloats()
  if (images.bytes && !fractions) {
    const above = firstAbove(images.bytes, max)
    return above < 0 ? { pixels: images.bytes, fractions } : refuse(above, { max, fractions })
  }
  const mayBeFloats =
    images.isFloat && [dataType, options.maxValue, options.fractions].every((asked) => asked === undefined)
  const pixels = new Uint8Array(elements(images.dims))
  for (let i = 0; i < pixels.length; i++) {
    const value = images.number(i)
    const isFraction = value > 0 && value < 1
    if (isFraction && !fractions && options.maxValue === 1 && options.fractions === undefined) {
      for (let before = 0; before < i; before++) pixels[before]! *= 255
      fractions = true
    }
    if (fractions ? value >= 0 && value <= 1 : Number.isInteger(value) && value >= 0 && value <= max) {
      pixels[i] = fractions ? Math.round(value * 255) : value
    } else if (mayBeFloats) {
      const floats = asFloats()
      tell(options.onNote, 'values kept as float32: not all are whole numbers 0..255', 'dataType')
      return floats
    } else refuse(i, { max, fractions })
  }
  return { pixels, fractions }
}

const SCALE = "Save whole numbers 0..255, or pass dataType: 'float32'."

/** One label for each image, by its text. */
function labelled(
  { file, array }: ArrayLabels,
  rows: number,
  { classes }: ReadOptions,
): Required<Pick<PixelTable, 'labels' | 'classes'>> {
  const [count, ...rest] = array.dims
  if (count !== rows || rest.some((dim) => dim !== 1)) {
    const params = { rows, dims: array.dims }
    const [expected, found] = [`${rows} labels`, sizesOf(array.dims)]
    throw new DataError({ code: 'DATA_LABELS_COUNT', params, file, expected, found })
  }
  const collected = collectLabels(file, undefined, classes)
  const numbers = Array.from({ length: rows }, (_, row) => {
    const text = array.text(row)
    if (array.isText || Number.isInteger(array.number(row))) return collected.add(text, row + 1)
    const [expected, advice] = ['whole numbers or texts', 'Are these the labels?']
    throw new DataError({ code: 'DATA_LABEL_INVALID', file, row: row + 1, expected, found: text, advice })
  })
  return collected.finish(numbers)
}
