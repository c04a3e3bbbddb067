import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { random } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { onnxOf } from '../../../packages/classifier/test/model.ts'
import { csvRows, fakeTable, pixelrow, withoutDevice, workFolder, zipped } from './helpers.ts'

const classes = ['0', '1', '2']
/** Of images like those of `fakeTable`. */
const model = onnxOf({
  ...{ height: 8, width: 8, channels: 1, maxValue: 16, classes },
  weight: Float32Array.from({ length: 64 * 3 }, (_, i) => Math.sin(i)),
})
const quick = ['--recipe', 'linear', '--epochs', '20', '--threads', '1']

interface Competition {
  /** Name of the id column of test.csv, none: it has no ids. */
  testId?: string | undefined
  /** The same of train.csv. */
  trainId?: string
  label?: string
  header?: string
  sampleName?: string
  /** Changes the ids of the sample, which are those of test.csv in another order. */
  sampleIds?: (ids: string[]) => string[]
}

/** A folder as Kaggle gives it; `truth` is each row's label by its id. */
function competition(cwd: string, folder: string, given: Competition = {}): Map<string, string> {
  const { testId, trainId, label = 'label', header = `${testId ?? 'id'},${label}` } = given
  const { sampleName = 'sample_submission.csv', sampleIds = (ids) => ids } = given
  mkdirSync(join(cwd, folder), { recursive: true })
  const rename = (text: string, name: string | undefined) =>
    (name === undefined ? text : text.replace('id,', `${name},`)).replace('label', label)
  const table = (id: string | undefined, prefix: string, seed: number, rows: number) =>
    fakeTable({ rows, classes, seed, ...(id !== undefined && { ids: (row) => `${prefix}${row}` }) })
  const test = table(testId, 'img_', 1, 30)
  writeFileSync(join(cwd, folder, 'train.csv'), rename(table(trainId, 'tr_', 0, 90).labelled, trainId))
  writeFileSync(join(cwd, folder, 'test.csv'), rename(test.unlabelled, testId))
  const order = random(3, 1010)
  const ids = test.labels.map((_, row) => (testId === undefined ? String(row + 1) : `img_${row}`))
  const shuffled = sampleIds(
    ids.toSorted((a, b) => order.below(0, ids.indexOf(a), 1e6) - order.below(0, ids.indexOf(b), 1e6)),
  )
  const lines = [header, ...shuffled.map((id) => `${id},0`), ''].join('\n')
  writeFileSync(join(cwd, folder, sampleName), sampleName.endsWith('.gz') ? gzipSync(lines) : lines)
  return new Map(ids.map((id, row) => [id, test.labels[row]!]))
}

/** The header of a submission, and whether every id has its true label, in the order of the sample. */
function judged(path: string, truth: Map<string, string>) {
  const [header = [], ...rows] = csvRows(readFileSync(path, 'utf8'))
  return { header: header.join(), wrong: rows.filter(([id, label]) => truth.get(id!) !== label), rows: rows.length }
}

test.each<[string, Competition]>([
  ['ids of another name in both tables', { testId: 'image_id', trainId: 'image_id' }],
  ['ids in test.csv alone', { testId: 'image_id' }],
  ['ids of a name that only the sample tells', { testId: 'file', trainId: 'file', label: 'digit' }],
  ['a name that the sample writes otherwise', { testId: 'image id', header: 'Image_ID,label' }],
  ["Kaggle's older name of the sample", { testId: 'id', sampleName: 'sampleSubmission.csv' }],
  ['a name in capitals', { testId: 'id', sampleName: 'SampleSubmission.csv' }],
  ['a sample in gzip', { testId: 'id', sampleName: 'sample_submission.csv.gz' }],
  ['no ids, and a sample of row numbers in another order', { header: 'ImageId,Label' }],
])('a folder as downloaded needs no flag, and each id gets its label: %s', async (_, given) => {
  const cwd = workFolder()
  const truth = competition(cwd, 'data', given)
  const header = given.header ?? `${given.testId},${given.label ?? 'label'}`
  const done = await pixelrow(['run', '--data', 'data', '-o', 'out', ...quick], { cwd })
  expect(done.code, done.stderr).toBe(0)
  expect(judged(join(cwd, 'out/submission.csv'), truth)).toEqual({ header, wrong: [], rows: 30 })
  const sample = `data/${given.sampleName ?? 'sample_submission.csv'}`
  expect(done.stdout).toContain(
    `\nout/submission.csv: 30 rows, checked: header and 30 ids of ${sample}, in its order; labels among the 3 classes\n`,
  )
  const predicted = await pixelrow(['predict', 'out/model.onnx', 'data/test.csv', '-o', 'again.csv'], { cwd })
  expect(predicted.code, predicted.stderr).toBe(0)
  expect(judged(join(cwd, 'again.csv'), truth)).toEqual({ header, wrong: [], rows: 30 })
})

test('the same of a zip, to run and to predict, and of a folder to predict', async () => {
  const cwd = workFolder()
  const truth = competition(cwd, 'data', { testId: 'image_id', sampleName: 'sampleSubmission.csv' })
  writeFileSync(join(cwd, 'data.zip'), zipped(join(cwd, 'data')))
  const { code, stdout } = await pixelrow(['run', '--data', 'data.zip', '-o', 'out', ...quick], { cwd })
  expect(code).toBe(0)
  expect(stdout).toContain(' checked: header and 30 ids of data.zip, sampleSubmission.csv, in its order; ')
  for (const source of ['data', 'data.zip']) {
    const predicted = await pixelrow(['predict', 'out/model.onnx', source, '-o', 'again.csv'], { cwd })
    expect(predicted.code, predicted.stderr).toBe(0)
    expect(judged(join(cwd, 'again.csv'), truth)).toEqual({ header: 'image_id,label', wrong: [], rows: 30 })
  }
})

test('a column that was dropped as it was once advised still pairs rows and ids by id', async () => {
  const cwd = workFolder()
  const truth = competition(cwd, 'data', { testId: 'image_id', trainId: 'image_id' })
  const { code } = await pixelrow(['run', '--data', 'data', '--drop', 'image_id', '-o', 'out', ...quick], { cwd })
  expect(code).toBe(0)
  expect(judged(join(cwd, 'out/submission.csv'), truth).wrong).toEqual([])
})

test('--id names another column, by its name or place; run takes a name, which train.csv need not have', async () => {
  const cwd = workFolder()
  const truth = competition(cwd, 'data', { testId: 'who', header: 'answer,label' })
  const without = await pixelrow(['run', '--data', 'data', '-q'], { cwd })
  expect(without).toMatchObject({
    code: 1,
    stderr:
      "Error: data/test.csv row 1: neither pixel, label nor id: 'who'.\n" +
      'Fix: Add --id who if it names the rows, --drop who to leave it out\n',
  })
  const done = await pixelrow(['run', '--data', 'data', '--id', 'who', '-o', 'out', ...quick], { cwd })
  expect(done.code, done.stderr).toBe(0)
  expect(judged(join(cwd, 'out/submission.csv'), truth)).toEqual({ header: 'answer,label', wrong: [], rows: 30 })
  for (const id of ['who', '0', '-65']) {
    const words = ['predict', 'out/model.onnx', 'data/test.csv', '--id', id, '-o', `${id}.csv`]
    const predicted = await pixelrow(words, { cwd })
    expect(predicted.code, predicted.stderr).toBe(0)
    expect(judged(join(cwd, `${id}.csv`), truth).wrong).toEqual([])
  }
  const place = await pixelrow(['run', '--data', 'data', '--id', '0', '-q', '--json'], { cwd })
  expect(place.code).toBe(2)
  expect(JSON.parse(place.stdout).error).toMatchObject({
    code: 'CLI_COLUMN_PLACE',
    params: { flag: '--id', place: 0 },
    message: '--id 0: in run it must be a name, since test.csv has other places',
  })
  const nowhere = await pixelrow(['run', '--data', 'data', '--id', 'whom', '-q'], { cwd })
  expect(nowhere.stderr).toMatch(/^Error: data\/test\.csv row 1: expected a column 'whom'/)
})

test.each<[string, Competition, object]>([
  [
    'an id that test.csv lacks',
    { testId: 'id', sampleIds: (ids) => ['img_99', ...ids.slice(1)] },
    {
      code: 'CLI_ID_MISSING',
      params: { sample: 'data/sample_submission.csv', test: 'data/test.csv', id: 'img_99', row: 2, missing: 1 },
      message: expect.stringMatching(
        /^data\/sample_submission\.csv row 2: id "img_99" is not in data\/test\.csv, which has "img_\d+" instead$/,
      ),
      fix: 'take both files from one download, or name the column of the ids with --id',
    },
  ],
  [
    'an id twice in the sample',
    { testId: 'id', sampleIds: (ids) => [ids[1]!, ...ids.slice(1)] },
    { code: 'CLI_ID_DUPLICATE', params: { file: 'data/sample_submission.csv', row: 2 } },
  ],
  [
    'a row less in the sample',
    { testId: 'id', sampleIds: (ids) => ids.slice(1) },
    {
      code: 'CLI_SAMPLE_ROWS',
      params: { rows: { sample: 29, test: 30 } },
      message: expect.stringMatching(
        /it has 29 rows, data\/test\.csv has 30; id "img_\d+" is in data\/test\.csv alone$/,
      ),
    },
  ],
  [
    'a row too many in the sample',
    { testId: 'id', sampleIds: (ids) => [...ids, 'new'] },
    { code: 'CLI_SAMPLE_ROWS', message: expect.stringContaining('id "new" is in data/sample_submission.csv alone') },
  ],
  [
    'as many ids, all others',
    { testId: 'id', sampleIds: (ids) => ids.map((id) => `${id}.png`) },
    { code: 'CLI_ID_MISSING', message: expect.stringContaining('(30 of 30 ids)') },
  ],
])('run and predict refuse %s, and nothing is written', async (_, given, expected) => {
  const cwd = workFolder()
  competition(cwd, 'data', given)
  writeFileSync(join(cwd, 'model.onnx'), model)
  for (const words of [
    ['run', '--data', 'data'],
    ['predict', 'model.onnx', 'data/test.csv', '-o', 'out/', '--probabilities', 'shares/'],
  ]) {
    const { code, stdout } = await pixelrow([...words, '--json', '-q'], { cwd })
    expect(code).toBe(1)
    expect(JSON.parse(stdout).error).toMatchObject(expected)
  }
  expect(readdirSync(cwd).sort()).toEqual(['data', 'model.onnx'])
})

test('an id twice in test.csv is refused, with and without a sample', async () => {
  const cwd = workFolder()
  competition(cwd, 'data', { testId: 'id' })
  const path = join(cwd, 'data/test.csv')
  writeFileSync(path, readFileSync(path, 'utf8').replace('\nimg_7,', '\nimg_4,'))
  const error = {
    message: 'data/test.csv has id "img_4" twice, the second time in data row 8',
    fix: 'an id may stand there once: correct the file, or name another column with --id',
    code: 'CLI_ID_DUPLICATE',
    params: { file: 'data/test.csv', id: 'img_4', row: 8 },
  }
  const refused = async (...words: string[]) => {
    const { code, stdout } = await pixelrow([...words, '--json', '-q'], { cwd })
    expect(code).toBe(1)
    expect(JSON.parse(stdout).error).toEqual(error)
  }
  writeFileSync(join(cwd, 'model.onnx'), model)
  await refused('run', '--data', 'data')
  await refused('predict', 'model.onnx', 'data/test.csv', '-o', 'x.csv')
  rmSync(join(cwd, 'data/sample_submission.csv'))
  await refused('run', '--data', 'data')
  await refused('predict', 'model.onnx', 'data/test.csv', '-o', 'x.csv')
})

/** A table as a data frame writes it with its index. */
function framed(text: string, index: (row: number) => number): string {
  const [header, ...rows] = text.trimEnd().split('\n')
  return `,${header}\n${rows.map((line, row) => `${index(row)},${line}\n`).join('')}`
}

test('the index that a data frame is written with is left out where it counts, and said; else it names the rows', async () => {
  const cwd = workFolder()
  mkdirSync(join(cwd, 'data'))
  const [train, test] = [fakeTable({ rows: 90, classes }), fakeTable({ rows: 30, classes, seed: 1 })]
  writeFileSync(
    join(cwd, 'data/train.csv'),
    framed(train.labelled, (row) => row),
  )
  writeFileSync(
    join(cwd, 'data/test.csv'),
    framed(test.unlabelled, (row) => row),
  )
  const counted = await pixelrow(['run', '--data', 'data', '-o', 'a', ...quick], { cwd })
  expect(counted.code, counted.stderr).toBe(0)
  for (const name of ['train', 'test'])
    expect(counted.stderr).toContain(
      `data/${name}.csv: the unnamed first column counts the rows from 0, and is left out (if that is wrong, add --id)\n`,
    )
  expect(counted.stderr).toContain('data/test.csv has no ids: its rows are counted from 1\n')
  const byNumber = new Map(test.labels.map((label, row) => [String(row + 1), label]))
  expect(judged(join(cwd, 'a/submission.csv'), byNumber).wrong).toEqual([])
  // Sorted in another way, the same column says which row is which.
  writeFileSync(
    join(cwd, 'data/test.csv'),
    framed(test.unlabelled, (row) => (row * 7 + 5) % 30),
  )
  const ids = test.labels.map((_, row) => String(row))
  writeFileSync(join(cwd, 'data/sample_submission.csv'), `id,label\n${ids.map((id) => `${id},0\n`).join('')}`)
  const named = await pixelrow(['run', '--data', 'data', '-o', 'b', ...quick], { cwd })
  expect(named.code, named.stderr).toBe(0)
  expect(named.stderr).toContain('data/test.csv: the unnamed first column is taken as the id of each row')
  const byIndex = new Map(test.labels.map((label, row) => [String((row * 7 + 5) % 30), label]))
  expect(judged(join(cwd, 'b/submission.csv'), byIndex)).toEqual({ header: 'id,label', wrong: [], rows: 30 })
  // Trained on one such table alone, there is nothing to say but that.
  expect((await pixelrow(['train', 'data/train.csv', '-o', 'c', ...quick], { cwd })).code).toBe(0)
})

test('several samples: the plainest is taken, and said; none: what is assumed is said', async () => {
  const cwd = workFolder()
  const truth = competition(cwd, 'data', { testId: 'id', sampleName: 'sampleSubmission.csv' })
  writeFileSync(join(cwd, 'data/sample_submission_stage_2.csv'), 'id,label\nother,0\n')
  const several = await pixelrow(['run', '--data', 'data', '-o', 'a', ...quick], { cwd })
  expect(several.stderr).toContain(
    'data holds several samples: sampleSubmission.csv is taken, and not sample_submission_stage_2.csv\n',
  )
  expect(judged(join(cwd, 'a/submission.csv'), truth).wrong).toEqual([])
  const other = workFolder()
  competition(other, 'data', { testId: 'id', sampleName: 'about.csv' })
  const none = await pixelrow(['run', '--data', 'data', '-o', 'a', ...quick], { cwd: other })
  expect(none.stderr).toContain('\nNo sample found; header ImageId,Label assumed\n')
  expect(none.stdout).toContain(
    'a/submission.csv: 30 rows, checked: the 30 ids of data/test.csv, in its order; labels among the 3 classes\n',
  )
  const predicted = await pixelrow(['predict', 'a/model.onnx', 'data/test.csv', '-o', 'x.csv'], { cwd: other })
  expect(withoutDevice(predicted)).toBe('No sample found; header ImageId,Label assumed\n')
})

test('rows without ids and ids that are no numbers: they are counted, and it is said which is which', async () => {
  const cwd = workFolder()
  competition(cwd, 'data', { header: 'id,label', sampleIds: (ids) => ids.map((_, row) => `x${row + 7}`) })
  const { code, stderr } = await pixelrow(['run', '--data', 'data', '-o', 'out', ...quick], { cwd })
  expect(code).toBe(0)
  expect(stderr).toContain(
    'data/test.csv has no ids: its rows are taken in the order of the 30 ids of data/sample_submission.csv, row 1 for id x7\n',
  )
})

test('a sample with a column a class: run refuses it with the commands that give one, and they do', async () => {
  const cwd = workFolder()
  competition(cwd, 'data', { testId: 'id' })
  const ids = Array.from({ length: 30 }, (_, row) => `img_${29 - row}`)
  const sample = `id,1,0,2\n${ids.map((id) => `${id},0.3,0.3,0.4\n`).join('')}`
  writeFileSync(join(cwd, 'data/sample_submission.csv'), sample)
  const { code, stdout } = await pixelrow(['run', '--data', 'data', '--json', '-q', ...quick.slice(0, 2)], { cwd })
  expect(code).toBe(1)
  const { error } = JSON.parse(stdout)
  expect(error).toMatchObject({
    code: 'CLI_SAMPLE_PROBABILITIES',
    params: { file: 'data/sample_submission.csv', id: 'id', columns: ['1', '0', '2'] },
    message:
      'data/sample_submission.csv wants a probability for each class (id, then 1, 0, 2), not a label for each row',
  })
  for (const line of error.fix.split(' && ')) {
    const done = await pixelrow(line.split(' ').slice(2), { cwd })
    expect(done.code, done.stderr).toBe(0)
  }
  const rows = csvRows(readFileSync(join(cwd, 'submission.csv'), 'utf8'))
  const labels = csvRows(readFileSync(join(cwd, 'labels.csv'), 'utf8'))
  expect(rows[0]).toEqual(['id', '1', '0', '2'])
  expect(rows.slice(1).map(([id]) => id)).toEqual(ids)
  expect(labels[0]).toEqual(['id', 'Label'])
  for (const [index, [, ...shares]] of rows.slice(1).entries()) {
    const best = shares.indexOf(shares.toSorted((a, b) => Number(b) - Number(a))[0]!)
    expect(labels[index + 1]).toEqual([ids[index], ['1', '0', '2'][best]])
  }
  const without = await pixelrow(['predict', 'runs/first/model.onnx', 'data/test.csv', '-o', 'x.csv'], { cwd })
  expect(without.stderr).toMatch(/\nFix: add --probabilities FILE for them, beside -o for the labels\n$/)
  writeFileSync(join(cwd, 'data/sample_submission.csv'), sample.replace('id,1,0,2', 'id,a,b,c'))
  const other = ['predict', 'runs/first/model.onnx', 'data/test.csv', '-o', 'x.csv', '--probabilities', 'y.csv']
  expect(withoutDevice(await pixelrow(other, { cwd }))).toMatch(
    /^Error: data\/sample_submission\.csv has the columns a, b, c; expected the classes of the model: 0, 1, 2\n/,
  )
})
