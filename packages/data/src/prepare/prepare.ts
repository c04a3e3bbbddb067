import { pixelCount } from '../shape.ts'
import type { PixelTable } from '../types.ts'
import { epochOrder } from './order.ts'
import { selectRows } from './select.ts'
import { groups } from './split.ts'

/** How a table is cut into folds. */
export interface FoldOptions {
  /** Number of parts, 2 or more. Default 5. */
  folds?: number
  /** Default 0. */
  seed?: number
  /** Keep each class's share of the rows in every fold, where the table has labels. Default true. */
  stratified?: boolean
}

/** Each fold once as `validation`, the others as `train`, for cross-validation; every row is held out once. Throws a RangeError for more folds than rows. */
export function* kFold(
  table: PixelTable,
  { folds = 5, seed = 0, stratified = true }: FoldOptions = {},
): Generator<{ train: PixelTable; validation: PixelTable }, void, undefined> {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= table.rows)) {
    throw new RangeError(`folds: expected 2..${table.rows}, found ${folds}.`)
  }
  const foldOf = new Uint32Array(table.rows)
  // Dealt out like cards, class after class, so that folds differ by at most one row.
  for (const [place, row] of groups(table, seed, stratified).flat().entries()) foldOf[row] = place % folds
  const rows = Array.from(foldOf, (_, row) => row)
  for (let fold = 0; fold < folds; fold++) {
    yield {
      train: selectRows(
        table,
        rows.filter((row) => foldOf[row] !== fold),
      ),
      validation: selectRows(
        table,
        rows.filter((row) => foldOf[row] === fold),
      ),
    }
  }
}

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

/** The rows of a table in the order of an epoch (`epochOrder`), batch by batch. Throws a RangeError for a size below 1. */
export function* batches(table: PixelTable, options: BatchOptions): Generator<Batch, void, undefined> {
  const { size, seed = 0, epoch = 0, last = true } = options
  if (!(Number.isInteger(size) && size >= 1)) throw new RangeError(`size: expected 1 or more rows, found ${size}.`)
  const order = epochOrder(table.rows, seed, epoch)
  for (let start = 0; start < order.length; start += size) {
    const source = order.slice(start, start + size)
    if (source.length === size || last) yield { ...selectRows(table, source), source }
  }
}

/** Labels as rows of zeros with a one at the class: `rows × classes`, row after row. Throws a RangeError for a label that is no class. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const hot = new Float32Array(labels.length * classes)
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!
    if (!(label >= 0 && label < classes))
      throw new RangeError(`row ${row}: expected a label 0..${classes - 1}, found ${label}.`)
    hot[row * classes + label] = 1
  }
  return hot
}

/** How many rows each class has, in the order of the classes. Throws a RangeError for a table without labels. */
export function classCounts({ labels, classes }: Pick<PixelTable, 'labels' | 'classes'>): Uint32Array {
  if (!labels || !classes) throw new RangeError('labels: the table has none.')
  const counts = new Uint32Array(classes.length)
  for (const label of labels) counts[label]!++
  return counts
}

/** Weights under which every class counts alike, as @pixelrow/train's `fit` takes them: `rows / (classes present × rows of the class)`; 0 for a class without rows. */
export function classWeights(table: Pick<PixelTable, 'labels' | 'classes'>): Float32Array {
  const counts = classCounts(table)
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const present = counts.filter((count) => count > 0).length
  return Float32Array.from(counts, (count) => (count > 0 ? rows / (present * count) : 0))
}

/** Mean and standard deviation of all pixels of each channel, scaled to 0..1 as a network sees them. */
export function meanAndDeviation({ pixels, shape, maxValue }: PixelTable): { mean: number[]; deviation: number[] } {
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
