import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PixelTable, readTable } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { zipOf } from '../../../packages/files/test/writer.ts'
import { fakeTable, pixelrow, workFolder } from './helpers.ts'

const fake = { rows: 90, classes: ['0', '1', '2'], maxValue: 255 }
const quick = ['--epochs', '3', '--threads', '1']

async function fine(cwd: string, args: string[]) {
  const done = await pixelrow(args, { cwd })
  expect(done.code, done.stderr).toBe(0)
  return done
}

/** An array of bytes, as numpy.save writes it. */
function npyOf(dims: readonly number[], data: Uint8Array): Uint8Array {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${dims.join(', ')},), }`.padEnd(117)
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(`${header}\n`), data])
}

const imagesOf = ({ pixels, rows, shape }: PixelTable) => npyOf([rows, shape.height, shape.width], pixels as Uint8Array)
const labelsOf = ({ labels, rows }: PixelTable) => npyOf([rows, 1], Uint8Array.from(labels!))

/** A CSV of two tables, and the same as an npz and as four npy. */
async function written(cwd: string) {
  const tables: PixelTable[] = []
  for (const [seed, part] of ['train', 'test'].entries()) {
    const path = join(cwd, `${part}.csv`)
    writeFileSync(path, fakeTable({ ...fake, seed }).labelled)
    const table = await readTable(path)
    writeFileSync(join(cwd, `x_${part}.npy`), imagesOf(table))
    writeFileSync(join(cwd, `y_${part}.npy`), labelsOf(table))
    tables.push(table)
  }
  const [train, test] = tables as [PixelTable, PixelTable]
  const members = [
    { name: 'test_images.npy', data: imagesOf(test) },
    { name: 'test_labels.npy', data: labelsOf(test) },
    { name: 'train_images.npy', data: imagesOf(train) },
    { name: 'train_labels.npy', data: labelsOf(train) },
  ]
  writeFileSync(join(cwd, 'mnist.npz'), zipOf(members))
  writeFileSync(join(cwd, 'bare.npz'), zipOf([members[2]!]))
  return [train, test] as const
}

test('arrays train like CSV, to the same bits: an npz of several parts, and an npy with its labels beside it', async () => {
  const cwd = workFolder()
  await written(cwd)
  await fine(cwd, ['train', 'train.csv', '-o', 'csv', ...quick])
  const npz = await fine(cwd, ['train', 'mnist.npz', '-o', 'npz', ...quick])
  expect(npz.stderr).toContain("mnist.npz: read the array 'train_images' (if that is wrong, add --part)\n")
  const npy = await fine(cwd, ['train', 'x_train.npy', '-o', 'npy', ...quick])
  expect(npy.stderr).toContain('x_train.npy: labels from y_train.npy\n')
  const model = readFileSync(join(cwd, 'csv/model.onnx'))
  for (const name of ['npz', 'npy']) expect(readFileSync(join(cwd, name, 'model.onnx')).equals(model), name).toBe(true)
})

test('eval and predict take the test part of an npz', async () => {
  const cwd = workFolder()
  await written(cwd)
  await fine(cwd, ['train', 'mnist.npz', '-o', 'npz', ...quick])
  const outputs = []
  for (const file of ['test.csv', 'mnist.npz']) {
    const evaluated = await fine(cwd, ['eval', 'npz', file, '--json', '--quiet'])
    const predicted = await fine(cwd, ['predict', 'npz', file, '-o', '-', '--quiet'])
    outputs.push([{ ...JSON.parse(evaluated.stdout), labelled: '' }, predicted.stdout])
  }
  expect(outputs[1]).toEqual(outputs[0])
})

test('images and labels in two npz, as KMNIST has them, go together by their names', async () => {
  const cwd = workFolder()
  const [train, test] = await written(cwd)
  const file = (name: string, data: Uint8Array) => writeFileSync(join(cwd, name), zipOf([{ name: 'arr_0.npy', data }]))
  file('kmnist-train-imgs.npz', imagesOf(train))
  await expect(pixelrow(['train', 'kmnist-train-imgs.npz', '-o', 'none', ...quick], { cwd })).resolves.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has no labels beside it\nFix: put them into kmnist-train-labels.npz\n'),
  })
  file('kmnist-train-labels.npz', labelsOf(train))
  await fine(cwd, ['train', 'train.csv', '-o', 'csv', ...quick])
  const { stderr } = await fine(cwd, ['train', 'kmnist-train-imgs.npz', '-o', 'npz', ...quick])
  expect(stderr).toContain('kmnist-train-imgs.npz: labels from kmnist-train-labels.npz\n')
  const [model, same] = ['csv', 'npz'].map((name) => readFileSync(join(cwd, name, 'model.onnx')))
  expect(same!.equals(model!)).toBe(true)

  mkdirSync(join(cwd, 'kmnist'))
  for (const [part, table] of [
    ['train', train],
    ['test', test],
  ] as const) {
    file(`kmnist/kmnist-${part}-imgs.npz`, imagesOf(table))
    file(`kmnist/kmnist-${part}-labels.npz`, labelsOf(table))
  }
  const run = await fine(cwd, ['run', '--data', 'kmnist', '-o', 'all', ...quick, '--json'])
  expect(JSON.parse(run.stdout).accuracy.test).toBeGreaterThan(0.9)
})

test('run takes both parts of an npz, and what is missing in one is said with the flag', async () => {
  const cwd = workFolder()
  await written(cwd)
  const { stdout } = await fine(cwd, ['run', '--data', 'mnist.npz', ...quick, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ source: 'mnist.npz', submission: 'runs/1-fast/submission.csv' })
  for (const [args, message] of [
    [['train', 'bare.npz'], /^Error: bare\.npz has no labels beside its images\nFix: save them in it, as y_train/],
    [['train', 'mnist.npz', '--part', 'val'], /expected images, such as x_train of the part validation, found/],
    [['train', 'mnist.npz', '--drop', 'x'], /mnist\.npz holds arrays, which take no --drop\n/],
    [['train', 'x_train.npy', '--part', 'val'], /x_train\.npy is an array, which takes no --part\n/],
  ] as const) {
    const { code, stdout, stderr } = await pixelrow([...args, '--quiet'], { cwd })
    expect([code === 1 || code === 2, stdout]).toEqual([true, ''])
    expect(stderr).toMatch(message)
  }
})

test('Parquet becomes a CSV of the same rows: pictures of Hugging Face, and columns of pixels', async () => {
  const cwd = workFolder()
  const folder = join(import.meta.dirname, '../../../packages/data/test/fixtures/parquet')
  for (const name of ['mnist', 'bytes']) {
    await fine(cwd, ['data', 'convert', join(folder, `${name}.parquet`), '-o', `${name}.csv`])
    const [from, to] = [await readTable(join(folder, `${name}.parquet`)), await readTable(join(cwd, `${name}.csv`))]
    const texts = ({ labels, classes }: PixelTable) => Array.from(labels!, (label) => classes![label])
    expect([to.pixels, texts(to), to.ids]).toEqual([from.pixels, texts(from), from.ids])
  }
})
