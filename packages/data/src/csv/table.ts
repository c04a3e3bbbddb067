import { emptyLike } from '../../../../common/values.ts'
import { DataError } from '../error.ts'
import { tell } from '../note.ts'
import { transpose } from '../pictures/picture.ts'
import { clearest, smootherOrder } from '../pictures/readings.ts'
import type { ImageShape, PixelTable, PixelValues, ReadOptions } from '../types.ts'
import { collectLabels } from './classes.ts'
import { countsRows, indexNote } from './index-column.ts'
import { type Layout, labelUnknown } from './layout.ts'
import type { RowSink } from './reader.ts'
import { whiteOf } from './white.ts'

/** Collects all rows; `rows` is a guess of how many will come. */
export function tableSink(layout: Layout, options: ReadOptions, guess: number): RowSink & { table(): PixelTable } {
  const width = layout.pixels
  const labels =
    layout.label < 0
      ? undefined
      : collectLabels(layout.file, layout.names?.[layout.label] ?? layout.label + 1, options.classes)
  const numbers: number[] = []
  const ids: string[] = []
  const kept = keeper(layout)
  let pixels: PixelValues = layout.floats ? new Float32Array(guess * width) : new Uint8Array(guess * width)
  let size = 0
  let fractions = options.fractions ?? false
  return {
    take(fresh) {
      pixels = withRoom(pixels, size, fresh.length)
      pixels.set(fresh, size)
      size += fresh.length
    },
    labels: numbers,
    label: (text, row) => labels!.add(text, row),
    id: (text) => void ids.push(text),
    keep: kept.add,
    fractions() {
      if (options.maxValue !== 1 || options.fractions !== undefined) return false
      for (let i = 0; i < size; i++) pixels[i]! *= 255
      fractions = true
      return true
    },
    table() {
      const all = trimmed(pixels, size)
      requireConstant(layout, all)
      const shape = shapeOf(layout, all, options)
      if (options.transpose) transpose(all, shape)
      const table: PixelTable = { pixels: all, rows: size / width, shape, maxValue: whiteOf(all, fractions, options) }
      if (labels) Object.assign(table, labels.finish(numbers))
      const isId = layout.id >= 0 && !(layout.index && countsRows(ids))
      if (isId) table.ids = ids
      if (layout.index) tell(options.onNote, indexNote(isId), 'id')
      const texts = kept.take()
      if (texts) table.kept = texts
      return table
    },
  }
}

/** Collects the texts of the columns that are kept. */
export function keeper({ keep }: Pick<Layout, 'keep'>) {
  const names = Object.keys(keep)
  const columns: string[][] = names.map(() => [])
  return {
    add(texts: string[]): void {
      for (const [at, text] of texts.entries()) columns[at]!.push(text)
    },
    /** The texts of the first so many rows, which are then gone; undefined where no column is kept. */
    take(count = Number.POSITIVE_INFINITY): Record<string, string[]> | undefined {
      if (names.length === 0) return undefined
      return Object.fromEntries(names.map((name, at) => [name, columns[at]!.splice(0, count)]))
    },
  }
}

/** An array that holds the first `size` values and has room for `more`. */
export function withRoom<T extends PixelValues>(pixels: T, size: number, more: number): T {
  if (size + more <= pixels.length) return pixels
  const larger = emptyLike(pixels, Math.max(Math.ceil(pixels.length * 1.5), size + more))
  larger.set(pixels.subarray(0, size))
  return larger
}

/** An array of its own, unless the copy would cost more than the few bytes that a view of the larger one wastes. */
function trimmed(pixels: PixelValues, size: number): PixelValues {
  if (size === pixels.length) return pixels
  const close = size > 1 << 20 && pixels.length - size < size / 8
  return close ? pixels.subarray(0, size) : pixels.slice(0, size)
}

/** The images' shape: given or told by names, else the one under which these pixels are smoother; so too the order of their channels. */
export function shapeOf(
  layout: Pick<Layout, 'file' | 'shapes' | 'order'>,
  pixels: PixelValues,
  options: ReadOptions,
): ImageShape {
  const { file, shapes, order: named } = layout
  const { channels: asked, transpose: isTurned, onNote } = options
  const order = named ?? asked ?? shapes[0]!.channelOrder
  const size = { channels: 1, ...clearest(shapes, { file, pixels, order, isTurned, onNote }) }
  requireOrder(layout, size.channels, asked)
  if (size.channels === 1) return { ...size, channelOrder: 'interleaved' }
  if (order) return { ...size, channelOrder: order }
  const channelOrder = smootherOrder(pixels, isTurned ? { ...size, height: size.width, width: size.height } : size)
  tell(onNote, `channels taken as ${channelOrder}: the pictures are smoother that way`, 'channels')
  return { ...size, channelOrder }
}

/** Refuses an order of channels where there is one channel, or where names tell another. */
function requireOrder(
  { file, order }: Pick<Layout, 'file' | 'order'>,
  channels: number,
  asked: ReadOptions['channels'],
): void {
  if (asked === undefined || (channels > 1 && asked === (order ?? asked))) return
  const problem = channels > 1 ? 'its column names tell the order of the channels' : 'its pictures have one channel'
  const params = { option: 'channels' }
  throw new DataError({ code: 'DATA_OPTION_UNFIT', params, file, problem, found: asked, advice: 'Leave channels out.' })
}

/** Without a header, the other end column was the same all through the first rows; a change later means a wrong guess. */
function requireConstant({ file, constant, places, pixels: width }: Layout, pixels: PixelValues): void {
  if (constant === undefined) return
  const first = places[constant]!
  for (let i = first; i < pixels.length; i += width) if (pixels[i] !== pixels[first]) labelUnknown(file)
}
