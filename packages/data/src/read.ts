import { isBlank, lineAt } from './cells.ts'
import { collectLabels, type LabelCollector } from './classes.ts'
import { DataError } from './error.ts'
import { concat } from './gunzip.ts'
import { type Layout, sniff } from './layout.ts'
import { smootherOrder, transpose } from './picture.ts'
import { columnName, FractionError, type PixelRule, readRow } from './row.ts'
import type { ImageShape, PixelTable, ReadOptions } from './types.ts'

const UTF8_MARK = [0xef, 0xbb, 0xbf]
const UTF16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
]

/** The table in the bytes of a CSV file. */
export async function tableOf(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  options: ReadOptions,
): Promise<PixelTable> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) {
    options.signal?.throwIfAborted()
    parts.push(chunk.slice())
  }
  const bytes = withoutMark(concat(parts), file)
  const layout = sniff(file, bytes, true, options)
  const rule = ruleOf(options)
  try {
    return readAll(bytes, file, layout, rule, options)
  } catch (error) {
    if (!(error instanceof FractionError) || options.maxValue !== 1 || options.fractions !== undefined) throw error
    return readAll(bytes, file, layout, { ...rule, fractions: true }, options)
  }
}

function ruleOf({ maxValue = 255, fractions = false }: ReadOptions): PixelRule {
  if (Number.isInteger(maxValue) && maxValue >= 1 && maxValue <= 255) return { max: maxValue, fractions }
  throw new RangeError(`maxValue: expected a whole number 1..255, found ${maxValue}.`)
}

/** The bytes after a UTF-8 byte order mark. Throws a DataError for UTF-16. */
function withoutMark(bytes: Uint8Array, file: string): Uint8Array {
  const starts = (mark: number[]): boolean => mark.every((byte, i) => bytes[i] === byte)
  if (UTF16_MARKS.some(starts)) {
    throw new DataError({
      file,
      problem: 'is UTF-16',
      found: 'UTF-16',
      expected: 'UTF-8',
      advice: 'Save it as CSV in UTF-8.',
    })
  }
  return starts(UTF8_MARK) ? bytes.subarray(UTF8_MARK.length) : bytes
}

function readAll(bytes: Uint8Array, file: string, layout: Layout, rule: PixelRule, options: ReadOptions): PixelTable {
  const most = Math.floor(bytes.length / Math.max(1, layout.columns)) + 1
  const pixels = new Uint8Array(most * layout.pixels)
  const collector =
    layout.label < 0 ? undefined : collectLabels(file, columnName(layout, layout.label), options.classes)
  const labels: number[] = []
  const ids: string[] = []
  let [rows, start, number] = [0, layout.first.start, layout.first.number]
  for (let line = lineAt(bytes, start, number, true); line; line = lineAt(bytes, start, number, true)) {
    if (!isBlank(bytes, line)) {
      const { label, id } = readRow(bytes, line, file, layout, rule, pixels, rows * layout.pixels)
      if (collector && label !== undefined) labels.push(collector.add(label, line.number))
      if (id !== undefined) ids.push(id)
      rows++
    }
    start = line.next
    number++
  }
  return finish(file, layout, rule, options, pixels.slice(0, rows * layout.pixels), labels, ids, collector)
}

function finish(
  file: string,
  layout: Layout,
  rule: PixelRule,
  options: ReadOptions,
  pixels: Uint8Array,
  labels: number[],
  ids: string[],
  collector?: LabelCollector,
): PixelTable {
  requireConstant(file, layout, pixels)
  const shape = orderedShape(layout, pixels, options)
  if (options.transpose) transpose(pixels, shape)
  const table: PixelTable = {
    pixels,
    rows: pixels.length / layout.pixels,
    shape,
    maxValue: whiteOf(pixels, rule, options),
  }
  if (collector) {
    const { classes, index } = collector.finish()
    table.labels = Uint16Array.from(labels, (label) => index[label]!)
    table.classes = classes
  }
  if (layout.id >= 0) table.ids = ids
  return table
}

function orderedShape(layout: Layout, pixels: Uint8Array, options: ReadOptions): ImageShape {
  const size = { channels: 1, ...layout.shape }
  const given = options.channels ?? layout.shape.channelOrder
  if (given || size.channels === 1) return { ...size, channelOrder: size.channels === 1 ? 'interleaved' : given! }
  const channelOrder = smootherOrder(pixels, size)
  options.onNote?.(
    `channels taken as ${channelOrder}: the pictures are smoother that way (option channels says otherwise)`,
  )
  return { ...size, channelOrder }
}

/** The least of 1, 15, 16, 255 that holds every value, unless given. */
function whiteOf(pixels: Uint8Array, rule: PixelRule, { maxValue }: ReadOptions): number {
  if (rule.fractions) return 255
  if (maxValue !== undefined) return maxValue
  let max = 0
  for (let i = 0; i < pixels.length && max <= 16; i++) if (pixels[i]! > max) max = pixels[i]!
  return [1, 15, 16].find((white) => max <= white) ?? 255
}

/** Without a header, the column beside the label's was the same all through the first rows; a change later means a wrong guess. */
function requireConstant(file: string, { constant, places, pixels: width }: Layout, pixels: Uint8Array): void {
  if (constant === undefined) return
  for (let i = places[constant]!; i < pixels.length; i += width) {
    if (pixels[i] === pixels[places[constant]!]) continue
    const advice = 'Pass label: 0 if it is the first column, label: -1 if it is the last.'
    throw new DataError({ file, problem: 'has no header, and the first or the last column may be the label', advice })
  }
}
