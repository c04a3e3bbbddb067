import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '@pixelrow/data'
import { expect, test } from 'vitest'
import {
  type Finished,
  fakeTable,
  interrupted,
  pixelrow,
  runFiles,
  trainFiles,
  workFolder,
  writeData,
} from './helpers.ts'
import { atTerminal, kaggleSetting } from './kaggle-helpers.ts'

const fake = { rows: 300, classes: ['a', 'b', 'c'] }
/** Far too high a learning rate: the loss ends far above its start. */
const ruinous = ['--recipe', 'mlp', '--learning-rate', '900', '--epochs', '1']

/** The command at the end of what was said, as words. */
const next = ({ stderr }: Finished) => /\n {2}node \S+ (.*)\n$/.exec(stderr)![1]!.split(' ')

const record = (cwd: string, folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'run.json'), 'utf8'))

/** A table whose labels have nothing to do with its pictures. */
function mixedLabels(): string {
  const { below } = random(4, 1000)
  const [header, ...lines] = fakeTable(fake).labelled.split('\n')
  return [header, ...lines.map((line, row) => line.replace(/^\w+/, fake.classes[below(0, row, 3)]!))].join('\n')
}

test('a training that diverged exits with 4, keeps its files, marks run.json and says the cause and what to do', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const done = await pixelrow(['train', 'train.csv', ...ruinous, '-o', 'out'], { cwd })
  expect(done.code).toBe(4)
  expect(done.stderr).toMatch(
    /\nFailed: the training diverged: its loss rose from 1\.\d{3} at its first step to \S+ at its end, and the classes' shares alone give 1\.\d{3}; out is kept, and its run\.json says so\nThe likely cause is the learning rate, 900\. With the recipe's own:\n/,
  )
  expect(done.stderr).not.toMatch(/Next, predict/)
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(trainFiles)
  const { outcome } = record(cwd, 'out')
  expect(outcome).toMatchObject({
    verdict: 'diverged',
    trainings: [{ training: 'validated' }, { training: 'all rows' }],
  })
  expect(outcome.trainings[0].loss.last).toBeGreaterThan(outcome.trainings[0].loss.first)
  // What it says to do works.
  const words = next(done)
  expect(words).toEqual(['train', 'train.csv', '--recipe', 'mlp', '--epochs', '1'])
  const mended = await pixelrow([...words, '-o', 'mended'], { cwd })
  expect(mended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Failed') })
  expect(record(cwd, 'mended').outcome.verdict).toBe('learned')
})

test('with --quiet the failure is still said, and with --json it is in the one object', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const quiet = await pixelrow(['train', 'train.csv', ...ruinous, '-o', 'out', '--quiet'], { cwd })
  expect(quiet.code).toBe(4)
  expect(quiet.stderr).toMatch(/^Failed: the training diverged: .*\nThe likely cause .*:\n {2}node .*\n$/)
  const json = await pixelrow(['train', 'train.csv', ...ruinous, '-o', 'out', '--json', '--quiet'], { cwd })
  expect(json.code).toBe(4)
  const { failure, outcome } = JSON.parse(json.stdout)
  expect(outcome.verdict).toBe('diverged')
  expect(failure).toEqual({
    found: expect.stringMatching(/^the training diverged: /),
    cause: "The likely cause is the learning rate, 900. With the recipe's own:",
    next: expect.stringMatching(/^node \S+ train train\.csv --recipe mlp --epochs 1$/),
  })
})

test('labels that have nothing to do with the pictures: no better than the most frequent class', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  writeFileSync(join(cwd, 'data/train.csv'), mixedLabels())
  const done = await pixelrow(['run', '--data', 'data', '--recipe', 'linear', '--validation', '0.4', '-o', 'out'], {
    cwd,
  })
  expect(done.code).toBe(4)
  expect(done.stderr).toMatch(
    /\nFailed: the training learned nothing: 0\.\d{4} on 120 rows kept for validation, and the most frequent class alone gives 0\.\d{4}; out is kept, and its run\.json says so\nThe likely cause are labels that do not belong to the pictures\. To see some under their labels:\n/,
  )
  expect(done.stdout).toMatch(/out\/submission\.csv: 100 rows/)
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(runFiles)
  expect(record(cwd, 'out').outcome.verdict).toBe('chance')
  expect(next(done)).toEqual(['data', 'head', 'data/train.csv'])
  expect(await pixelrow(next(done), { cwd })).toMatchObject({ code: 0, stdout: expect.stringContaining('b') })
})

test.each<[string[], RegExp, string[]]>([
  [
    // Of two steps the cycle of this recipe takes one at each of its ends, where the rate is 0.
    ['--steps', '2'],
    /The likely cause is that it was short\. At the recipe's own length:\n/,
    ['train', 'train.csv'],
  ],
  [
    ['--recipe', 'mlp', '--learning-rate', '1e-9'],
    /The likely cause is the learning rate, 1e-9\. With the recipe's own:\n/,
    ['train', 'train.csv', '--recipe', 'mlp'],
  ],
])('a training that was too short or too slow (%j) is told so', async (flags, cause, words) => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const done = await pixelrow(['train', 'train.csv', ...flags], { cwd })
  expect(done.code).toBe(4)
  expect(done.stderr).toMatch(/\nFailed: the training learned nothing: 0\.\d{4} on \d+ rows it was trained on, /)
  expect(done.stderr).toMatch(cause)
  expect(next(done)).toEqual(words)
  expect(await pixelrow([...words, '--quiet'], { cwd })).toMatchObject({ code: 0, stderr: '' })
})

/** Pictures that are almost white: at the recipe's learning rate no unit of mlp answers to any of them after its first steps. */
function almostWhite(): string {
  const { below } = random(1, 1000)
  const pixels = Array.from({ length: 256 }, (_, i) => i)
  const ink = (row: number, pixel: number) => 20 * below(row % 3, 1000 + pixel, 2) + below(100 + row, pixel, 20)
  const lines = Array.from({ length: 150 }, (_, row) =>
    [row % 3, ...pixels.map((pixel) => 255 - ink(row, pixel))].join(),
  )
  return [['label', ...pixels.map((pixel) => `pixel${pixel}`)].join(), ...lines, ''].join('\n')
}

test('a learning rate that is too high for these pictures: the next one is a tenth of it, and works', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'white.csv'), almostWhite())
  const done = await pixelrow(['train', 'white.csv', '--recipe', 'mlp'], { cwd })
  expect(done.code).toBe(4)
  expect(done.stderr).toMatch(/\nThe likely cause is the learning rate, 0\.1\. With a tenth of it:\n/)
  expect(next(done)).toEqual(['train', 'white.csv', '--recipe', 'mlp', '--learning-rate', '0.01'])
  expect(await pixelrow([...next(done), '--quiet'], { cwd })).toMatchObject({ code: 0, stderr: '' })
})

test('a member of an ensemble that came to nothing is named', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const done = await pixelrow(['train', 'train.csv', ...ruinous, '--members', '2', '-o', 'out'], { cwd })
  expect(done.code).toBe(4)
  expect(done.stderr).toMatch(/\nFailed: the training of member 1 diverged: /)
  expect(record(cwd, 'out').outcome).toMatchObject({
    verdict: 'diverged',
    trainings: [{ training: 1 }, { training: 2 }],
  })
  expect(next(done)).toEqual(['train', 'train.csv', '--recipe', 'mlp', '--epochs', '1', '--members', '2'])
})

test.each([
  ['one model, in its second training', [], ['Validation done', '^ +1 ']],
  ['an ensemble, in its second member', ['--members', '2'], ['Member 2 of 2', '^ +1 ']],
])('what was trained before an interruption is not forgotten: %s', async (_, more, moments) => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = ['train', 'train.csv', ...ruinous.with(-1, '2'), '--threads', '1', ...more, '-o']
  expect((await pixelrow([...words, 'whole'], { cwd })).code).toBe(4)
  expect((await interrupted([...words, 'cut'], cwd, ...moments)).code).toBe(130)
  const resumed = await pixelrow(['resume', 'cut', '--quiet'], { cwd })
  expect(resumed.code).toBe(4)
  expect(resumed.stderr).toMatch(/^Failed: the training.* diverged: .*; cut is kept, and its run\.json says so\n/)
  expect(record(cwd, 'cut').outcome).toEqual(record(cwd, 'whole').outcome)
  expect(next(resumed).slice(0, 2)).toEqual(['train', 'train.csv'])
})

test('it is not submitted without another yes', async () => {
  const { begin, pixelrow: call, server } = await kaggleSetting()
  const words = ['run', '--kaggle', '--submit', '--yes', ...ruinous, '-o', 'out']
  const unasked = await call(words)
  expect(unasked.code).toBe(4)
  expect(unasked.stderr).toMatch(
    /\nFailed: the training diverged: (.*\n)+Not submitted; to do it later:\n {2}node \S+ submit out\/submission\.csv\n$/,
  )
  expect(server.points()).not.toContain('StartSubmissionUpload')
  const { child, says, finished } = begin(words, atTerminal)
  await says(/Failed: the training diverged: (.*\n)+.*Submit out\/submission\.csv to digit-recognizer\? \[y\/N\] /)
  child.stdin!.end('y\r')
  const asked = await finished
  expect(asked.code).toBe(4)
  expect(asked.stdout).toMatch(/ is Kaggle's public score\n/)
  expect(server.state.submissions).toHaveLength(1)
}, 60_000)
