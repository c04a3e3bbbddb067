import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { pixelrow, png, workFolder } from './helpers.ts'

/** Pictures named `cat_0.png`, `dog_0.png`, …, which are easy to tell apart. */
function write(folder: string, count: number, from = 0): string[] {
  return ['cat', 'dog'].flatMap((name, at) =>
    Array.from({ length: count }, (_, row) => {
      const path = join(folder, `${name}_${row}.png`)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(
        path,
        png(
          4,
          4,
          new Uint8Array(16).map((_, i) => 180 * at + from + row + (i % 3)),
        ),
      )
      return `${name}_${row}`
    }),
  )
}

const short = ['--recipe', 'linear', '--batch-size', '10', '--epochs', '20']

test('run --labels trains on a CSV of labels and predicts the pictures of test/; eval --label-from measures by their names', async () => {
  const cwd = workFolder()
  const names = write(join(cwd, 'data/train'), 20)
  write(join(cwd, 'data/test'), 5, 30)
  const rows = names.map((name) => `${name},${name.slice(0, 3)}\n`)
  writeFileSync(join(cwd, 'data/train.csv'), `image_id,breed\n${rows.join('')}`)
  const run = await pixelrow(['run', '--data', 'data', '--labels', 'data/train.csv', '-o', 'out', ...short], { cwd })
  expect(run.code, run.stderr).toBe(0)
  const record = JSON.parse(readFileSync(join(cwd, 'out/run.json'), 'utf8'))
  expect(record.data).toMatchObject({ trainRows: 40, classes: ['cat', 'dog'] })
  expect(record.inputs.train.labels).toMatchObject({ fromRun: '../data/train.csv', size: expect.any(Number) })
  expect(readFileSync(join(cwd, 'out/submission.csv'), 'utf8')).toContain('\ncat_0.png,cat\n')
  const measured = await pixelrow(['eval', 'out', 'data/test', '--label-from', '^([a-z]+)_', '--json'], { cwd })
  expect(JSON.parse(measured.stdout)).toMatchObject({ rows: 10, accuracy: 1 })
  // The run's own rows are read again with their labels.
  const half = await pixelrow(['export', 'out', '-o', 'half.onnx', '--precision', 'float16', '--json'], { cwd })
  expect(JSON.parse(half.stdout)).toMatchObject({ checkedOn: expect.anything() })
})

test('the printed advice for broken and for unlabelled pictures works', async () => {
  const cwd = workFolder()
  const names = write(join(cwd, 'train'), 20)
  writeFileSync(join(cwd, 'train/cat_3.png'), 'no picture')
  writeFileSync(
    join(cwd, 'labels.csv'),
    `file,label\n${names
      .slice(1)
      .map((name) => `${name},${name.slice(0, 3)}\n`)
      .join('')}`,
  )
  const train = ['train', 'train', '--labels', 'labels.csv', '-o', 'out', '--json', ...short]
  const first = await pixelrow(train, { cwd })
  expect(first.stderr).toMatch(
    /1 of 40 pictures without a row in labels\.csv: cat_0\.png\.\nFix: .*add --skip-unlabelled/,
  )
  const second = await pixelrow([...train, '--skip-unlabelled'], { cwd })
  expect(second.stderr).toMatch(/1 of 39 pictures cannot be decoded: cat_3\.png .*\nFix: .*add --skip-broken 1 /)
  const third = await pixelrow([...train, '--skip-unlabelled', '--skip-broken', '1'], { cwd })
  expect(JSON.parse(third.stdout).data).toMatchObject({ trainRows: 38 })
  const check = await pixelrow(['data', 'check', 'train', '--label-from', '^([a-z]+)_', '--json'], { cwd })
  expect(JSON.parse(check.stdout)).toMatchObject({ rows: 39, broken: [{ id: 'cat_3.png' }] })
})
