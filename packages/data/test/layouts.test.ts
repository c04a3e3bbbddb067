import { type PixelTable, readTable } from '@pixelrow/data'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytes } from './helpers.ts'

const parsers = ['simd', 'plain', 'strict'] as const

/** Rows of any width, with the columns in any order and a label and an id anywhere. */
const layouts = fc.record({
  side: fc.integer({ min: 1, max: 12 }),
  rows: fc.integer({ min: 1, max: 6 }),
  dense: fc.boolean(),
  shuffled: fc.boolean(),
  labelAt: fc.option(fc.nat(145), { nil: undefined }),
  idAt: fc.option(fc.nat(145), { nil: undefined }),
  eol: fc.constantFrom('\n', '\r\n'),
  numbers: fc.infiniteStream(fc.nat(255)),
})

test('any layout reads as the table that was written, by every parser', async () => {
  await fc.assert(
    fc.asyncProperty(layouts, async ({ side, rows, dense, shuffled, labelAt, idAt, eol, numbers }) => {
      const next = () => numbers.next().value as number
      const pixels = Array.from({ length: rows }, () =>
        Array.from({ length: side * side }, () => (dense || next() < 60 ? next() : 0)),
      )
      const order = pixels[0]!.map((_, i) => i)
      if (shuffled) order.sort((a, b) => ((a * 7919) % 31) - ((b * 7919) % 31))
      const columns: { name: string; cell(row: number): string | number }[] = order.map((i) => ({
        name: `pixel${i}`,
        cell: (row) => pixels[row]![i]!,
      }))
      if (labelAt !== undefined) columns.splice(labelAt, 0, { name: 'label', cell: (row) => row * 5 })
      if (idAt !== undefined) columns.splice(idAt, 0, { name: 'id', cell: (row) => `row ${row}` })
      const lines = [columns.map(({ name }) => name), ...pixels.map((_, row) => columns.map(({ cell }) => cell(row)))]
      const expected: PixelTable = {
        pixels: Uint8Array.from(pixels.flat()),
        rows,
        shape: { height: side, width: side, channels: 1, channelOrder: 'interleaved' },
        maxValue: 255,
        ...(labelAt !== undefined && {
          labels: Uint16Array.from({ length: rows }, (_, row) => row),
          classes: pixels.map((_, row) => String(row * 5)),
        }),
        ...(idAt !== undefined && { ids: pixels.map((_, row) => `row ${row}`) }),
      }
      const file = bytes(lines.map((line) => line.join(',')).join(eol))
      for (const parser of parsers) expect(await readTable(file, { parser, maxValue: 255 })).toEqual(expected)
    }),
    { numRuns: 150, seed: 5 },
  )
})
