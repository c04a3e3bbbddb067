import { checkTable } from '../check.ts'
import { DataError } from '../error.ts'
import { pixelCount } from '../shape.ts'
import type { PixelTable, PixelValues } from '../types.ts'

type Pictures = Pick<PixelTable, 'pixels' | 'rows' | 'shape'>

/**
 * Rows of `other` whose pictures are also in `table`, as pairs of row numbers in the order of `other` (each with the first such row).
 * Without `other`: rows of `table` that repeat an earlier one. Pictures are equal if every value is. Throws a DataError for a table that is
 * none, and for two of different sizes.
 */
export function duplicates(table: PixelTable, other?: PixelTable): { row: number; of: number }[] {
  checkTable(table, 'duplicates: the table')
  if (other) checkTable(other, 'duplicates: the other table')
  const width = pixelCount(table.shape)
  if (other && pixelCount(other.shape) !== width) {
    const [expected, found] = [`pictures of ${width} pixels`, String(pixelCount(other.shape))]
    throw new DataError({ code: 'DATA_SHAPE_OTHER', expected, found })
  }
  const { firsts, find } = indexed(table)
  const of = other ? find(other) : firsts
  const found: { row: number; of: number }[] = []
  for (const [row, first] of of.entries()) if (first >= 0 && (other || first !== row)) found.push({ row, of: first })
  return found
}

/** How often pictures come again. */
export interface RepeatCounts {
  /** Rows that repeat an earlier picture. */
  repeated: number
  /** Of those, rows with another label than the first of that picture has, where the table has labels. */
  contradictory?: number
}

/** Counts the rows that repeat an earlier picture, and those of them that contradict its label. Throws a DataError for a table that is none. */
export function repeatCounts(table: PixelTable): RepeatCounts {
  checkTable(table, 'repeatCounts: the table')
  const { labels } = table
  let [repeated, contradictory] = [0, 0]
  for (const [row, first] of firstRows(table).entries()) {
    if (first === row) continue
    repeated++
    if (labels && labels[row] !== labels[first]) contradictory++
  }
  return { repeated, ...(labels && { contradictory }) }
}

/** For each row, the first row of the same picture: its own number where the picture has not come before. */
export const firstRows = (table: Pictures): Int32Array => indexed(table).firsts

/** A number for each row's picture, 0..2³² − 1: equal pictures have equal ones, and few others do (`murmur3`). The labels do not count. */
export function rowHashes(table: Pictures): Uint32Array {
  checkTable({ maxValue: 255, ...table }, 'rowHashes: the table')
  return hashesOf(table)
}

/** Finds equal pictures by their hashes and then byte by byte; `find` gives each row's first equal one in the table, else -1. */
function indexed(table: Pictures): { firsts: Int32Array; find: (other: Pictures) => Int32Array } {
  const width = pixelCount(table.shape)
  const hashes = hashesOf(table)
  // An open table of row numbers from 1, at most half full; 0 is a free slot.
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * table.rows + 2)))
  const slotOf = (pixels: PixelValues, row: number, hash: number): number => {
    for (let slot = hash & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const first = slots[slot]! - 1
      if (first < 0) return slot
      if (hashes[first] === hash && same(table.pixels, first * width, pixels, row * width, width)) return slot
    }
  }
  // Loops, as `from` with a function takes several times as long.
  const firsts = new Int32Array(table.rows)
  for (let row = 0; row < table.rows; row++) {
    const slot = slotOf(table.pixels, row, hashes[row]!)
    if (slots[slot] === 0) slots[slot] = row + 1
    firsts[row] = slots[slot]! - 1
  }
  const find = (other: Pictures) =>
    Int32Array.from(hashesOf(other), (hash, row) => slots[slotOf(other.pixels, row, hash)]! - 1)
  return { firsts, find }
}

function same(a: PixelValues, aStart: number, b: PixelValues, bStart: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false
  return true
}

function hashesOf({ pixels, rows, shape }: Pictures): Uint32Array {
  const width = pixelCount(shape) * pixels.BYTES_PER_ELEMENT
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  const hashes = new Uint32Array(rows)
  for (let row = 0; row < rows; row++) hashes[row] = murmur3(view, row * width, (row + 1) * width)
  return hashes
}

/** MurmurHash3 of some bytes, 32 bits, seed 0 (Austin Appleby): a word at a time, which takes a third of what FNV takes. */
function murmur3(bytes: DataView, start: number, end: number): number {
  let [hash, at] = [0, start]
  for (; at + 4 <= end; at += 4) {
    hash ^= scrambled(bytes.getUint32(at, true))
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = end - 1; i >= at; i--) rest = (rest << 8) | bytes.getUint8(i)
  hash ^= scrambled(rest) ^ (end - start)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51)
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593)
}
