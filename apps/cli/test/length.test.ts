import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { csvRows, fakeTable, pixelrow, workFolder, writeData } from './helpers.ts'

const fake = { rows: 240, classes: ['ant', 'bee', 'wasp'] }

test('a time budget becomes a number of steps, which gives the same model again', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = ['train', 'train.csv', '--recipe', 'linear', '--threads', '1']
  const { code, stderr } = await pixelrow([...words, '--time-budget', '2s', '-o', 'timed'], { cwd })
  expect(code).toBe(0)
  const said =
    /ms a step: ([\d,]+) steps? for each of 2 trainings for 2\.00s; --steps (\d+) does the same again\n/.exec(stderr)!
  const record = JSON.parse(readFileSync(join(cwd, 'timed/run.json'), 'utf8'))
  expect(record.options.steps).toBe(Number(said[2]))
  expect(record.options).not.toHaveProperty('epochs')
  expect((await pixelrow([...words, '--steps', said[2]!, '-o', 'again', '-q'], { cwd })).code).toBe(0)
  const [timed, again] = ['timed', 'again'].map((folder) => readFileSync(join(cwd, folder, 'model.onnx')))
  expect(again!.equals(timed!)).toBe(true)
})

test('a target ends the training when it is reached, and is said where it is not', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = ['train', 'train.csv', '--recipe', 'mlp', '--epochs', '40', '--validation', '0.2']
  const reached = await pixelrow([...words, '--target-accuracy', '0.9', '-o', 'reached'], { cwd })
  expect(reached.code).toBe(0)
  expect(reached.stderr).not.toMatch(/Training again|was not reached/)
  const history = csvRows(readFileSync(join(cwd, 'reached/history.csv'), 'utf8')).slice(1)
  expect(history.length).toBeLessThan(40)
  expect(history.map(([, , , accuracy]) => Number(accuracy) >= 0.9)).toEqual(
    history.map((_, at) => at === history.length - 1),
  )
  const labels = random(4, 1000)
  const noise = fakeTable(fake).labelled.split('\n')
  // Labels that have nothing to do with the pictures.
  const mixed = noise.map((line, row) =>
    row && line ? line.replace(/^\w+/, fake.classes[labels.below(0, row, 3)]!) : line,
  )
  writeFileSync(join(cwd, 'mixed.csv'), mixed.join('\n'))
  const missed = await pixelrow(
    ['train', 'mixed.csv', '--recipe', 'linear', '--epochs', '1', '--target-accuracy', '1'],
    { cwd },
  )
  // Such labels cannot be learnt at all, which is said, too.
  expect(missed.code).toBe(4)
  expect(missed.stderr).toMatch(/\nThe target of 1 was not reached; train for longer, or with another recipe\n/)
})

test.each([
  [['--epochs', '2', '--steps', '9'], '--epochs and --steps exclude each other'],
  [['--steps', '2', '--time-budget', '9s'], '--steps and --time-budget exclude each other'],
  [['--member', '2', '--members', '3'], '--member and --members exclude each other'],
  [['--target-accuracy', '0.9', '--validation', '0'], '--target-accuracy and --validation 0 exclude each other'],
  [['--time-budget', '9x'], '--time-budget must be a time above 0 in s, m or h, e.g. --time-budget 60s; found "9x"'],
  [['--time-budget', '0'], '--time-budget must be a time above 0 in s, m or h, e.g. --time-budget 60s; found "0"'],
])('%j is a usage error', async (flags, message) => {
  const { code, stderr } = await pixelrow(['train', 'nowhere.csv', ...flags])
  expect({ code, message: stderr.split('\n')[0] }).toEqual({ code: 2, message: `Error: ${message}` })
})
