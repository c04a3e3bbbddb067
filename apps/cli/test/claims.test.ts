import { existsSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onnxOf } from '../../../packages/classifier/test/model.ts'
import { fakeTable, pixelrow, withoutDevice, workFolder, writeData } from './helpers.ts'

// Each word of success on screen, and what makes it fail. Those of check-submission, of shares of a job and of rows that a model has met are in the
// tests about them.

const classes = ['ant', 'bee', 'wasp']
const quick = ['--recipe', 'linear', '--epochs', '2', '--threads', '1']
const model = onnxOf({
  ...{ height: 8, width: 8, channels: 1, maxValue: 16, classes },
  weight: Float32Array.from({ length: 64 * 3 }, (_, i) => Math.sin(i)),
})

const hook = (name: string) => `--import ${new URL(name, import.meta.url).href}`
const damaged = (...damage: [pattern: string, from: string, to: string]) => ({
  NODE_OPTIONS: hook('./damaging.mjs'),
  DAMAGE: JSON.stringify(damage),
})

/** A folder with a model and test.csv, with a sample or without. */
function setUp(withSample: boolean): string {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'model.onnx'), model)
  const ids = withSample ? (given: string[]) => `id,kind\n${given.map((id) => `${id},x\n`).join('')}` : undefined
  writeData(cwd, { rows: 60, classes, ids: (row) => `r${row}` }, ids)
  return cwd
}

test.each<[string, [string, string, string], string, object]>([
  [
    'a label is changed',
    ['submission', '^r7,\\w+', 'r7,cow'],
    'row 9',
    { expected: 'one of the classes ant, bee, wasp', found: 'cow' },
  ],
  ['a label is gone', ['submission', '^r7,\\w+', 'r7,'], 'row 9', { found: 'no label' }],
  ['an id is changed', ['submission', '^r7,', 'r8,'], 'row 9', { expected: 'id r7', found: 'r8' }],
  ['rows are gone', ['submission', '^r18,.*[^]*', ''], 'row 20', { expected: 'id r18', found: 'the end of the file' }],
  [
    'a row comes twice',
    ['submission', '^(r19,.*\\n)', '$1$1'],
    'row 22',
    { expected: 'the end of the file', found: 'id r19' },
  ],
  ['the header is changed', ['submission', '^id,kind', 'id,label'], 'row 1', { expected: 'the header id,kind' }],
  [
    'nothing but a space is new',
    ['submission', '^r1,(\\w+)$', 'r1,$1 '],
    '',
    { expected: 'the bytes that were written' },
  ],
])(
  '"checked" is not said of a submission in which %s on the disk, and nobody sees the file',
  async (_, damage, place, found) => {
    const cwd = setUp(true)
    const words = ['predict', 'model.onnx', 'test.csv', '-o', 'submission.csv', '--json', '-q']
    const { code, stdout } = await pixelrow(words, { cwd, env: damaged(...damage) })
    expect(code).toBe(1)
    const { error } = JSON.parse(stdout)
    expect(error).toMatchObject({
      code: 'CLI_WRITTEN_WRONG',
      params: { ...found, place: expect.stringContaining(place) },
    })
    expect(existsSync(join(cwd, 'submission.csv'))).toBe(false)
  },
)

test('"checked" is not said in any of the ways to predict, nor by run', async () => {
  const cwd = setUp(true)
  const bare = setUp(false)
  for (const [folder, words, file] of [
    [cwd, ['predict', 'model.onnx', 'test.csv', '-o', 'out/'], 'out/test.csv'],
    [bare, ['predict', 'model.onnx', 'test.csv', '-o', 'out/'], 'out/test.csv'],
    [bare, ['run', '--data', '.', '-o', 'run', ...quick], 'run/submission.csv'],
  ] as const) {
    const env = damaged(`${file}$`, '^r7,\\w+', 'r7,cow')
    const { code, stdout, stderr } = await pixelrow(words, { cwd: folder, env })
    expect(code).toBe(1)
    expect(stderr).toMatch(/row 9: expected one of the classes ant, bee, wasp, found cow\nFix: is the disk in order/)
    expect(stdout).toBe('')
    expect(existsSync(join(folder, file))).toBe(false)
  }
})

test('"checked" is not said of what cannot be read back', async () => {
  const cwd = setUp(true)
  const words = ['predict', 'model.onnx', 'test.csv', '-o', '/dev/null']
  expect(await pixelrow(words, { cwd })).toMatchObject({
    code: 0,
    stdout: '/dev/null: 20 rows, not checked: it cannot be read back\n',
  })
})

test('"read back" is not said of probabilities that are others on the disk', async () => {
  const cwd = setUp(true)
  const words = ['predict', 'model.onnx', 'test.csv', '-o', 'a.csv', '--probabilities', 'p.csv']
  const finished = await pixelrow(words, { cwd, env: damaged('p.csv$', '^r3,0\\.(\\d)', 'r3,0.1$1') })
  expect(finished).toMatchObject({ code: 1, stdout: '' })
  expect(withoutDevice(finished)).toMatch(/^Error: p\.csv: expected the bytes that were written, found others\n/)
  expect(
    readdirSync(cwd)
      .filter((name) => name.endsWith('.csv'))
      .sort(),
  ).toEqual(['sample_submission.csv', 'test.csv', 'train.csv'])
})

test('"agrees" is not said of a file that is not what was trained', async () => {
  const cwd = setUp(false)
  const negative =
    'Object.fromEntries(Object.entries(model.weights).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.map((x) => -x) }]))'
  const env = {
    NODE_OPTIONS: hook('./tampering.mjs'),
    TAMPER: JSON.stringify([
      'const bytes = exported(models, shift)',
      `const bytes = exported(models.map((model) => ({ ...model, weights: ${negative} })), shift)`,
    ]),
  }
  const { code, stderr } = await pixelrow(['train', 'train.csv', '-o', 'out', ...quick], { cwd, env })
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /\nError: The exported model disagrees with the trained weights: \d+ rows of 60 in another class/,
  )
  expect(stderr).not.toContain('it agrees with')
  expect(existsSync(join(cwd, 'out'))).toBe(false)
})

const isDone = '1 of 1 file already done: from the same rows, by the same model and flags\n'
const predictIn = (cwd: string, ...flags: string[]) =>
  pixelrow(['predict', 'model.onnx', 'test.csv', '-o', 'out/', ...flags], { cwd })

test('"already done" is said whatever the dates, and not after a change of the sample', async () => {
  const cwd = setUp(true)
  const predict = () => predictIn(cwd)
  expect(withoutDevice(await predict())).toBe('')
  const before = readFileSync(join(cwd, 'out/test.csv'), 'utf8')
  expect(withoutDevice(await predict())).toBe(isDone)
  // Dates alone change nothing.
  for (const name of ['test.csv', 'sample_submission.csv', 'out/test.csv']) {
    utimesSync(join(cwd, name), new Date(), new Date(Date.now() + 3_600_000))
    expect(withoutDevice(await predict())).toBe(isDone)
  }
  // A sample that goes, or comes back, has other ids.
  renameSync(join(cwd, 'sample_submission.csv'), join(cwd, 'away'))
  expect(withoutDevice(await predict())).toBe('No sample found; header ImageId,Label assumed\n')
  renameSync(join(cwd, 'away'), join(cwd, 'sample_submission.csv'))
  expect(withoutDevice(await predict())).toBe('')
  expect(readFileSync(join(cwd, 'out/test.csv'), 'utf8')).toBe(before)
})

test('"already done" is not said after a change of the flags, of the input or of the model', async () => {
  const cwd = setUp(true)
  const predict = (...flags: string[]) => predictIn(cwd, ...flags)
  expect(withoutDevice(await predict())).toBe('')
  expect(withoutDevice(await predict('--header'))).toBe('')
  writeFileSync(join(cwd, 'test.csv'), fakeTable({ rows: 20, classes, seed: 8, ids: (row) => `r${row}` }).unlabelled)
  utimesSync(join(cwd, 'test.csv'), new Date(2021, 1), new Date(2021, 1))
  expect(withoutDevice(await predict('--header'))).toBe('')
  const other = onnxOf({ height: 8, width: 8, channels: 1, maxValue: 16, classes, weight: new Float32Array(192) })
  writeFileSync(join(cwd, 'model.onnx'), other)
  expect(withoutDevice(await predict('--header'))).toBe('')
  expect(withoutDevice(await predict('--header'))).toBe(isDone)
})
