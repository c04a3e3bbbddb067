import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTable } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { pixelrow, workFolder } from './helpers.ts'

const header = (names: readonly string[]) => [...names, 'pixel0', 'pixel1', 'pixel2', 'pixel3'].join(',')
const csv = (names: readonly string[], rows: readonly string[]) => `${[header(names), ...rows].join('\n')}\n`

/** A folder with a table in which everything is wrong, and its test table. */
function dirty(): string {
  const cwd = workFolder()
  writeFileSync(
    join(cwd, 'train.csv'),
    csv(['label'], ['a,1,2,3,4', 'a,0,0,0,0', 'b,1,2,3,4', 'a,5,6,7,8', 'a,1,2,3,4']),
  )
  writeFileSync(join(cwd, 'test.csv'), csv([], ['5,6,7,8', '9,9,9,8']))
  return cwd
}

const sentences =
  'train.csv: 2 rows repeat an earlier picture: 3 (as 1), 5 (as 1)\n' +
  'train.csv: 1 row with another label than the same picture has before: 3 is b, 1 is a\n' +
  'train.csv: 1 row without a picture, all pixels the same: 2\n' +
  'train.csv: 2 classes with few rows: a (4), b (1)\n'
const leaked =
  'test.csv: 1 row with a picture that is in train.csv, so what is measured on them says nothing: 1 (as 4)\n'

test('data check tells every kind of what is wrong, with its rows, and ends with 1', async () => {
  const cwd = dirty()
  const alone = await pixelrow(['data', 'check', 'train.csv'], { cwd })
  expect(alone).toEqual({ code: 1, signal: null, stdout: sentences, stderr: 'Reading train.csv\n' })
  const both = await pixelrow(['data', 'check', 'train.csv', '--test', 'test.csv'], { cwd })
  expect(both).toMatchObject({ code: 1, stdout: `${sentences}${leaked}` })
  const folder = await pixelrow(['data', 'check', '.', '--json'], { cwd })
  expect(folder.code).toBe(1)
  expect(JSON.parse(folder.stdout)).toMatchObject({
    rows: 5,
    repeated: [
      { row: 3, of: 1 },
      { row: 5, of: 1 },
    ],
    contradictory: [{ row: 3, of: 1, labels: ['b', 'a'] }],
    blank: [2],
    small: [
      { label: 'a', rows: 4 },
      { label: 'b', rows: 1 },
    ],
    leaked: [{ row: 1, of: 4 }],
  })
})

test('of a table in which nothing is wrong it says what was looked for, and ends with 0', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'train.csv'), csv(['label'], ['a,1,2,3,4', 'b,4,3,2,1']))
  const { code, stdout } = await pixelrow(['data', 'check', 'train.csv', '--fewest', '1'], { cwd })
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout:
      'train.csv: no repeated and no blank picture in 2 rows, no label that contradicts another, no class with fewer than 1 row\n',
  })
})

test('data split writes both tables, which hold each row once, and what comes next can be pasted', async () => {
  const cwd = workFolder()
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${'abc'[i % 3]},${i},${i % 3 === 0 ? 200 : 9},${i % 3 === 1 ? 200 : 3},1`,
  )
  writeFileSync(join(cwd, 'all.csv'), csv(['label'], rows))
  const words = ['data', 'split', 'all.csv', '--share', '0.25', '-o', 'parts']
  const { code, stdout, stderr } = await pixelrow(words, { cwd })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'parts/train.csv: 45 rows\nparts/validation.csv: 15 rows\n' })
  const parts = ['parts/train.csv', 'parts/validation.csv'].map((name) => readFileSync(join(cwd, name), 'utf8'))
  const linesOf = (text: string) => text.trimEnd().split('\n').slice(1)
  expect(parts.flatMap(linesOf).sort()).toEqual([...rows].sort())
  expect((await readTable(join(cwd, 'parts/validation.csv'))).labels!.filter((label) => label === 0)).toHaveLength(5)

  const again = await pixelrow(words, { cwd })
  expect(again.code).toBe(0)
  expect(parts).toEqual(
    ['parts/train.csv', 'parts/validation.csv'].map((name) => readFileSync(join(cwd, name), 'utf8')),
  )
  const other = await pixelrow([...words, '--seed', '1'], { cwd })
  expect(other.code).toBe(0)
  expect(readFileSync(join(cwd, 'parts/validation.csv'), 'utf8')).not.toBe(parts[1])

  const next = [...stderr.matchAll(/^ {2}node \S+ (.+)$/gm)].map(([, line]) => line!.split(' '))
  expect(next).toHaveLength(2)
  expect(await pixelrow([...next[0]!, '--recipe', 'linear', '--epochs', '1'], { cwd })).toMatchObject({
    code: expect.toSatisfy((each) => each === 0 || each === 4),
  })
  expect((await pixelrow(next[1]!, { cwd })).stdout).toMatch(/15/)
})

test('data split replaces nothing that is not its own, not its input either, and leaves nothing where it cannot split', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'train.csv'), csv(['label'], ['a,1,2,3,4', 'a,1,2,3,4']))
  const own = await pixelrow(['data', 'split', 'train.csv', '-o', '.'], { cwd })
  expect(own).toMatchObject({
    code: expect.any(Number),
    stdout: '',
    stderr: expect.stringMatching(/^Error: .*train\.csv/m),
  })
  const few = await pixelrow(['data', 'split', 'train.csv', '-o', 'parts'], { cwd })
  const [, fix] = /\nFix: Add (--share \S+)\.\n$/.exec(few.stderr)!
  // What is advised leads on to what is wrong with these very rows.
  const impossible = await pixelrow(['data', 'split', 'train.csv', '-o', 'parts', ...fix!.split(' ')], { cwd })
  expect(impossible).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('all 2 rows are the same picture'),
  })
  expect(impossible.stderr).not.toContain('Fix:')
  expect(readdirSync(cwd)).toEqual(['train.csv'])
  writeFileSync(join(cwd, 'train.csv'), csv(['label'], ['a,1,2,3,4', 'a,1,2,3,5']))
  expect((await pixelrow(['data', 'split', 'train.csv', '-o', 'parts', ...fix!.split(' ')], { cwd })).code).toBe(0)
})
