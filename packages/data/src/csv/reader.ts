import { DataError } from '../error.ts'
import type { PixelValues } from '../types.ts'
import { cellPlace, isBlank, type Line, spanText } from './cells.ts'
import type { Layout } from './layout.ts'
import { FractionError, type PixelRule, readRow } from './row.ts'
import { planOf, type Scanner } from './scanner.ts'

const LF = 10
/** In bytes. */
export const LONGEST_LINE = 1 << 26

/** Where rows go, in the file's order. `pixels` is only good during the call. */
export interface RowSink {
  take(pixels: PixelValues, rows: number): void
  /** The number of a label's text. */
  label(text: string, row: number): number
  /** The number of each row's label so far; the reader adds to it. */
  labels: number[]
  id(text: string, row: number): void
  /** The texts of the columns that are kept, in their order; not called where there are none. */
  keep(texts: string[]): void
  /** A fraction was met: rows so far become fractions of 255, and the rest is read so. False refuses it. */
  fractions(): boolean
}

/** Takes a file's bytes as they come and gives rows to a sink. */
export interface RowReader {
  /** Room for the next bytes; never empty. */
  space(): Uint8Array
  /** So many bytes were put into the room. */
  commit(count: number): void
  /** There are no more bytes. */
  end(): void
}

/** How to read rows: everything that does not change while reading. */
export interface RowTask {
  layout: Layout
  rule: PixelRule
  sink: RowSink
  /** Makes a scanner for lines of up to so many bytes in all. */
  scanner(capacity: number): Scanner
  capacity: number
}

/** Reads rows from `layout.first` on: many lines at once where the scanner takes them, else one by one and strictly. */
export function rowReader({ layout, rule, sink, scanner: makeScanner, capacity }: RowTask): RowReader {
  let scanner = makeScanner(capacity)
  let have = 0
  let number = layout.first.number
  let current = rule
  let ending = false
  const take = rowTaker(layout, sink)
  const strictRow = layout.floats ? new Float32Array(layout.pixels) : new Uint8Array(layout.pixels)

  function strict(line: Line): void {
    if (isBlank(scanner.memory, line)) return
    const { label, id, kept } = readStrictly(line)
    sink.take(strictRow, 1)
    if (label !== undefined) sink.labels.push(sink.label(label, line.number))
    if (id !== undefined) sink.id(requireId(id, layout, line.number), line.number)
    if (kept) sink.keep(kept)
  }

  function readStrictly(line: Line) {
    try {
      return readRow(scanner.memory, line, layout, current, strictRow)
    } catch (error) {
      if (!(error instanceof FractionError) || !sink.fractions()) throw error
      current = { ...current, fractions: true }
      return readRow(scanner.memory, line, layout, current, strictRow)
    }
  }

  /** Reads the whole lines from the start of the input to `end`. */
  function read(end: number): void {
    let p = scanner.input
    while (p < end) {
      if (!current.fractions) {
        const rows = scanner.scan(p, end)
        const fine = current.max < 255 ? rowsWithin(scanner, rows, layout.pixels, current.max) : rows
        take(scanner, fine, number)
        number += fine
        for (let row = 0; row < fine && fine < rows; row++) p = scanner.memory.indexOf(LF, p) + 1
        if (fine === rows) {
          p = scanner.consumed
          if (!scanner.refused) continue
        }
      }
      const line = lineUpTo(scanner.memory, p, number++)
      strict({ ...line, open: ending })
      p = line.next
    }
    scanner.memory.copyWithin(scanner.input, end, scanner.input + have)
    have -= end - scanner.input
  }

  return {
    space() {
      if (have === scanner.capacity) {
        if (have > LONGEST_LINE) tooLong(layout.file, number)
        const full = scanner
        scanner = makeScanner(2 * full.capacity)
        scanner.memory.set(full.memory.subarray(full.input, full.input + have), scanner.input)
      }
      return scanner.memory.subarray(scanner.input + have, scanner.input + scanner.capacity)
    },
    commit(count) {
      const fresh = scanner.input + have
      have += count
      const last = scanner.memory.subarray(fresh, fresh + count).lastIndexOf(LF)
      if (last >= 0) read(fresh + last + 1)
    },
    end() {
      if (have === 0) return
      // Whole lines are read at once, so that only the last can be left, without a line end.
      ending = true
      this.space()[0] = LF
      this.commit(1)
    },
  }
}

/** The line at `start`, which ends with a line feed. */
function lineUpTo(memory: Uint8Array, start: number, number: number): Line {
  const end = memory.indexOf(LF, start)
  return { start, end: end > start && memory[end - 1] === 13 ? end - 1 : end, next: end + 1, number }
}

/** How many of the rows have no pixel above `max`, up to the first that has. */
function rowsWithin({ memory, output }: Scanner, rows: number, pixels: number, max: number): number {
  const end = output + rows * pixels
  for (let i = output; i < end; i++) if (memory[i]! > max) return Math.floor((i - output) / pixels)
  return rows
}

/** Gives scanned rows to the sink: pixels in their places, then labels and identifiers. */
function rowTaker(layout: Layout, sink: RowSink): (scanner: Scanner, rows: number, number: number) => void {
  const { texts } = planOf(layout)
  const order = layout.places.filter((place) => place >= 0)
  const inOrder = order.every((place, i) => place === i)
  const textPlace = (column: number) =>
    layout.places.subarray(0, column).filter((place, i) => place < 0 && i !== layout.packed).length
  const placeOf = (column: number) => (column < 0 ? -1 : textPlace(column))
  const [label, id] = [placeOf(layout.label), placeOf(layout.id)]
  const kept = Object.values(layout.keep).map((column) => [column, placeOf(column)] as const)
  // By the byte of a label of one digit, as most are.
  const numbers: number[] = []
  return ({ memory, output, spans }, rows, number) => {
    if (rows === 0) return
    const pixels = memory.subarray(output, output + rows * layout.pixels)
    if (!inOrder) reorder(pixels, order)
    sink.take(pixels, rows)
    if (texts === 0) return
    const text = (at: number, column: number, row: number) =>
      spanText(memory, spans[at]!, spans[at + 1]!, layout, row, column)
    for (let row = number, at = 0; row < number + rows; row++, at += 2 * texts) {
      if (label >= 0) {
        const span = at + 2 * label
        const byte = spans[span + 1]! - spans[span]! === 1 ? memory[spans[span]!]! : 256
        if (byte === 256 || numbers[byte] === undefined) numbers[byte] = sink.label(text(span, layout.label, row), row)
        sink.labels.push(numbers[byte]!)
      }
      if (id >= 0) sink.id(requireId(text(at + 2 * id, layout.id, row), layout, row), row)
      if (kept.length > 0) sink.keep(kept.map(([column, place]) => text(at + 2 * place, column, row)))
    }
  }
}

/** Puts the pixels of each row into their places. */
function reorder(pixels: Uint8Array, places: Int32Array): void {
  const row = new Uint8Array(places.length)
  for (let start = 0; start < pixels.length; start += places.length) {
    for (let i = 0; i < places.length; i++) row[places[i]!] = pixels[start + i]!
    pixels.set(row, start)
  }
}

function requireId(id: string, layout: Layout, row: number): string {
  if (id !== '') return id
  const place = { ...cellPlace(layout, row, layout.id), expected: 'an id', found: 'an empty cell' }
  throw new DataError({ code: 'DATA_ID_EMPTY', ...place })
}

function tooLong(file: string, row: number): never {
  const advice = 'Is this a CSV file with a line for each image?'
  const [expected, found] = ['lines of at most 64 MiB', 'a longer one']
  throw new DataError({ code: 'DATA_LINE_TOO_LONG', file, row, expected, found, advice })
}
