import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pixelrow, workFolder, writeData } from './helpers.ts'

test('train --debug gives the very model that it gives without', async () => {
  const cwd = workFolder()
  writeData(cwd, { rows: 300, classes: ['a', 'b', 'c'] })
  const words = ['train', 'train.csv', '--recipe', 'mlp', '--epochs', '1', '--threads', '1']
  for (const [out, ...more] of [['plain'], ['watched', '--debug']])
    expect(await pixelrow([...words, '-o', out!, ...more], { cwd })).toMatchObject({ code: 0 })
  const modelOf = (folder: string) => readFileSync(join(cwd, folder, 'model.onnx'))
  expect(modelOf('watched').equals(modelOf('plain'))).toBe(true)
})

test('profile --dump prints the step that is trained, and nothing else', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), { rows: 300, classes: ['a', 'b', 'c'] })
  const words = ['profile', '--recipe', 'fast', '--data', 'data', '--dump']
  const { code, stdout, stderr } = await pixelrow(words, { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'Reading data\n' })
  const headings = stdout.split('\n').filter((line) => /^ *#/.test(line))
  expect(headings.map((line) => line.replace(/:.*/, '').trim())).toEqual([
    ...['# The step before lowering', '# forward', '# gradients', '# optimizer'],
    ...[expect.stringMatching(/^# The step after lowering, (plain|on blocks of \d+)$/), '# forward'],
    ...['# gradients', '# optimizer'],
  ])
  const json = await pixelrow([...words, '--json'], { cwd })
  expect(JSON.parse(json.stdout)).toEqual({ recipe: 'fast', shape: '8x8', dump: stdout })
})

test('a training that diverges says what to do in flags, and --debug, which it names, finds the first such value', async () => {
  const cwd = workFolder()
  writeData(cwd, { rows: 300, classes: ['a', 'b', 'c'] })
  const words = ['train', 'train.csv', '--recipe', 'cnn', '--epochs', '9', '--threads', '1', '--learning-rate', '1000']
  const plain = await pixelrow([...words, '-o', 'plain'], { cwd })
  expect(plain.code).toBe(1)
  expect(plain.stderr).toMatch(
    /\nError: The [\w .:]+ is (NaN|-?Infinity) at step \d+: training diverged\.\nFix: Add --learning-rate with a rate ten times smaller\. With --debug the first value that is not finite is named\.\n/,
  )
  const watched = await pixelrow([...words, '-o', 'watched', '--debug', '--json'], { cwd })
  const { error } = JSON.parse(watched.stdout)
  expect(error).toMatchObject({ code: 'TRAIN_DIVERGED', fix: 'Add --learning-rate with a rate ten times smaller.' })
  expect(error.params.first).toMatchObject({ layer: expect.any(String), operator: expect.any(String) })
  expect(error.message).toContain(`The first value that is not finite is ${error.params.first.tensor} at step`)
})
