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
