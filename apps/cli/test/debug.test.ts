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
