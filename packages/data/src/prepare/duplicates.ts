import { pixelCount } from '../shape.ts'
import type { PixelTable } from '../types.ts'

/**
 * Rows of `other` whose pictures are also in `table`, as pairs of row numbers in the order of `other` (each with the first such row).
 * Without `other`: rows of `table` that repeat an earlier one. Pictures are equal if every byte is.
 */
export function duplicates(table: PixelTable, other?: PixelTable): { row: number; of: number }[] {
  const width = pixelCount(table.shape)
  if (other && pixelCount(other.shape) !== width) {
    throw new RangeError(`expected pictures of ${width} pixels, found ${pixelCount(other.shape)}.`)
  }
  const seen = new Map<number, number[]>()
  const picture = ({ pixels }: PixelTable, row: number) => pixels.subarray(row * width, (row + 1) * width)
  const find = (pixels: Uint8Array, hash: number) => seen.get(hash)?.find((row) => same(picture(table, row), pixels))
  const found: { row: number; of: number }[] = []
  for (let row = 0; row < table.rows; row++) {
    const hash = hashOf(picture(table, row))
    const of = find(picture(table, row), hash)
    if (of !== undefined && !other) found.push({ row, of })
    if (of === undefined) seen.set(hash, [...(seen.get(hash) ?? []), row])
  }
  for (let row = 0; other && row < other.rows; row++) {
    const of = find(picture(other, row), hashOf(picture(other, row)))
    if (of !== undefined) found.push({ row, of })
  }
  return found
}

/**
 * A number for each row's picture, 0..2³² − 1: equal pictures have equal ones, and few others do (FNV-1a over the bytes). The labels
 * do not count.
 */
export function rowHashes(table: Pick<PixelTable, 'pixels' | 'rows' | 'shape'>): Uint32Array {
  const width = pixelCount(table.shape)
  return Uint32Array.from({ length: table.rows }, (_, row) =>
    hashOf(table.pixels.subarray(row * width, (row + 1) * width)),
  )
}

/** FNV-1a over the bytes, 32 bits. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash >>> 0
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
