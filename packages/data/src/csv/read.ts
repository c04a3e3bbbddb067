import { MOST_FLOAT } from '../../../../common/values.ts'
import { DataError } from '../error.ts'
import { requireFit } from '../source/checked.ts'
import { formatOf, type WholeFile } from '../source/formats.ts'
import type { SourceKind } from '../source/options.ts'
import { instead, requireText } from '../source/sniff.ts'
import { allBytes, type ByteSource } from '../source/source.ts'
import { concat, peek, unlessAborted } from '../source/stream.ts'
import type { PixelTable, ReadOptions, TableSource } from '../types.ts'
import { batchSink } from './batches.ts'
import { holdsFloats, type Layout, labelUnknown, sniff, told } from './layout.ts'
import { hasTwoLines } from './lines.ts'
import { LONGEST_LINE, type RowReader, type RowSink, rowReader } from './reader.ts'
import type { PixelRule } from './row.ts'
import { mostRows, planOf, type Scanner, strictScanner } from './scanner.ts'
import { compileKernel, simdMaker } from './simd.ts'
import { tableSink } from './table.ts'

/** Bytes that are looked at before the first row is read, and read at a time. */
const CHUNK = 1 << 18
const UTF8_MARK = [0xef, 0xbb, 0xbf]
const UTF16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
]

/** Bytes of a source, and whether they are its last. */
interface Piece {
  bytes: Uint8Array
  last: boolean
}

/** The start of a file: enough to know what its columns are. */
interface Head {
  bytes: Uint8Array
  last: boolean
  layout: Layout
}

/** Opens what a table is read from. */
export type Open = (source: TableSource, options: ReadOptions) => Promise<ByteSource>

/** Reads a file as a whole. */
type WholeReader = (file: WholeFile, options: ReadOptions) => PixelTable | Promise<PixelTable>

/** Where a table is read: how a source is opened, and what else is read there than everywhere. */
export interface Surroundings {
  open: Open
  /** Loads what reads Parquet: not in a page, whose bundler would look for the optional package. */
  parquet?(): Promise<{ tableOfFile: WholeReader }>
}

/** The table in a CSV, IDX or `.npy` file; `within` is what that file is in. */
export async function tableOf(
  surroundings: Surroundings,
  from: TableSource,
  options: ReadOptions,
  ...within: 'zip'[]
): Promise<PixelTable> {
  const source = await surroundings.open(from, options)
  let [start, format]: [start?: Piece, format?: SourceKind] = []
  try {
    start = await moreOf(source, CHUNK, options)
    format = formatOf(start.bytes)
    if (!format) await requireText(start.bytes, source)
    await requireFit(source.name, [format ?? 'csv', ...within], options)
    if (format) return await wholeTable(surroundings, format, source, start.bytes, options)
    const head = await headOf(source, start, options)
    const sink = tableSink(head.layout, options, guessRows(head, source.size))
    for await (const _ of pump(source, head, sink, options));
    return sink.table()
  } catch (error) {
    // What reads a format says itself what is wrong with it.
    throw format ? error : await instead(error, source, start?.bytes)
  } finally {
    await closed(source, options)
  }
}

/** Closes a source. After an abort it may be waiting for a chunk that never comes, and nobody waits with it. */
async function closed(source: ByteSource, { signal }: ReadOptions): Promise<void> {
  const closing = source.close()
  if (!signal?.aborted) await closing
}

/** Refuses to read in batches what is no CSV. */
export function notCsv(file: string, kind: SourceKind): never {
  const found = kind.toUpperCase()
  const advice = 'Read it with readTable.'
  throw new DataError({ code: 'DATA_SOURCE_INVALID', file, expected: 'CSV, to read in batches', found, advice })
}

const arrays = () => import('../arrays/tables.ts')

/** The table in a file that is no text. */
async function wholeTable(
  { open, parquet }: Surroundings,
  format: SourceKind,
  source: ByteSource,
  first: Uint8Array,
  options: ReadOptions,
): Promise<PixelTable> {
  const bytes = await allBytes(source, first)
  const { label, labels, signal, onBytes } = options
  const isUnlabelled = labels === undefined || label === false
  const how = { ...(signal && { signal }), ...(onBytes && { onBytes }) }
  const labelBytes = isUnlabelled ? undefined : await allBytes(await open(labels, how))
  // Apart, so that a page that reads CSV alone does not load it.
  if (format === 'parquet' && !parquet) {
    const advice = 'Read it in Node, or save it as CSV.'
    throw new DataError({ code: 'DATA_SOURCE_INVALID', file: source.name, expected: 'CSV', found: 'Parquet', advice })
  }
  const { tableOfFile } = await (format === 'parquet' ? parquet! : arrays)()
  return tableOfFile({ file: source.name, bytes, labels: labelBytes }, options)
}

/** The rows of a CSV file, batch by batch. */
export async function* batchesOf(
  open: Open,
  from: TableSource,
  batch = 256,
  options: ReadOptions,
  ...within: 'zip'[]
): AsyncGenerator<PixelTable, void, undefined> {
  const source = await open(from, options)
  let [start, format]: [start?: Piece, format?: SourceKind] = []
  try {
    start = await moreOf(source, CHUNK, options)
    format = formatOf(start.bytes)
    if (format) notCsv(source.name, format)
    await requireText(start.bytes, source)
    await requireFit(source.name, ['csv', ...within], options)
    const head = await headOf(source, start, options)
    if (head.layout.constant !== undefined) labelUnknown(source.name)
    const sink = batchSink(head.layout, options, batch)
    for await (const _ of pump(source, head, sink, options)) yield* sink.full()
    yield* sink.rest()
  } catch (error) {
    throw format ? error : await instead(error, source, start?.bytes)
  } finally {
    await closed(source, options)
  }
}

/** Reads on until a header and a row are there. Only as many bytes count as would of any source, whatever the chunks it comes in. */
async function headOf(source: ByteSource, start: Piece, options: ReadOptions): Promise<Head> {
  let { bytes: all, last } = start
  for (let limit = CHUNK; ; limit *= 2) {
    const bytes = withoutMark(all, source.name)
    const known = bytes.subarray(0, limit)
    const whole = last && known.length === bytes.length
    if (whole || hasTwoLines(known) || limit > LONGEST_LINE) {
      const found = sniff(source.name, known, whole, options)
      const layout = holdsFloats(known, found, options) ? { ...found, floats: true } : found
      options.onLayout?.(told(layout))
      return { bytes, last, layout }
    }
    if (last) continue
    const more = await moreOf(source, 2 * limit - all.length, options)
    all = concat([all, more.bytes])
    last = more.last
  }
}

async function moreOf(source: ByteSource, count: number, { signal }: ReadOptions): Promise<Piece> {
  signal?.throwIfAborted()
  return unlessAborted(peek(source.chunks, count), signal)
}

/** The bytes after a UTF-8 byte order mark. Throws a DataError for UTF-16. */
function withoutMark(bytes: Uint8Array, file: string): Uint8Array {
  const starts = (mark: number[]): boolean => mark.every((byte, i) => bytes[i] === byte)
  if (UTF16_MARKS.some(starts)) {
    const advice = 'Save it as CSV in UTF-8.'
    throw new DataError({ code: 'DATA_ENCODING_INVALID', file, found: 'UTF-16', expected: 'UTF-8', advice })
  }
  return starts(UTF8_MARK) ? bytes.subarray(UTF8_MARK.length) : bytes
}

/** Gives all rows of a source to a sink, yielding after each piece so that the caller may empty the sink. */
async function* pump(source: ByteSource, head: Head, sink: RowSink, options: ReadOptions): AsyncGenerator<void> {
  const { signal } = options
  const { layout } = head
  signal?.throwIfAborted()
  const scanner = await scannerMaker(layout, options)
  const reader = rowReader({ layout, rule: ruleOf(layout, options), sink, scanner, capacity: CHUNK })
  yield* feed(reader, head.bytes.subarray(layout.first.start))
  if (source.fill) {
    for (let got = source.fill(reader.space()); got > 0; got = source.fill(reader.space())) {
      reader.commit(got)
      yield
      await source.pause?.()
      signal?.throwIfAborted()
    }
  } else {
    const next = () => unlessAborted(source.chunks.next(), signal)
    for (let chunk = await next(); !chunk.done; chunk = await next()) yield* feed(reader, chunk.value)
  }
  await source.done?.()
  reader.end()
}

function* feed(reader: RowReader, chunk: Uint8Array): Generator<void> {
  for (let start = 0; start < chunk.length; ) {
    const room = reader.space()
    const part = chunk.subarray(start, start + room.length)
    room.set(part)
    reader.commit(part.length)
    start += part.length
    yield
  }
}

/** The fastest scanner that runs here, or the one asked for. */
async function scannerMaker(layout: Layout, { parser }: ReadOptions): Promise<(capacity: number) => Scanner> {
  const plan = planOf(layout)
  // Scanners know the comma and bytes alone.
  if (parser === 'strict' || layout.separator || layout.floats) return (capacity) => strictScanner(capacity, plan)
  const kernel = parser === 'plain' ? undefined : await compileKernel()
  const made = kernel && simdMaker(kernel, plan)
  if (made) return made
  if (parser === 'simd') {
    const problem = 'parser: this JavaScript engine runs no WebAssembly with SIMD, or has no memory for it'
    throw new DataError({ code: 'DATA_PARSER_UNAVAILABLE', problem })
  }
  // Apart, as hardly any engine needs it.
  const { plainScanner } = await import('./plain.ts')
  return (capacity) => plainScanner(capacity, plan, mostRows(capacity, plan))
}

const ruleOf = ({ floats }: Layout, { maxValue = 255, fractions = false }: ReadOptions): PixelRule =>
  floats ? { max: MOST_FLOAT, fractions: false, floats } : { max: maxValue, fractions }

/** How many rows a file of this size holds if they are like the first ones, a little more to be safe; growing is possible but slow. */
function guessRows({ bytes, last, layout }: Head, size: number | undefined): number {
  let [lines, end] = [0, layout.first.start]
  for (let next = bytes.indexOf(10, end); next >= 0; next = bytes.indexOf(10, end)) {
    end = next + 1
    lines++
  }
  if (last) return lines + 1
  const rowBytes = (end - layout.first.start) / Math.max(1, lines)
  return Math.ceil(((size ?? 4 * CHUNK) / Math.max(rowBytes, layout.columns)) * 1.02) + 16
}
