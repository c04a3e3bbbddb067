import { DataError, kFold, type PixelTable, readRows, readTable, split, splitByColumn } from '@pixelrow/data'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dataError } from './helpers.ts'

/** Rows of four pixels with a label, a writer and the part that each is of. */
const text = (writers: readonly string[], parts: readonly string[] = []) =>
  [
    'label,writer,part,pixel0,pixel1,pixel2,pixel3',
    ...writers.map((writer, row) => `${row % 2},${writer},${parts[row] ?? 'train'},${row % 256},${row >> 8},3,4`),
    '',
  ].join('\n')
const bytes = (csv: string) => new TextEncoder().encode(csv)
const keep = ['writer', 'part']

test('columns that are kept are texts of each row, whatever reads them, and go with the rows', async () => {
  const source = bytes(text(['ann', '"bob, b"', '007', 'ann']))
  for (const parser of ['simd', 'plain', 'strict'] as const) {
    const table = await readTable(source, { keep, parser })
    expect(table.kept).toEqual({ writer: ['ann', 'bob, b', '007', 'ann'], part: ['train', 'train', 'train', 'train'] })
  }
  const batches: PixelTable[] = []
  for await (const batch of readRows(source, { keep: [1], drop: ['part'], batch: 3 })) batches.push(batch)
  expect(batches.map(({ kept }) => kept)).toEqual([{ '1': ['ann', 'bob, b', '007'] }, { '1': ['ann'] }])
  expect((await readTable(source, { columns: { keep: ['writer', 'nobody'], drop: ['part'] } })).kept).toHaveProperty(
    'writer',
  )
})

/** Both sides of a split; undefined where nothing can be held out. */
function sides(table: PixelTable, options: Parameters<typeof split>[1]) {
  try {
    return split(table, options)
  } catch (error) {
    if (error instanceof DataError && error.code === 'DATA_SPLIT_IMPOSSIBLE') return undefined
    throw error
  }
}

test('no group is on both sides of a split, nor in two folds; the same seed gives the same rows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 12, maxLength: 80 }),
      fc.nat(1000),
      fc.boolean(),
      async (writers, seed, stratified) => {
        const table = await readTable(bytes(text(writers.map((writer) => `w${writer}`))), { keep })
        const groups = ({ kept }: PixelTable) => new Set(kept!.writer)
        fc.pre(groups(table).size > 2)
        const options = { seed, stratified, group: 'writer' }
        // Stratified, a class may lie with one writer alone, whom training keeps: then there is nothing to hold out.
        const parts = sides(table, options)
        fc.pre(parts !== undefined)
        const { train, validation } = parts

        expect([...groups(train)].filter((one) => groups(validation).has(one))).toEqual([])
        expect(train.rows + validation.rows).toBe(table.rows)
        expect(split(table, options).validation.kept).toEqual(validation.kept)
        for (const fold of kFold(table, { ...options, folds: 2 }))
          expect([...groups(fold.train)].filter((one) => groups(fold.validation).has(one))).toEqual([])
      },
    ),
    { numRuns: 60 },
  )
})

test('parts by a column: words of every site, others and a column that is not kept are refused', async () => {
  const parts = ['Training', 'train', 'PublicTest', 'valid', 'dev', 'PrivateTest', 'TEST']
  const table = await readTable(bytes(text(parts.map(String), parts)), { keep })
  const rows = Object.fromEntries(Object.entries(splitByColumn(table, 'part')).map(([part, { rows }]) => [part, rows]))
  expect(rows).toEqual({ train: 2, validation: 3, test: 2 })
  const other = await readTable(bytes(text(['a', 'b'], ['train', 'fold 3'])), { keep })
  expect(await dataError(Promise.resolve().then(() => splitByColumn(other, 'part')))).toMatchObject({
    code: 'DATA_SPLIT_UNKNOWN',
    params: { values: ['fold 3'] },
  })
  expect(await dataError(Promise.resolve().then(() => split(table, { group: 'person' })))).toMatchObject({
    code: 'DATA_COLUMN_MISSING',
  })
})
