import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readTable, writeIdx } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { zipOf } from '../../../packages/files/test/writer.ts'
import { fakeTable, pixelrow, png, workFolder } from './helpers.ts'

const classes = ['0', '1', '2']
const train = fakeTable({ rows: 60, classes })
const held = fakeTable({ rows: 21, classes, seed: 1 })

/** Writes files into a folder `data`. */
function written(cwd: string, files: Record<string, string | Uint8Array>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, 'data', name)), { recursive: true })
    writeFileSync(join(cwd, 'data', name), content)
  }
}

/** Both tables as MNIST's four files. */
async function idxFiles(names: [string, string][]): Promise<Record<string, Uint8Array>> {
  const files: [string, Uint8Array][] = []
  for (const [at, { labelled }] of [train, held].entries()) {
    const table = await readTable(new TextEncoder().encode(labelled))
    const { images, labels } = {
      images: writeIdx([table.rows, 8, 8], table.pixels as Uint8Array),
      labels: writeIdx([table.rows], Uint8Array.from(table.labels!)),
    }
    files.push([names[at]![0], images], [names[at]![1], labels])
  }
  return Object.fromEntries(files.map(([name, bytes]) => [name, name.endsWith('.gz') ? gzipSync(bytes) : bytes]))
}

const picture = (value: number) =>
  png(
    4,
    4,
    new Uint8Array(16).map((_, at) => (at < 8 ? value : 7 * at)),
  )

/** Pictures of two classes below a folder. */
const pictures = (folder: string, from: number, count: number): Record<string, Uint8Array> =>
  Object.fromEntries(
    ['cat', 'dog'].flatMap((name, at) =>
      Array.from(
        { length: count },
        (_, row) => [`${folder}/${name}/${row}.png`, picture(120 * at + from + row)] as const,
      ),
    ),
  )

const csvs = (first: string, second: string) => ({ [first]: train.labelled, [second]: held.labelled })

test.each<[string, () => Record<string, string | Uint8Array> | Promise<Record<string, Uint8Array>>, string]>([
  ['Sign Language MNIST', () => csvs('sign_mnist_train.csv', 'sign_mnist_test.csv'), 'sign_mnist_test.csv'],
  ['Fashion-MNIST', () => csvs('fashion-mnist_train.csv', 'fashion-mnist_test.csv'), 'fashion-mnist_test.csv'],
  ['capitals', () => csvs('Train.csv', 'Test.csv'), 'Test.csv'],
  [
    'one data set of EMNIST',
    () => csvs('emnist-letters-train.csv', 'emnist-letters-test.csv'),
    'emnist-letters-test.csv',
  ],
  [
    "MNIST's files, with dots, some packed",
    () =>
      idxFiles([
        ['train-images.idx3-ubyte', 'train-labels.idx1-ubyte'],
        ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'],
      ]),
    't10k-images-idx3-ubyte.gz',
  ],
])('%s: both tables are found by their names', async (_, files, name) => {
  const cwd = workFolder()
  written(cwd, await files())
  const { stdout } = await pixelrow(['data', 'check', 'data', '--json'], { cwd })
  expect(JSON.parse(stdout)).toMatchObject({ rows: 60, test: join('data', name) })
})

test('labels of a test table without a sample measure the model, and pictures may be packed once more', async () => {
  const cwd = workFolder()
  written(cwd, {
    ...pictures('seg_train/seg_train', 0, 20),
    ...pictures('seg_test/seg_test', 40, 5),
    'seg_pred/0.png': picture(3),
  })
  const words = ['run', '--data', 'data', '--recipe', 'linear', '--batch-size', '10', '-o', 'out', '--json']
  const { code, stdout, stderr } = await pixelrow(words, { cwd })
  expect(code, stderr).toBe(0)
  const { data, predicted, measuredOn } = JSON.parse(stdout)
  expect({ data, predicted }).toMatchObject({
    data: { trainRows: 40, classes: ['cat', 'dog'] },
    predicted: { rows: 10 },
  })
  expect(measuredOn.test).toMatchObject({ rows: 10, on: '10 labelled rows of data' })
})

test('several data sets, a single one, and a zip with the folders of a Mac', async () => {
  const cwd = workFolder()
  written(cwd, { ...csvs('a-train.csv', 'a-test.csv'), ...csvs('b-train.csv', 'b-test.csv') })
  const several = await pixelrow(['run', '--data', 'data', '-q'], { cwd })
  expect(several.stderr).toMatch(
    /holds 2 data sets: a-train\.csv and a-test\.csv; b-.*\nFix: .* train data\/a-train\.csv -o first && /,
  )
  mkdirSync(join(cwd, 'one'))
  writeFileSync(join(cwd, 'one', 'A_Z Handwritten Data.csv'), train.labelled)
  const one = await pixelrow(['run', '--data', 'one', '-q'], { cwd })
  expect(one.stderr).toMatch(
    /\nFix: train on A_Z Handwritten Data\.csv alone: .* train 'one\/A_Z Handwritten Data\.csv'\n/,
  )
  const members = {
    'x/my_train.csv': train.labelled,
    'x/my_test.csv': held.labelled,
    '__MACOSX/x/._my_train.csv': 'no',
  }
  writeFileSync(join(cwd, 'all.zip'), zipOf(Object.entries(members).map(([name, data]) => ({ name, data }))))
  const { stdout } = await pixelrow(['data', 'check', 'all.zip', '--json'], { cwd })
  expect(JSON.parse(stdout)).toMatchObject({ rows: 60, test: 'all.zip, x/my_test.csv' })
})
