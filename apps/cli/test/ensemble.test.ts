import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from '@pixelrow/export'
import { expect, test } from 'vitest'
import { interrupted, pixelrow, trainFiles, workFolder, writeData } from './helpers.ts'

const fake = { rows: 200, classes: ['ant', 'bee', 'wasp'] }
const quick = ['--steps', '20', '--threads', '1', '--seed', '7']
const member = (cwd: string, n: number, out: string) =>
  pixelrow(['train', 'train.csv', '--recipe', 'cnn', '--member', String(n), '-o', out, ...quick, '--quiet'], { cwd })

test('members trained in any order in processes of their own merge to the bytes of training them in one go', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const together = ['train', 'train.csv', '--recipe', 'cnn', '--members', '3', '--test-shift', '1', '-o', 'whole']
  const whole = await pixelrow([...together, ...quick], { cwd })
  expect(whole).toMatchObject({ code: 0 })
  expect(whole.stderr).toMatch(/3 models, each 20 steps, batches of 16,/)
  expect(whole.stderr).toMatch(/Images are shifted by up to 1 pixel, anew in every epoch/)
  expect(whole.stderr).toMatch(/\nMember 1 of 3:\n(.*\n)+Member 3 of 3:\n/)
  expect(readdirSync(join(cwd, 'whole')).sort()).toEqual(trainFiles)
  const record = JSON.parse(readFileSync(join(cwd, 'whole/run.json'), 'utf8'))
  expect(record.options).toMatchObject({ steps: 20, members: 3, testShift: 1, augment: { shift: 1 } })
  expect(record.accuracy.validation.toFixed(4)).toBe(/Together (\S+) \(\S+ to \S+\) on/.exec(whole.stderr)![1])
  for (const n of [3, 1, 2]) expect(await member(cwd, n, `m${n}`)).toMatchObject({ code: 0, stderr: '' })
  const files = [1, 2, 3].map((n) => `m${n}/model.onnx`)
  const merged = await pixelrow(['merge', ...files, '--test-shift', '1', '-o', 'merged.onnx'], { cwd })
  expect(merged).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^merged\.onnx: 3 models, [\d,]+ kB\n$/),
  })
  const [one, other] = ['merged.onnx', 'whole/model.onnx'].map((file) => readFileSync(join(cwd, file)))
  expect(one!.equals(other!)).toBe(true)
  expect(describe(one!).outputs.map(({ name }) => name)).toEqual(['probabilities', 'label'])
  // Members differ, and the merged file goes where a single one goes.
  const [first, second] = files.map((file) => readFileSync(join(cwd, file)))
  expect(first!.equals(second!)).toBe(false)
  const predicted = await pixelrow(['predict', 'merged.onnx', 'test.csv', '-o', '-'], { cwd })
  expect(predicted.stdout.split('\n')).toHaveLength(69)
  expect((await pixelrow(['eval', 'merged.onnx', 'train.csv', '--json'], { cwd })).code).toBe(0)
})

test('an interrupted ensemble goes on with the members it has', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = ['train', 'train.csv', '--recipe', 'mlp', '--members', '3', '--epochs', '8', '--threads', '1', '-o']
  expect((await pixelrow([...words, 'whole'], { cwd })).code).toBe(0)
  const moments = ['Member 2 of 3', '^ +1 ']
  for (const [index, until] of [moments, moments.slice(0, 1), ['Member 3 of 3'], ['Together']].entries()) {
    const out = `cut${index}`
    expect((await interrupted([...words, out], cwd, ...until)).code).toBe(130)
    expect(existsSync(join(cwd, out, 'member-1.onnx'))).toBe(true)
    expect(await pixelrow(['resume', out, '--quiet'], { cwd })).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(join(cwd, out)).sort()).toEqual(trainFiles)
    const [whole, cut] = ['whole', out].map((folder) => readFileSync(join(cwd, folder, 'model.onnx')))
    expect(cut!.equals(whole!)).toBe(true)
    const bare = (folder: string) =>
      readFileSync(join(cwd, folder, 'history.csv'), 'utf8').replace(/,[\d.]+,(\d+)$/gm, ',$1')
    expect(bare(out)).toBe(bare('whole'))
  }
})

test.each<[string, string[], RegExp]>([
  [
    'a file that is no model',
    ['merge', 'train.csv', '-o', 'm.onnx'],
    /^Error: train\.csv: .*\nFix: name model\.onnx files/,
  ],
  ['no place to write', ['merge', 'a.onnx'], /Where shall the merged model go\?\nTry: add -o model\.onnx/],
  ['a member over itself', ['merge', 'train.csv', '-o', 'train.csv'], /read here and would be written over/],
  ['nothing to merge', ['merge', '-o', 'm.onnx'], /merge needs models/],
])('merge refuses %s', async (_, args, message) => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const { code, stderr } = await pixelrow(args, { cwd })
  expect(code).toBeGreaterThan(0)
  expect(stderr).toMatch(message)
  expect(existsSync(join(cwd, 'm.onnx'))).toBe(false)
})
