import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '@pixelrow/infer-node'
import { expect, test } from 'vitest'
import { csvRows, type Fake, pixelrow, runFiles, trainFiles, workFolder, writeData } from './helpers.ts'

const words = ['ant', 'bee', 'wasp', 'a "big" fly']
const quick = ['--epochs', '4', '--quiet']

/** The share of a submission's labels that are right. */
function share(submission: string[][], truth: string[]): number {
  return truth.filter((label, row) => submission[row + 1]?.[1] === label).length / truth.length
}

test.each<[string, Fake, string[]]>([
  [
    'words in the last column, CRLF, 8×8 of 0..16',
    { rows: 300, classes: ['ant', 'bee', 'wasp'], labelLast: true, end: '\r\n' },
    [],
  ],
  ['two classes, 5×5 of 0..255', { rows: 120, classes: ['0', '1'], side: 5, maxValue: 255 }, []],
  [
    '14 classes, 10×10',
    { rows: 420, classes: Array.from({ length: 14 }, (_, i) => String(i)), side: 10, maxValue: 255 },
    [],
  ],
  ['no validation, linear', { rows: 61, classes: ['7', '8', '9'] }, ['--validation', '0', '--recipe', 'linear']],
  ['ids of its own', { rows: 90, classes: ['no', 'yes'], ids: (row) => `img_${row}` }, []],
])('run goes all the way with %s', async (_, fake, flags) => {
  const cwd = workFolder()
  const { truth } = writeData(join(cwd, 'data'), fake)
  const done = await pixelrow(['run', '--data', 'data', ...quick, ...flags], { cwd })
  expect(done).toMatchObject({ code: 0, stderr: '' })
  const recipe = flags.includes('linear') ? 'linear' : 'fast'
  expect(readdirSync(join(cwd, 'runs'))).toEqual([`1-${recipe}`])
  const run = join(cwd, 'runs', `1-${recipe}`)
  expect(readdirSync(run).sort()).toEqual(runFiles)
  const submission = csvRows(readFileSync(join(run, 'submission.csv'), 'utf8'))
  expect(submission[0]).toEqual(['ImageId', 'Label'])
  expect(submission.slice(1).map(([id]) => id)).toEqual(truth.map((_, row) => fake.ids?.(row) ?? String(row + 1)))
  expect(share(submission, truth)).toBeGreaterThan(0.9)
  const history = csvRows(readFileSync(join(run, 'history.csv'), 'utf8'))
  expect(history.length).toBe(5)
  const record = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
  expect(record).toMatchObject({
    command: 'run',
    recipe,
    seed: 0,
    data: { classes: [...fake.classes].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1)) },
  })
  expect(record.machine).toMatchObject({ engine: 'onnxruntime', device: 'cpu' })
  expect(record.versions.pixelrow).toBe('0.1.0')
})

test('run takes header, ids and their order from sample_submission.csv, and quotes what needs it', async () => {
  const cwd = workFolder()
  const fake = { rows: 120, classes: words.slice(0, 3), ids: (row: number) => `row ${row}` }
  const { truth } = writeData(
    join(cwd, 'data'),
    fake,
    (ids) =>
      `"the id",species\r\n${ids
        .reverse()
        .map((id) => `${id},ant\r\n`)
        .join('')}`,
  )
  const { code } = await pixelrow(['run', '--data', 'data', '--out', 'a/b', ...quick], { cwd })
  expect(code).toBe(0)
  const submission = csvRows(readFileSync(join(cwd, 'a/b/submission.csv'), 'utf8'))
  expect(submission[0]).toEqual(['the id', 'species'])
  expect(submission[1]?.[0]).toBe(`row ${truth.length - 1}`)
  expect(share(submission, [...truth].reverse())).toBeGreaterThan(0.9)
})

test('train, predict and eval agree with each other and with load', async () => {
  const cwd = workFolder()
  const { truth } = writeData(cwd, { rows: 200, classes: ['ant', 'bee', 'wasp'] })
  const trained = await pixelrow(['train', 'train.csv', '-o', 'out', '--epochs', '4'], { cwd })
  expect(trained.code).toBe(0)
  expect(trained.stdout).toMatch(
    /^\d\.\d{4} \(0\.\d{4} to \d\.\d{4}\) on 10 rows kept for validation: few rows, so this says little\nout\/model\.onnx\n$/,
  )
  expect(trained.stderr).toMatch(/epoch {2}train loss {2}valid loss {2}accuracy {2}95 % interval {4}time\n {4}1 /)
  const next = /^ {2}node (.*)$/m.exec(trained.stderr)?.[1]?.split(' ') ?? []
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(trainFiles)

  const checked = `${truth.length} rows, checked: ids from 1 to ${truth.length}; labels among the 3 classes\n`
  const written = await pixelrow(['predict', 'out/model.onnx', 'test.csv', '-o', 'new/submission.csv'], { cwd })
  expect(written).toMatchObject({ code: 0, stdout: `new/submission.csv: ${checked}` })
  const text = readFileSync(join(cwd, 'new/submission.csv'), 'utf8')
  expect(share(csvRows(text), truth)).toBeGreaterThan(0.9)
  for (const flags of [['-o', '-'], []]) {
    expect(await pixelrow(['predict', 'out/model.onnx', 'test.csv', ...flags], { cwd })).toMatchObject({
      code: 0,
      stdout: text,
    })
  }
  const predicted = JSON.parse((await pixelrow(['predict', 'out/model.onnx', 'test.csv', '--json'], { cwd })).stdout)
  expect(predicted.labels).toEqual(
    csvRows(text)
      .slice(1)
      .map(([, label]) => label),
  )

  const classifier = await load(join(cwd, 'out/model.onnx'))
  const [, first] = csvRows(readFileSync(join(cwd, 'test.csv'), 'utf8'))
  expect((await classifier.classify(Uint8Array.from(first!, Number))).label).toBe(predicted.labels[0])
  await classifier.close()

  const evaluated = await pixelrow(['eval', 'out/model.onnx', 'train.csv', '--json'], { cwd })
  const report = JSON.parse(evaluated.stdout)
  expect(report).toMatchObject({ rows: 200, classes: ['ant', 'bee', 'wasp'] })
  expect(report.confusion.flat().reduce((sum: number, cell: number) => sum + cell, 0)).toBe(200)
  const right = report.confusion.reduce((sum: number, cells: number[], index: number) => sum + cells[index]!, 0)
  expect(report.accuracy).toBeCloseTo(right / 200, 12)
  expect(report.perClass[0]).toMatchObject({ label: 'ant', rows: 67 })
  // The command that train proposed really runs.
  const pasted = await pixelrow(next.slice(1), { cwd })
  expect(pasted).toMatchObject({ code: 0 })
  expect(pasted.stdout).toBe(`submission.csv: ${checked}`)
  expect(readFileSync(join(cwd, 'submission.csv'), 'utf8')).toBe(text)
  expect(trained.stderr).toMatch(/labelled rows it has not seen.*\n {2}node \S+ eval out\/model\.onnx LABELLED\.csv\n$/)
  const shown = await pixelrow(['eval', 'out/model.onnx', 'train.csv'], { cwd })
  expect(shown.stdout).toMatch(
    /\n\nconfusion matrix \(rows: true class, columns: predicted\)\n +ant +bee +wasp\nant +\d/,
  )
})

test('the same seed gives the same bytes, another seed others; runs are numbered', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), { rows: 150, classes: ['a', 'b', 'c'] })
  for (const seed of ['5', '5', '6']) {
    expect(
      await pixelrow(['run', '--data', 'data', '--seed', seed, '--threads', '1', ...quick], { cwd }),
    ).toMatchObject({ code: 0 })
  }
  const model = (n: number) => readFileSync(join(cwd, `runs/${n}-fast/model.onnx`))
  expect(model(1).equals(model(2))).toBe(true)
  expect(model(1).equals(model(3))).toBe(false)
})

test('a folder is used again without what the earlier run left', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), { rows: 60, classes: ['a', 'b'] })
  await pixelrow(['run', '--data', 'data', '--out', 'here', ...quick], { cwd })
  expect(existsSync(join(cwd, 'here/submission.csv'))).toBe(true)
  await pixelrow(['train', 'data/train.csv', '--out', 'here', ...quick], { cwd })
  expect(readdirSync(join(cwd, 'here')).sort()).toEqual(trainFiles)
})

test('--json prints one object and nothing else', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), { rows: 60, classes: ['a', 'b'] })
  const { stdout, stderr, code } = await pixelrow(['run', '--data', 'data', '--epochs', '2', '--json'], { cwd })
  expect(stderr).toMatch(/^Reading data\n/)
  expect(code).toBe(0)
  expect(stdout.split('\n')).toHaveLength(2)
  const { folder, model, submission, accuracy } = JSON.parse(stdout)
  expect([folder, model, submission]).toEqual(['runs/1-fast', 'runs/1-fast/model.onnx', 'runs/1-fast/submission.csv'])
  expect(accuracy.validation).toBeGreaterThanOrEqual(0)
})
