import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { csvRows, fakeTable, pixelrow, workFolder } from './helpers.ts'

const short = ['--recipe', 'linear', '--batch-size', '10', '--epochs', '5']
const usage = ['Training', 'Training', 'Training', 'PublicTest', 'PrivateTest']

/** A table as FER2013's: a column says what each row is for; another who wrote it. */
function write(path: string): void {
  const [header, ...rows] = csvRows(fakeTable({ rows: 100, classes: ['cat', 'dog', 'emu'] }).labelled)
  const lines = rows.map((cells, row) => [...cells, usage[row % 5], `w${row % 7}`])
  writeFileSync(path, [[...header!, 'Usage', 'writer'], ...lines].map((cells) => `${cells.join()}\n`).join(''))
}

test('a column that says what rows are for: the printed advice trains, validates and measures by it', async () => {
  const cwd = workFolder()
  write(join(cwd, 'all.csv'))
  const words = ['train', 'all.csv', '--drop', 'writer', '-o', 'run', '--json', ...short]
  const refused = await pixelrow(words, { cwd })
  expect(refused.stderr).toMatch(/Fix: Add --split-column Usage if it says/)
  const { stdout, stderr } = await pixelrow([...words, '--split-column', 'Usage'], { cwd })
  expect(JSON.parse(stdout)).toMatchObject({
    data: { trainRows: 80, validationRows: 20 },
    reading: { splitColumn: 'Usage' },
    measuredOn: { validation: { model: 'exported', trainedOn: 60, rows: 20 } },
  })
  expect(stderr).toContain('by column Usage rows 60 of train and 20 of validation; 20 other rows left aside')
  // As the run read it: the rows to test on, none of which it has met.
  const measured = await pixelrow(['eval', 'run', 'all.csv', '--json'], { cwd })
  expect(JSON.parse(measured.stdout)).toMatchObject({ rows: 20, seen: { known: true, others: { rows: 20 } } })
  // Another table may lack the column, and is measured whole.
  writeFileSync(join(cwd, 'other.csv'), fakeTable({ rows: 30, classes: ['cat', 'dog', 'emu'], seed: 5 }).labelled)
  const other = await pixelrow(['eval', 'run', 'other.csv', '--json'], { cwd })
  expect(other.code, other.stderr).toBe(0)
  expect(JSON.parse(other.stdout)).toMatchObject({ rows: 30 })
  const chosen = await pixelrow(
    ['data', 'describe', 'all.csv', '--rows', 'Usage=PublicTest', '--drop', 'writer', '--json'],
    { cwd },
  )
  expect(JSON.parse(chosen.stdout)).toMatchObject({ rows: 20 })
})

test('rows of one writer stay on one side', async () => {
  const cwd = workFolder()
  write(join(cwd, 'all.csv'))
  const words = [
    'train',
    'all.csv',
    '--drop',
    'Usage',
    '--group',
    'writer',
    '--validation',
    '0.3',
    '-o',
    'run',
    '--json',
    ...short,
  ]
  const { stdout, stderr } = await pixelrow(words, { cwd })
  const { validationRows } = JSON.parse(stdout).data
  expect(stderr).toContain(`2 groups of column writer kept for validation: ${validationRows} rows, 0.${validationRows}`)
  const split = ['data', 'split', 'all.csv', '--split-column', 'Usage', '--drop', 'writer', '-o', 'two']
  expect(await pixelrow(split, { cwd })).toMatchObject({ code: 0 })
  const rows = ['train', 'validation'].map(
    (name) => csvRows(readFileSync(join(cwd, `two/${name}.csv`), 'utf8')).length - 1,
  )
  expect(rows).toEqual([60, 20])
})
