import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  isSampleName,
  type ReadOptions,
  readRows,
  readSample,
  readSubmission,
  readSubmissionRows,
  submissionText,
  writeSubmission,
} from '@pixelrow/data'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { zipOf } from '../../files/test/writer.ts'
import { bytes, dataError, read } from './helpers.ts'

const pixels = 'pixel0,pixel1,pixel2,pixel3'

test.each<[string, string, ReadOptions, object]>([
  ['image_id', '1', {}, { ids: ['1'] }],
  ['Row ID', '1', {}, { ids: ['1'] }],
  ['file', 'a.png', { columns: { id: 'File' } }, { ids: ['a.png'] }],
  ['file-name', 'a.png', { columns: { id: 'file_name' } }, { ids: ['a.png'] }],
  ['digit', '7', { columns: { label: 'Digit', id: 'nowhere' } }, { classes: ['7'] }],
  ['digit', '7', { columns: { label: 'digit' }, label: false }, {}],
])('column %s with %s, read with %j', async (name, cell, options, expected) => {
  const { ids, classes } = await read(`${name},${pixels}\n${cell},1,2,3,4\n`, options)
  expect({ ids, classes }).toEqual({ ids: undefined, classes: undefined, ...expected })
})

test('a name that an option gives goes before a usual one', async () => {
  const text = `id,name,${pixels}\n7,x,1,2,3,4\n`
  expect((await read(text, { columns: { id: 'name' }, drop: ['id'] })).ids).toEqual(['x'])
})

/** A table with an unnamed first column, as a data frame is written with its index. */
const indexed = (cells: readonly string[], name = '') =>
  `${name},label,${pixels}\n${cells.map((cell, row) => `${cell},${row % 2},${row},1,2,3\n`).join('')}`

async function both(text: string, options: ReadOptions = {}) {
  const notes: string[] = []
  const onNote = (note: string) => void notes.push(note)
  const table = await read(text, { ...options, onNote })
  const ids: string[] = []
  for await (const batch of readRows(bytes(text), { ...options, batch: 2, onNote })) ids.push(...(batch.ids ?? []))
  return { ids: table.ids, streamed: ids, notes, rows: table.rows }
}

test.each(['', 'Unnamed: 0'])('an index column %j that counts the rows is left out, and said', async (name) => {
  const found = await both(indexed(['0', '1', '2'], name))
  const note = 'the unnamed first column counts the rows from 0, and is left out (option id)'
  expect(found).toEqual({ ids: undefined, streamed: [], notes: [note, note], rows: 3 })
})

test('an index column that does not count names the rows, and that is said', async () => {
  const found = await both(indexed(['2', '0', '1']))
  const note = 'the unnamed first column is taken as the id of each row (option id)'
  expect(found).toEqual({ ids: ['2', '0', '1'], streamed: ['2', '0', '1'], notes: [note, note], rows: 3 })
})

test('an index column that counts and then does not: ids of a whole table, an error of a stream', async () => {
  const text = indexed(['0', '1', '5'])
  expect((await read(text)).ids).toEqual(['0', '1', '5'])
  const stream = readRows(bytes(text), { batch: 1, name: 'a.csv' })
  const error = await dataError(
    (async () => {
      for await (const _ of stream);
    })(),
  )
  expect(error).toMatchObject({
    code: 'DATA_INDEX_BROKEN',
    params: { file: 'a.csv', row: 4, column: '', expected: '2, as the column counts up to here', found: "'5'" },
    advice: 'Pass id: 0 if the column names the rows, drop: [0] to leave it out.',
  })
  // What it advises is a way on.
  expect((await both(text, { id: 0 })).streamed).toEqual(['0', '1', '5'])
  expect(await both(text, { drop: [0] })).toMatchObject({ ids: undefined, streamed: [], notes: [] })
})

test('saved twice, a table has the older index beside the new one; with ids of its own it needs neither', async () => {
  const rows = ['0,8,x7', '1,3,x9']
  const text = (names: string, cut: number) =>
    `${names},${pixels}\n${rows.map((row) => `${row.split(',').slice(0, cut).join(',')},1,2,3,4\n`).join('')}`
  expect((await read(text(',Unnamed: 0', 2))).ids).toEqual(['8', '3'])
  expect((await read(text('Unnamed: 0.1,Unnamed: 0,id', 3))).ids).toEqual(['x7', 'x9'])
  expect((await read(text(',Unnamed: 0', 2), { id: false })).ids).toBeUndefined()
})

test('any index column gives ids or none, never a pixel', async () => {
  const cells = fc.array(fc.nat(20).map(String), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(cells, async (index) => {
      const counts = index.every((cell, row) => cell === String(row))
      const table = await read(indexed(index))
      expect(table.ids).toEqual(counts ? undefined : index)
      expect([table.rows, table.shape.width]).toEqual([index.length, 2])
    }),
    { numRuns: 60, seed: 3 },
  )
})

test.each([
  ['sample_submission.csv', true],
  ['sampleSubmission.csv', true],
  ['data/SampleSubmission.csv.gz', true],
  ['in\\a\\sample-submission_stage_1.csv', true],
  ['example_submission.csv', true],
  ['submission_format.csv', true],
  ['sample_sub.csv', true],
  ['submission.csv', false],
  ['samples.csv', false],
  ['sample_submission.csv.zip', false],
  ['sample_submission/train.csv', false],
])('%s is the name of a sample: %s', (name, expected) => {
  expect(isSampleName(name)).toBe(expected)
})

test('a submission comes whole or piece by piece, with the lines that an editor shows, from gzip and zip too', async () => {
  const rows = fc.array(
    fc.tuple(fc.stringMatching(/^[a-z0-9 ".,é-]{0,6}$/), fc.boolean(), fc.constantFrom('\n', '\r\n')),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  await fc.assert(
    fc.asyncProperty(rows, fc.boolean(), fc.boolean(), fc.nat(9), async (cells, marked, ended, chunk) => {
      const quoted = (text: string) => (/^[a-z0-9.-]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`)
      const lines = cells.map(([text, blank, end], row) => `${blank ? ' \n' : ''}${row},${quoted(text)}${end}`)
      const text = `${marked ? '\ufeff' : ''}\nid,label\n${lines.join('')}`
      const all = bytes(ended ? text : text.replace(/\r?\n$/, ''))
      async function* pieces() {
        for (let at = 0; at < all.length; at += chunk + 1) yield all.slice(at, at + chunk + 1)
      }
      const labels = cells.map(([label]) => label.replace(/^[ \t]+|[ \t]+$/g, ''))
      const whole = { header: ['id', 'label'], ids: cells.map((_, row) => String(row)), labels }
      expect(await readSubmission(all)).toEqual(whole)
      const found: { ids: string[]; labels: string[]; lines: number[] } = { ids: [], labels: [], lines: [] }
      for await (const piece of readSubmissionRows(pieces())) {
        expect(piece.header).toEqual(whole.header)
        found.ids.push(...piece.ids)
        found.labels.push(...piece.labels)
        found.lines.push(...piece.lines)
      }
      let line = 2
      const expected = cells.map(([, blank]) => {
        line += blank ? 2 : 1
        return line
      })
      expect(found).toEqual({ ids: whole.ids, labels, lines: expected })
    }),
    { numRuns: 100, seed: 11 },
  )
  const text = 'id,label\n7,x\n'
  const expected = { header: ['id', 'label'], ids: ['7'], labels: ['x'] }
  expect(await readSubmission(gzipSync(text))).toEqual(expected)
  expect(await readSubmission(zipOf([{ name: 'sample_submission.csv', data: bytes(text) }]))).toEqual(expected)
})

test('a sample may have a column for each class; a submission may not', async () => {
  const wide = bytes('id,cat,dog\nx,0.5,0.5\ny,0.5,0.5\n')
  expect(await readSample(wide)).toEqual({ header: ['id', 'cat', 'dog'], ids: ['x', 'y'], labels: ['0.5', '0.5'] })
  expect(await dataError(readSubmission(wide, { name: 's.csv' }))).toMatchObject({
    code: 'DATA_SUBMISSION_COLUMNS',
    params: { columns: ['id', 'cat', 'dog'] },
    message: 's.csv row 1: expected an id and a label, found 3 cells.',
  })
  expect((await dataError(readSample(bytes('id,cat,dog\nx,1\n')))).message).toBe(
    'input row 2: expected 3 cells, found 2 cells.',
  )
  expect((await dataError(readSample(bytes('id\nx\n')))).message).toContain('found 1 cell')
})

test('what is no option, and an id twice, are refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-ids-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 's.csv')
  writeFileSync(path, 'id,label\n1,2\n')
  const named = { nmae: 'x' } as object
  expect(await dataError(readSubmission(path, named))).toMatchObject({
    code: 'DATA_OPTION_UNKNOWN',
    message: 'readSubmission: there is no option nmae. Did you mean name?',
  })
  expect((await dataError(readSubmissionRows(path, named).next())).code).toBe('DATA_OPTION_UNKNOWN')
  expect((await dataError(readSample(path, named))).code).toBe('DATA_OPTION_UNKNOWN')
  const labels = Uint16Array.of(0, 1)
  for (const [rows, message] of [
    [{ labels, heading: ['a', 'b'] }, 'submissionText: there is no option heading. Did you mean header?'],
    [{ labels, ids: [1, 2] }, 'submissionText: ids must be a list of texts; found [1,2].'],
    [{ labels, header: ['id'] }, 'submissionText: header must be two names; found ["id"].'],
    [{ labels: 'ab' }, "submissionText: labels must be a Uint16Array or a list of texts; found 'ab'."],
    [
      { labels, ids: ['a', 'a'] },
      "submissionText: id 'a' stands in row 0 and in row 1 (the first is 0). Each id may stand in a submission once.",
    ],
  ] as const) {
    // What a program in JavaScript may pass.
    const given: object = rows
    expect(() => submissionText(given as Parameters<typeof submissionText>[0])).toThrow(message)
    await expect(writeSubmission(path, given as Parameters<typeof submissionText>[0])).rejects.toThrow(message)
  }
})

test('a decision comes in a sentence that names the options, and as data', async () => {
  const told: unknown[] = []
  const onNote: ReadOptions['onNote'] = (note, decision) => void told.push(note, decision)
  await read(`,${pixels}\n0,1,2,3,4\n1,1,2,3,4\n`, { onNote })
  const text = 'the unnamed first column counts the rows from 0, and is left out'
  expect(told).toEqual([`${text} (option id)`, { text, options: ['id'] }])
})
