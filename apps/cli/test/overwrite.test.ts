import { spawnSync } from 'node:child_process'
import { cpSync, linkSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { interrupted, pixelrow, workFolder, writeData } from './helpers.ts'

const fake = { rows: 60, classes: ['a', 'b', 'c'] }

/** Every file below a folder with its bytes and when it was written. */
function everything(folder: string): Record<string, string> {
  // As Dirents: plain names would follow links to folders, round and round.
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => statSync(path).isFile())
  return Object.fromEntries(
    paths.sort().map((path) => [path, `${statSync(path).mtimeMs} ${readFileSync(path, 'base64')}`]),
  )
}

test('no command writes over what it reads, by whatever name', async () => {
  const cwd = workFolder()
  writeData(cwd, fake, (ids) => `id,label\n${ids.map((id) => `${id},a\n`).join('')}`)
  expect((await pixelrow(['train', 'train.csv', '-o', 'm', '--epochs', '1', '-q'], { cwd })).code).toBe(0)
  expect((await pixelrow(['data', 'convert', 'train.csv', '-o', 'x.idx', '-q'], { cwd })).code).toBe(0)
  symlinkSync('train.csv', join(cwd, 'link.csv'))
  linkSync(join(cwd, 'train.csv'), join(cwd, 'hard.csv'))
  symlinkSync(cwd, join(cwd, 'around'))
  cpSync(join(cwd, 'm/model.onnx'), join(cwd, 'model.csv'))
  for (const name of ['history.csv', 'submission.csv']) cpSync(join(cwd, 'train.csv'), join(cwd, 'as', name))
  const before = everything(cwd)
  for (const [words, file] of [
    [['data', 'convert', 'train.csv', '-o', 'train.csv'], 'train.csv'],
    [['data', 'convert', 'train.csv', '-o', './around/train.csv'], './around/train.csv, which is train.csv,'],
    [['data', 'convert', 'train.csv', '-o', 'link.csv'], 'link.csv, which is train.csv,'],
    [['data', 'convert', 'hard.csv', '-o', 'train.csv'], 'train.csv, which is hard.csv,'],
    [['data', 'convert', 'x.idx', '-o', 'around/x.idx'], 'around/x.idx, which is x.idx,'],
    [['predict', 'm/model.onnx', 'test.csv', '-o', 'test.csv'], 'test.csv'],
    [['predict', 'm/model.onnx', '.', '-o', 'test.csv'], 'test.csv'],
    [['predict', 'm/model.onnx', 'test.csv', '-o', 'x.csv', '--probabilities', 'test.csv'], 'test.csv'],
    [['predict', 'model.csv', 'test.csv', '-o', 'model.csv'], 'model.csv'],
    [['predict', 'm/model.onnx', 'test.csv', '-o', 'sample_submission.csv'], 'sample_submission.csv'],
    [['train', 'as/history.csv', '-o', 'as'], 'as/history.csv'],
    [['train', 'as/submission.csv', '-o', 'around/as'], 'around/as/submission.csv, which is as/submission.csv,'],
  ] as const) {
    const { code, stdout, stderr } = await pixelrow(words, { cwd })
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: ${file} is read here and would be written over\nFix: choose another file with -o\n`,
    })
    expect(everything(cwd)).toEqual(before)
  }
}, 30_000)

test('run refuses a folder whose results would take the place of its data', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  cpSync(join(cwd, 'data/train.csv'), join(cwd, 'out/history.csv'))
  cpSync(join(cwd, 'data/test.csv'), join(cwd, 'linked/test.csv'))
  symlinkSync(join(cwd, 'out/history.csv'), join(cwd, 'linked/train.csv'))
  const before = everything(cwd)
  const words = ['run', '--data', 'linked', '-o', 'out']
  for (const [more, message] of [
    [
      [],
      /^Error: out\/history\.csv: is there already and was not written by pixelrow, so it stays\.\nFix: Choose another name/,
    ],
    [['--force'], /^Error: out\/history\.csv, which is linked\/train\.csv, is read here .*\nFix: choose another/],
  ] as const) {
    const { code, stderr } = await pixelrow([...words, ...more], { cwd })
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
    expect(everything(cwd)).toEqual(before)
  }
})

test('an interrupted training is not trained over, a finished run only with a word', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const words = ['run', '--data', 'data', '--out', 'out', '--epochs']
  expect((await pixelrow([...words, '1'], { cwd })).stderr).not.toMatch(/Replaces/)
  expect((await pixelrow([...words, '1'], { cwd })).stderr).toMatch(/^Replaces the run in out\nReading data\n/)
  expect((await interrupted([...words, '10000'], cwd, '^ +1 ')).code).toBe(130)
  const before = everything(cwd)
  for (const again of [
    [...words, '1'],
    ['train', 'data/train.csv', '-o', 'out', '--epochs', '1'],
  ]) {
    const { code, stderr } = await pixelrow(again, { cwd })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^Error: out holds an interrupted training\nFix: go on with it: node \S+ resume out, or this command with --continue; to begin anew, add --force, or choose another folder with -o\n$/,
    )
    expect(everything(cwd)).toEqual(before)
  }
})

test('a folder with files of our names that no run left there is refused, and they stay', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  writeFileSync(join(cwd, 'submission.csv'), 'mine')
  const before = everything(cwd)
  const { code, stderr } = await pixelrow(['train', 'train.csv', '-o', '.', '--epochs', '1', '-q'], { cwd })
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      'Error: submission.csv: is there already and was not written by pixelrow, so it stays.\n' +
      'Fix: Choose another name with -o, move it away, or add --force to replace it.\n',
  })
  expect(everything(cwd)).toEqual(before)
})

test('where runs cannot be made, the way out is -o', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  writeFileSync(join(cwd, 'runs'), '')
  const { code, stderr } = await pixelrow(['train', 'train.csv', '-q'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: Cannot write runs here \(\/.*runs\): .*\nFix: choose a folder with -o\n$/)
})

test('npm start says where flags go that npm has eaten', () => {
  const script = fileURLToPath(new URL('../../../scripts/start.mjs', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'linear'], { encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr: 'npm needs -- before flags: npm start -- --recipe linear\n',
  })
})
