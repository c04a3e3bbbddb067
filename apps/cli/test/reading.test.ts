import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTable, writeIdxFiles } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { fakeTable, pixelrow, workFolder } from './helpers.ts'

const fake = { rows: 90, classes: ['0', '1', '2'], maxValue: 255 }
const quick = ['--epochs', '3', '--threads', '1', '--quiet']

async function fine(cwd: string, args: string[]) {
  const done = await pixelrow(args, { cwd })
  expect(done.code, done.stderr).toBe(0)
  return done
}

/** Changes every row of a CSV; the header is the first where `names` says so. */
function rewrite(text: string, how: (cells: string[], header: boolean) => string[]): string {
  const lines = text.trimEnd().split('\n')
  return `${lines.map((line, index) => how(line.split(','), index === 0).join(',')).join('\n')}\n`
}

/** A table and the same one in another dress: a model trained on either must be the same, and predict the same from either. */
async function expectSame(
  dress: (text: string) => string,
  flags: string[],
  { predict = flags } = {},
): Promise<string[]> {
  const cwd = workFolder()
  const [labelled, unlabelled] = [fakeTable(fake).labelled, fakeTable({ ...fake, seed: 1 }).unlabelled]
  writeFileSync(join(cwd, 'plain.csv'), labelled)
  writeFileSync(join(cwd, 'plain-test.csv'), unlabelled)
  writeFileSync(join(cwd, 'dressed.csv'), dress(labelled))
  writeFileSync(join(cwd, 'dressed-test.csv'), dress(unlabelled))
  await fine(cwd, ['train', 'plain.csv', '-o', 'plain', ...quick])
  await fine(cwd, ['train', 'dressed.csv', '-o', 'dressed', ...quick, ...flags])
  const [plain, dressed] = ['plain', 'dressed'].map((name) => readFileSync(join(cwd, name, 'model.onnx')))
  expect(dressed!.equals(plain!)).toBe(true)
  const outputs = []
  for (const args of [['plain-test.csv'], ['dressed-test.csv', ...predict]]) {
    outputs.push((await fine(cwd, ['predict', 'plain/model.onnx', ...args, '-o', '-', '--quiet'])).stdout)
  }
  expect(outputs[1]).toBe(outputs[0])
  const evaluated = []
  const label = flags.includes('--label') ? flags.slice(flags.indexOf('--label'), flags.indexOf('--label') + 2) : []
  for (const args of [['plain.csv'], ['dressed.csv', ...predict, ...label]]) {
    const { stdout } = await fine(cwd, ['eval', 'plain/model.onnx', ...args, '--json', '--quiet'])
    evaluated.push({ ...JSON.parse(stdout), labelled: '' })
  }
  expect(evaluated[1]).toEqual(evaluated[0])
  return readdirSync(cwd)
}

test('EMNIST’s way: pictures stored column after column', () =>
  expectSame(
    (text) =>
      rewrite(text, (cells, header) => {
        if (header) return cells
        const pixels = cells.slice(-64)
        return [...cells.slice(0, -64), ...pixels.map((_, place) => pixels[8 * (place % 8) + Math.floor(place / 8)]!)]
      }),
    ['--transpose'],
  ))

test('more columns than are wanted', () =>
  expectSame(
    (text) => rewrite(text, (cells, header) => [header ? 'Usage' : 'T', ...cells, header ? 'a note' : '7']),
    ['--drop', 'Usage', '--drop', 'a note'],
  ))

test('values 0..1', () =>
  expectSame(
    (text) =>
      rewrite(text, (cells, header) =>
        header ? cells : [...cells.slice(0, -64), ...cells.slice(-64).map((cell) => String(Number(cell) / 255))],
      ),
    ['--max-value', '1'],
  ))

test('no header, the label last, a header that looks like pixels', async () => {
  await expectSame(
    (text) =>
      rewrite(text, (cells) => (cells.length === 65 ? [...cells.slice(1), cells[0]!] : cells)).replace(/^.*\n/, ''),
    ['--label', '-1', '--no-header'],
    { predict: ['--no-header'] },
  )
  await expectSame(
    (text) => rewrite(text, (cells, header) => (header ? cells.map((_, place) => String(place)) : cells)),
    ['--header', '--label', '0'],
    {
      predict: ['--header'],
    },
  )
})

test('colours in either order, told or guessed, and each said on screen', async () => {
  const cwd = workFolder()
  const header = Array.from({ length: 48 }, (_, pixel) => `pixel${pixel}`).join(',')
  const text = (order: 'interleaved' | 'planar', label: boolean) => {
    const rows = Array.from({ length: 60 }, (_, row) => {
      const color = (c: number) => (c === row % 3 ? 200 + (row % 50) : (row * 7) % 60)
      const cells = Array.from({ length: 48 }, (_, place) =>
        color(order === 'planar' ? Math.floor(place / 16) : place % 3),
      )
      return [...(label ? ['rgb'[row % 3]] : []), ...cells].join(',')
    })
    return `${[label ? `label,${header}` : header, ...rows].join('\n')}\n`
  }
  for (const order of ['interleaved', 'planar'] as const) {
    writeFileSync(join(cwd, `${order}.csv`), text(order, true))
    writeFileSync(join(cwd, `${order}-test.csv`), text(order, false))
  }
  const guessed = await fine(cwd, ['train', 'planar.csv', '-o', 'guessed', '--epochs', '3', '--threads', '1'])
  expect(guessed.stderr).toMatch(/planar\.csv: channels taken as planar: .* \(if that is wrong, add --channels\)\n/)
  const told = await fine(cwd, [
    'train',
    'planar.csv',
    '-o',
    'told',
    '--channels',
    'planar',
    '--epochs',
    '3',
    '--threads',
    '1',
  ])
  expect(told.stderr).not.toMatch(/channels taken/)
  const model = (folder: string) => readFileSync(join(cwd, folder, 'model.onnx'))
  expect(model('told').equals(model('guessed'))).toBe(true)
  const predict = async (file: string, ...flags: string[]) =>
    (await fine(cwd, ['predict', 'told/model.onnx', file, ...flags, '-o', '-', '--quiet'])).stdout
  const labels = await predict('planar-test.csv')
  expect(labels.split('\n').slice(1, 4)).toEqual(['1,r', '2,g', '3,b'])
  expect(await predict('interleaved-test.csv', '--channels', 'interleaved')).toBe(labels)
})

test('IDX works like CSV: train, eval and predict, with the labels beside it', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), fakeTable(fake).labelled)
  const table = await readTable(join(cwd, 'a.csv'))
  mkdirSync(join(cwd, 'idx'))
  const [images, labels] = ['images-idx3', 'labels-idx1'].map((name) => `idx/train-${name}-ubyte`)
  await writeIdxFiles(join(cwd, images!), table, { labels: join(cwd, labels!) })
  await fine(cwd, ['train', 'a.csv', '-o', 'csv', ...quick])
  const trained = await pixelrow(['train', images!, '-o', 'idx-run', '--epochs', '3', '--threads', '1'], { cwd })
  expect(trained.stderr).toMatch(`${images}: labels from ${labels}\n`)
  expect(readFileSync(join(cwd, 'idx-run/model.onnx')).equals(readFileSync(join(cwd, 'csv/model.onnx')))).toBe(true)
  const outputs = []
  for (const file of ['a.csv', images!]) {
    const evaluated = await fine(cwd, ['eval', 'csv/model.onnx', file, '--json', '--quiet'])
    const predicted = await fine(cwd, ['predict', 'csv/model.onnx', file, '-o', '-', '--quiet'])
    outputs.push([{ ...JSON.parse(evaluated.stdout), labelled: '' }, predicted.stdout])
  }
  expect(outputs[1]).toEqual(outputs[0])

  await writeIdxFiles(join(cwd, 'bare.idx'), table)
  const { labels: _, classes: __, ...unlabelled } = table
  const small = { ...unlabelled, rows: 360, shape: { ...table.shape, height: 4, width: 4 } }
  await writeIdxFiles(join(cwd, 'small.idx'), small)
  for (const [args, message] of [
    [['train', 'bare.idx'], /^Error: bare\.idx has no labels beside it\nFix: put them into bare-labels\.idx\n$/],
    [
      ['predict', 'csv/model.onnx', 'small.idx', '-o', 'x.csv'],
      /^Error: small\.idx holds images of 4x4, expected 8x8\n$/,
    ],
    [['data', 'describe', 'bare.idx', '--shape', '4x4'], /^Error: bare\.idx holds images of 8x8, --shape says 4x4\n$/],
  ] as const) {
    const { code, stdout, stderr } = await pixelrow([...args, '--quiet'], { cwd })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
  }
  const usage = await pixelrow(['data', 'head', 'bare.idx', '--drop', 'x', '--quiet'], { cwd })
  expect(usage).toMatchObject({ code: 2, stderr: expect.stringMatching(/bare\.idx is IDX, which takes no --drop\n/) })
})

test('run reads train.csv and test.csv with the same flags; a dropped column need not be in test.csv', async () => {
  const cwd = workFolder()
  mkdirSync(join(cwd, 'data'))
  const fractions = (text: string) =>
    rewrite(text, (cells, header) =>
      header ? cells : [...cells.slice(0, -64), ...cells.slice(-64).map((cell) => String(Number(cell) / 255))],
    )
  const train = fractions(fakeTable(fake).labelled)
  writeFileSync(
    join(cwd, 'data/train.csv'),
    rewrite(train, (cells, header) => [...cells, header ? 'Usage' : 'T']),
  )
  const unseen = fakeTable({ ...fake, seed: 1 })
  writeFileSync(join(cwd, 'data/test.csv'), fractions(unseen.unlabelled))
  const flags = ['--drop', 'Usage', '--max-value', '1', '--shape', '8x8']
  const { stderr } = await fine(cwd, ['run', '--data', 'data', '--epochs', '20', ...flags])
  const next = stderr.trimEnd().split('\n').at(-1)
  expect(next).toMatch(/ run --data data --shape 8x8 --max-value 1 --drop Usage --recipe fast --epochs 40$/)
  const submission = readFileSync(join(cwd, 'runs/1-fast/submission.csv'), 'utf8').trimEnd().split('\n').slice(1)
  const right = submission.filter((line, row) => line.split(',')[1] === unseen.labels[row]).length
  expect(right / submission.length).toBeGreaterThan(0.9)
  // By its place in train.csv, which test.csv has by another name: the same rows, so the same answers.
  await fine(cwd, ['run', '--data', 'data', '--epochs', '20', '--drop', '-1', ...flags.slice(2), '-o', 'by-place'])
  const answers = ['runs/1-fast', 'by-place'].map((run) => readFileSync(join(cwd, run, 'submission.csv'), 'utf8'))
  expect(answers[1]).toBe(answers[0])
  for (const name of ['train', 'test']) {
    const text = readFileSync(join(cwd, 'data', `${name}.csv`), 'utf8')
    writeFileSync(join(cwd, 'data', `${name}.csv`), text.slice(text.indexOf('\n') + 1))
  }
  const place = await pixelrow(
    ['run', '--data', 'data', '--drop', '-1', '--label', '0', '--max-value', '1', '--quiet'],
    { cwd },
  )
  expect(place).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Error: --drop -1: in run it must be a name/) })
})

test.each<[string, string, string[], RegExp]>([
  [
    'an unknown column',
    'label,pixel0,Usage\n1,0,T\n',
    [],
    /'Usage'\.?\nFix: Add --split-column Usage if it says which rows are to train and to test on, --id Usage if it names the rows, --drop Usage to leave it out\n$/,
  ],
  [
    'two unknown columns',
    'pixel0,a b,c\n0,x,T\n',
    [],
    /\nFix: Add --label 'a b' if 'a b' is the label, --id 'a b' if it names the rows, --drop 'a b' --drop c to leave them out\n$/,
  ],
  [
    'a column to drop that is not there',
    'pixel0,c\n0,T\n',
    ['--drop', 'd'],
    /expected a column 'd'.*\nFix: Give one of these names, or a place/,
  ],
  ['a header or a picture', '0,1,2,3,4,5,6,7,8\n0,0,1,2,3,4,4,5,6\n', [], /\nFix: Add --header if .*, --no-header if /],
  ['two columns that may be the label', '1,0,0,0,1\n0,1,1,1,0\n', [], /\nFix: Add --label 0 .* --label -1 /],
  ['no square', '1,0,0,0,1,3\n0,1,1,1,0,3\n', [], /6 pixel columns\.\nFix: .*--shape 28x28x3/],
  [
    'another size',
    'pixel0,pixel1\n1,2\n',
    ['--shape', '2x2'],
    /4 pixel columns for 2x2, found 2\.\nFix: .* --shape: is /,
  ],
  [
    'fractions',
    'pixel0\n0.5\n',
    [],
    /\nFix: If the values are fractions 0\.\.1, add --max-value 1; of any other scale, --data-type float32\.\n/,
  ],
  [
    'more than white',
    'pixel0\n17\n',
    ['--max-value', '16'],
    /0\.\.16, found '17'\.\nFix: White is 16 .* --max-value: /,
  ],
  ['names twice', 'a,a\n1,1\n', [], /\nFix: .*add --no-header\.\n/],
  ['no header after all', 'x,1,1,1\n2,2,2,2\n', ['--no-header'], /Fix: .*--(header|label)/],
])('%s is refused with the flag to add', async (_, text, flags, message) => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), text)
  const { code, stdout, stderr } = await pixelrow(['data', 'describe', 'a.csv', ...flags, '--quiet'], { cwd })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/\b[Pp]ass |\w+: (true|false|\[)/)
})

test('a command is not told of flags that it does not have', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), fakeTable(fake).labelled)
  await fine(cwd, ['train', 'a.csv', '-o', 'out', ...quick])
  writeFileSync(
    join(cwd, 'b.csv'),
    rewrite(fakeTable(fake).unlabelled, (cells, header) => [header ? 'kind' : 'x', ...cells]),
  )
  const { code, stderr } = await pixelrow(['predict', 'out/model.onnx', 'b.csv', '-o', 'x.csv', '--quiet'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toMatch(/\nFix: Add --id kind if it names the rows, --drop kind to leave it out\n$/)
  const other = await pixelrow(['eval', 'out/model.onnx', 'a.csv', '--max-value', '16', '--quiet'], { cwd })
  expect(other.stderr).toBe(
    'Error: --max-value 16: the model was trained on values up to 255\nFix: leave --max-value away\n',
  )
})
