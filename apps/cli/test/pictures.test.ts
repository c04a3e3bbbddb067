import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { random, readTable, writeIdxFiles } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { csvRows, fakeTable, pixelrow, png, workFolder, writeData, zipped } from './helpers.ts'

const quick = ['--recipe', 'mlp', '--epochs', '6', '--threads', '1']
const classes = ['bar', 'dot', 'rim']
const noise = random(3, 1003)

/** A bar, a dot or a rim of bright pixels among dim ones, in a shade of its own. */
function picture(kind: number, row: number, [width, height]: [number, number], channels: number): Uint8Array {
  const inside = (x: number, y: number) =>
    [Math.abs(x - width / 2) < 2, Math.hypot(x - width / 2, y - height / 2) < 2, x < 2 || x > width - 3][kind]
  return Uint8Array.from({ length: width * height * channels }, (_, place) => {
    const pixel = Math.floor(place / channels)
    const ink = inside(pixel % width, Math.floor(pixel / width)) ? 180 : 0
    return ink + noise.below(row, place, 60)
  })
}

/** Pictures in `train/<class>` and `test`, all of one size or of several. */
function writePictures(folder: string, sizes: [number, number][], channels = 1): string[] {
  const save = (path: string, kind: number, row: number) => {
    const [width, height] = sizes[row % sizes.length]!
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), png(width, height, picture(kind, row, [width, height], channels)))
  }
  for (let row = 0; row < 60; row++) save(`train/${classes[row % 3]}/${row}.png`, row % 3, row)
  for (let row = 0; row < 15; row++) save(`test/${row + 10}.png`, (row * 2) % 3, 1000 + row)
  return Array.from({ length: 15 }, (_, row) => classes[(row * 2) % 3]!)
}

const share = (submission: string[][], truth: string[]) =>
  truth.filter((label, row) => submission[row + 1]?.[1] === label).length / truth.length

async function fine(cwd: string, args: string[]) {
  const done = await pixelrow(args, { cwd })
  expect(done).toMatchObject({ code: 0 })
  return done
}

test('run, train and predict work on a folder of PNGs, and on a zip of it', async () => {
  const cwd = workFolder()
  const truth = writePictures(join(cwd, 'shapes'), [[9, 9]])
  writeFileSync(join(cwd, 'shapes.zip'), zipped(join(cwd, 'shapes')))
  await fine(cwd, ['run', '--data', 'shapes', '-o', 'a', ...quick])
  await fine(cwd, ['run', '--data', 'shapes.zip', '-o', 'b', ...quick])
  const [a, b] = ['a', 'b'].map((name) => readFileSync(join(cwd, name, 'submission.csv'), 'utf8'))
  expect(b).toBe(a)
  const submission = csvRows(a!)
  expect(submission.slice(0, 2)).toEqual([
    ['ImageId', 'Label'],
    ['10.png', truth[0]],
  ])
  expect(share(submission, truth)).toBe(1)

  const trained = await fine(cwd, ['train', 'shapes/train', '-o', 'c', ...quick])
  expect(trained.stderr).toContain('shapes/train: grey: no picture has colours (if that is wrong, add --color)\n')
  expect(readFileSync(join(cwd, 'c/model.onnx')).equals(readFileSync(join(cwd, 'a/model.onnx')))).toBe(true)
  for (const [source, ...flags] of [['shapes/test'], ['shapes', '--part', 'test'], ['shapes.zip', '--part', 'test']]) {
    const { stdout } = await fine(cwd, ['predict', 'c/model.onnx', source!, ...flags, '-o', '-', '-q'])
    expect(stdout).toBe(a)
  }
  const shown = await fine(cwd, ['data', 'describe', 'shapes', '--part', 'train', '--json'])
  expect(JSON.parse(shown.stdout)).toMatchObject({ rows: 60, shape: [9, 9, 1], classes })
  const { stderr } = await fine(cwd, ['data', 'describe', 'shapes', '--json'])
  expect(stderr).toContain("shapes: read from the folder 'train' (if that is wrong, add --part)\n")
})

test('pictures of several sizes are resized as the flags say, at prediction as in training', async () => {
  const cwd = workFolder()
  const truth = writePictures(
    join(cwd, 'shapes'),
    [
      [9, 9],
      [14, 9],
      [12, 20],
    ],
    3,
  )
  const without = await pixelrow(['run', '--data', 'shapes', '-q'], { cwd })
  expect(without.code).toBe(1)
  expect(without.stderr).toMatch(/\nFix: Add --shape, e\.g\. --shape 28x28, and they are resized\.\n$/)
  const flags = ['--shape', '10x10', '--resize', 'stretch', '--background', '7']
  await fine(cwd, ['run', '--data', 'shapes', ...flags, '-o', 'rgb', ...quick])
  const run = JSON.parse(readFileSync(join(cwd, 'rgb/run.json'), 'utf8'))
  expect(run.data.shape).toEqual([10, 10, 3])
  const text = readFileSync(join(cwd, 'rgb/submission.csv'), 'utf8')
  expect(share(csvRows(text), truth)).toBeGreaterThan(0.9)
  // The model knows how; to say so again is right, to say otherwise is not.
  for (const again of [[], ['--resize', 'stretch', '--color', 'rgb']]) {
    const { stdout } = await fine(cwd, ['predict', 'rgb/model.onnx', 'shapes/test', ...again, '-o', '-', '-q'])
    expect(stdout).toBe(text)
  }
  expect(await pixelrow(['predict', 'rgb/model.onnx', 'shapes/test', '--resize', 'cover', '-q'], { cwd })).toEqual({
    code: 1,
    signal: null,
    stdout: '',
    stderr:
      'Error: --resize cover: the model was trained on pictures with --resize stretch\nFix: leave --resize away\n',
  })
  await fine(cwd, ['train', 'shapes/train', ...flags, '--color', 'grey', '-o', 'grey', ...quick])
  expect(JSON.parse(readFileSync(join(cwd, 'grey/run.json'), 'utf8')).data.shape).toEqual([10, 10, 1])
})

test('ids of a sample may be the names of pictures without their endings', async () => {
  const cwd = workFolder()
  const truth = writePictures(join(cwd, 'shapes'), [[9, 9]])
  const ids = truth.map((_, row) => String(24 - row))
  writeFileSync(join(cwd, 'shapes/sample_submission.csv'), `id,kind\n${ids.map((id) => `${id},bar\n`).join('')}`)
  await fine(cwd, ['run', '--data', 'shapes', '-o', 'out', ...quick])
  const submission = csvRows(readFileSync(join(cwd, 'out/submission.csv'), 'utf8'))
  expect(submission.map(([id]) => id)).toEqual(['id', ...ids])
  expect(share(submission, truth.reverse())).toBe(1)
})

test("run takes Kaggle's zip as it is, with header and ids of the sample in it", async () => {
  const cwd = workFolder()
  const fake = { rows: 90, classes: ['no', 'yes'] }
  writeData(join(cwd, 'data'), fake, (ids) => `the id,answer\n${ids.map((id) => `${id},no\n`).join('')}`)
  writeFileSync(join(cwd, 'digits.zip'), zipped(join(cwd, 'data')))
  await fine(cwd, ['run', '--data', 'data', '-o', 'a', ...quick])
  const packed = await fine(cwd, ['run', '--data', 'digits.zip', '-o', 'b', ...quick])
  expect(packed.stderr).toMatch(/^Reading digits\.zip\n90 rows to train on, 30 to predict/)
  for (const name of ['model.onnx', 'submission.csv']) {
    expect(readFileSync(join(cwd, 'b', name)).equals(readFileSync(join(cwd, 'a', name)))).toBe(true)
  }
  expect(readFileSync(join(cwd, 'b/submission.csv'), 'utf8')).toMatch(/^the id,answer\n1,/)
  expect(readdirSync(cwd).sort()).toEqual(['a', 'b', 'data', 'digits.zip'])
})

test.each([
  [['train', 'test.csv', '--resize', 'cover'], 'test.csv is a CSV, which takes', '--resize'],
  [['data', 'describe', 'test.csv', '--part', 'test'], 'test.csv is a CSV, which takes', '--part'],
  [['train', 'shapes', '--label', 'kind'], 'shapes holds pictures, which take', '--label'],
  [['run', '--data', 'shapes', '--max-value', '255'], 'shapes holds pictures, which take', '--max-value'],
  [['train', 'shapes.zip', '--transpose'], 'shapes.zip holds pictures, which take', '--transpose'],
  [['run', '--data', 'csv.zip', '--color', 'rgb'], 'csv.zip holds a CSV, which takes', '--color'],
] as const)('a flag that means nothing for the source is refused: %j', async (args, message, flag) => {
  const cwd = workFolder()
  writeData(cwd, { rows: 30, classes: ['a', 'b'] })
  writePictures(join(cwd, 'shapes'), [[9, 9]])
  writeFileSync(join(cwd, 'shapes.zip'), zipped(join(cwd, 'shapes')))
  mkdirSync(join(cwd, 'csv'))
  writeData(join(cwd, 'csv'), { rows: 30, classes: ['a', 'b'] })
  writeFileSync(join(cwd, 'csv.zip'), zipped(join(cwd, 'csv')))
  const { code, stderr } = await pixelrow([...args, '-q'], { cwd })
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `Error: ${message} no ${flag}\nTry: leave ${flag} away\n`,
  })
})

test.each([
  [
    'a zip without the tables',
    'empty.zip',
    /^Error: empty\.zip: there is no train\.csv and no test\.csv in it\nFix: .*it holds other\.csv\n$/,
  ],
  ['a zip that is cut', 'cut.zip', /^Error: cut\.zip: /],
])('%s is refused in a sentence', async (_, name, message) => {
  const cwd = workFolder()
  mkdirSync(join(cwd, 'other'))
  writeFileSync(join(cwd, 'other/other.csv'), fakeTable({ rows: 9, classes: ['a', 'b'] }).labelled)
  const zip = zipped(join(cwd, 'other'))
  writeFileSync(join(cwd, 'empty.zip'), zip)
  writeFileSync(join(cwd, 'cut.zip'), zip.subarray(0, zip.length - 30))
  const { code, stdout, stderr } = await pixelrow(['run', '--data', name, '-q'], { cwd })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(message)
})

test("--transpose turns IDX images too, as EMNIST's are stored", async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), fakeTable({ rows: 12, classes: ['0', '1'] }).labelled)
  const table = await readTable(join(cwd, 'a.csv'))
  const turned = await readTable(join(cwd, 'a.csv'), { transpose: true })
  await writeIdxFiles(join(cwd, 'emnist.idx'), turned, { labels: join(cwd, 'emnist-labels.idx') })
  const { stdout } = await fine(cwd, ['data', 'convert', 'emnist.idx', '--transpose', '-o', '-', '-q'])
  const pixels = csvRows(stdout)
    .slice(1)
    .flatMap((cells) => cells.slice(1).map(Number))
  expect(pixels).toEqual([...table.pixels])
})
