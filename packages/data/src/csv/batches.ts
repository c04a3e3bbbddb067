import { DataError } from '../error.ts'
import { tell } from '../note.ts'
import { transpose } from '../pictures/picture.ts'
import type { ImageShape, PixelTable, PixelValues, ReadOptions } from '../types.ts'
import { classLookup, classText, unknownLabel } from './classes.ts'
import { indexNote, requireCount } from './index-column.ts'
import type { Layout } from './layout.ts'
import type { RowSink } from './reader.ts'
import { keeper, shapeOf, withRoom } from './table.ts'

/** Cuts rows into batches of the same size as they come. */
export function batchSink(
  layout: Layout,
  options: ReadOptions,
  batch: number,
): RowSink & { full(): Generator<PixelTable>; rest(): Generator<PixelTable> } {
  const width = layout.pixels
  const labelOf =
    layout.label < 0
      ? undefined
      : streamedLabel(layout.file, layout.names?.[layout.label] ?? layout.label + 1, options.classes)
  let pixels: PixelValues = layout.floats ? new Float32Array(2 * batch * width) : new Uint8Array(2 * batch * width)
  let rows = 0
  const labels: number[] = []
  let ids: string[] = []
  const kept = keeper(layout)
  let shape: ImageShape | undefined
  const counting = layout.index === 'counting'
  let seen = 0
  if (layout.index) tell(options.onNote, indexNote(!counting), 'id')

  function cut(start: number, count: number): PixelTable {
    const part = pixels.slice(start * width, (start + count) * width)
    shape ??= shapeOf(layout, part, options)
    if (options.transpose) transpose(part, shape)
    const maxValue = layout.floats ? 1 : options.fractions ? 255 : (options.maxValue ?? 255)
    const table: PixelTable = { pixels: part, rows: count, shape, maxValue }
    if (labelOf) table.labels = Uint16Array.from(labels.slice(start, start + count))
    if (labelOf && options.classes) table.classes = [...options.classes]
    if (layout.id >= 0 && !counting) table.ids = ids.slice(start, start + count)
    const texts = kept.take(count)
    if (texts) table.kept = texts
    return table
  }

  function* parts(end: number): Generator<PixelTable> {
    for (let start = 0; start < end; start += batch) yield cut(start, Math.min(batch, end - start))
    pixels.copyWithin(0, end * width, rows * width)
    labels.splice(0, end)
    ids = ids.slice(end)
    rows -= end
  }

  return {
    take(fresh, count) {
      pixels = withRoom(pixels, rows * width, fresh.length)
      pixels.set(fresh, rows * width)
      rows += count
    },
    labels,
    label: (text, row) => labelOf!(text, row),
    id(text, row) {
      if (counting) requireCount(layout, text, row, seen++)
      else ids.push(text)
    },
    keep: kept.add,
    fractions: () => false,
    full: () => parts(rows - (rows % batch)),
    rest: () => parts(rows),
  }
}

/** A label's number when the classes are not yet known: its place among the given ones, else the whole number that it is. */
function streamedLabel(file: string, column: string | number, classes?: readonly string[]) {
  const whole = (text: string) => (/^\d+$/.test(classText(text)) ? Number(classText(text)) : undefined)
  const lookup = classes ? classLookup(classes) : whole
  const known = new Map<string, number>()
  return (text: string, row: number): number => {
    let label = known.get(text)
    if (label !== undefined) return label
    label = lookup(text)
    if (label === undefined && classes) unknownLabel(file, column, row, text, classes)
    if (label === undefined || label > 65_535) {
      const advice = 'Pass the classes: a stream is read before all its labels are known.'
      const [expected, found] = ['a label 0..65535', `'${text}'`]
      throw new DataError({ code: 'DATA_LABEL_INVALID', file, row, column, expected, found, advice })
    }
    known.set(text, label)
    return label
  }
}
