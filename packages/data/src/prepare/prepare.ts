import { flag, type Rules, show, whole } from '../../../../common/options.ts'
import { checkLabels, checkTable, refuse } from '../check.ts'
import { check, checkValue, word } from '../options.ts'
import { pixelCount } from '../shape.ts'
import type { PixelTable } from '../types.ts'
import { epochOrder } from './order.ts'
import { selected } from './select.ts'

/** How a table is read for training. */
export interface BatchOptions {
  /** Rows of a batch. */
  size: number
  /** Default 0. */
  seed?: number
  /** Default 0. */
  epoch?: number
  /** Keep a last batch that is not full. Default true. */
  last?: boolean
}

/** A batch with the table's row numbers of its rows. */
export interface Batch extends PixelTable {
  source: Uint32Array
}

const batchRules = (): Rules<BatchOptions> => ({ size: whole(1), seed: word, epoch: word, last: flag })

/** The rows of a table in the order of an epoch (`epochOrder`), batch by batch. Throws a DataError for a table that is none. */
export function batches(table: PixelTable, options: BatchOptions): Generator<Batch, void, undefined> {
  check('batches', options, batchRules())
  checkValue('batches', 'size', options?.size, whole(1))
  checkTable(table, 'batches: the table')
  return batchesOf(table, options)
}

function* batchesOf(table: PixelTable, options: BatchOptions): Generator<Batch, void, undefined> {
  const { size, seed = 0, epoch = 0, last = true } = options
  const order = epochOrder(table.rows, seed, epoch)
  for (let start = 0; start < order.length; start += size) {
    const source = order.slice(start, start + size)
    if (source.length === size || last) yield { ...selected(table, source), source }
  }
}

/** Labels as rows of zeros with a one at the class: `rows × classes`, row after row. Throws a DataError for a label that is no class. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  checkValue('oneHot', 'classes', classes, whole(1))
  const hot = new Float32Array(labels.length * classes)
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) noClass(row, label, classes)
    hot[row * classes + label] = 1
  }
  return hot
}

function noClass(row: number, label: number, classes: number): never {
  refuse('oneHot', { field: 'labels', row, expected: `a label 0..${classes - 1}`, found: show(label) })
}

/** How many rows each class has, in the order of the classes. Throws a DataError for a table without labels, and for labels that are no classes. */
export function classCounts(table: Pick<PixelTable, 'labels' | 'classes'>): Uint32Array {
  checkLabels(table, 'the table')
  const counts = new Uint32Array(table.classes!.length)
  for (const label of table.labels!) counts[label]!++
  return counts
}

/** Weights under which every class counts alike, as @pixelrow/train's `fit` takes them: `rows / (classes present × rows of the class)`; 0 for a class without rows. */
export function classWeights(table: Pick<PixelTable, 'labels' | 'classes'>): Float32Array {
  const counts = classCounts(table)
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const present = counts.filter((count) => count > 0).length
  return Float32Array.from(counts, (count) => (count > 0 ? rows / (present * count) : 0))
}

/** Mean and standard deviation of all pixels of each channel as a network sees them: bytes scaled to 0..1, floats as they are. */
export function meanAndDeviation(table: PixelTable): { mean: number[]; deviation: number[] } {
  checkTable(table, 'meanAndDeviation: the table')
  const { pixels, shape, maxValue } = table
  const { channels, channelOrder } = shape
  const size = pixelCount(shape)
  const plane = size / channels
  // Sums of whole numbers stay exact far beyond any table that fits into memory.
  const sums = new Float64Array(channels)
  const squares = new Float64Array(channels)
  for (let start = 0; start < pixels.length; start += size) {
    for (let i = 0; i < size; i++) {
      const channel = channelOrder === 'planar' ? Math.floor(i / plane) : i % channels
      const pixel = pixels[start + i]!
      sums[channel]! += pixel
      squares[channel]! += pixel * pixel
    }
  }
  const count = Math.max(1, pixels.length / channels)
  const mean = Array.from(sums, (sum) => sum / count / maxValue)
  const deviation = Array.from(
    squares,
    (square, c) => Math.sqrt(Math.max(0, square / count - (sums[c]! / count) ** 2)) / maxValue,
  )
  return { mean, deviation }
}
