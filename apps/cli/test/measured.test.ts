import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { random, readTable, wilsonInterval, writeIdxFiles } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { csvRows, type Fake, fakeTable, pixelrow, png, workFolder, writeData, zipped } from './helpers.ts'

const classes = ['dot', 'rim', 'sky']
const quick = ['--recipe', 'linear', '--epochs', '8', '--threads', '1']
const noise = random(3, 1021)

/** Grey pictures of a class, a shade of its own. */
function writePictures(folder: string, part: string, count: number, from: number, flat = false): void {
  for (let row = 0; row < count; row++) {
    const pixels = Uint8Array.from({ length: 64 }, (_, pixel) => 80 * (row % 3) + noise.below(from + row, pixel, 60))
    const path = join(folder, part, flat ? '' : classes[row % 3]!, `${row}.png`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, png(8, 8, pixels))
  }
}

async function fine(cwd: string, ...args: string[]) {
  const done = await pixelrow(args, { cwd })
  expect(done.code, done.stderr).toBe(0)
  return done
}

const json = async (cwd: string, ...args: string[]) => JSON.parse((await fine(cwd, ...args, '--json')).stdout)

test('of a folder or zip with parts train takes train, eval and predict the test part, else val, and it is said', async () => {
  const cwd = workFolder()
  for (const [part, count] of [
    ['train', 30],
    ['val', 12],
    ['test', 9],
  ] as const)
    writePictures(join(cwd, 'all'), part, count, 1000 * count)
  writePictures(join(cwd, 'two'), 'train', 30, 0)
  writePictures(join(cwd, 'two'), 'valid', 12, 500)
  writePictures(join(cwd, 'one'), 'training', 30, 30_000)
  writeFileSync(join(cwd, 'all.zip'), zipped(join(cwd, 'all')))
  const trained = await fine(cwd, 'train', 'all', '-o', 'm', ...quick)
  expect(trained.stderr).toContain("all: read from the folder 'train' (if that is wrong, add --part)\n")
  for (const [source, folder, rows] of [
    ['all', 'test', 9],
    ['all.zip', 'test', 9],
    ['two', 'valid', 12],
    ['one', 'training', 30],
  ] as const) {
    const said = `${source}: read from the folder '${folder}' (if that is wrong, add --part)\n`
    const evaluated = await fine(cwd, 'eval', 'm/model.onnx', source, '--json')
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ rows })
    expect(evaluated.stderr).toContain(said)
    const predicted = await fine(cwd, 'predict', 'm/model.onnx', source, '-o', 'x.csv')
    expect(predicted.stdout).toContain(`x.csv: ${rows} rows, `)
    expect(predicted.stderr).toContain(said)
  }
  // What is asked for is taken, and that the model was trained on it is said.
  const asked = await fine(cwd, 'eval', 'm/model.onnx', 'all', '--part', 'train')
  expect(asked.stdout).toContain('\nTrained on 30 of them: ')
  expect(await json(cwd, 'predict', 'm/model.onnx', 'all', '--part', 'val')).toMatchObject({ rows: 12 })
})

test('eval of a zip with train.csv and test.csv takes test.csv', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), { rows: 60, classes })
  writeFileSync(join(cwd, 'data/test.csv'), fakeTable({ rows: 21, classes, seed: 1 }).labelled)
  writeFileSync(join(cwd, 'data.zip'), zipped(join(cwd, 'data')))
  await fine(cwd, 'train', 'data.zip', '-o', 'm', ...quick)
  expect(await json(cwd, 'eval', 'm/model.onnx', 'data.zip')).toMatchObject({
    rows: 21,
    seen: { others: { rows: 21 } },
  })
})

test.each<[string, (cwd: string, fake: Fake) => Promise<void> | void, string]>([
  ['a CSV', () => {}, 'data/test.csv'],
  [
    'IDX',
    async (cwd, fake) => {
      writeFileSync(join(cwd, 'a.csv'), fakeTable(fake).labelled)
      writeFileSync(join(cwd, 'b.csv'), fakeTable({ ...fake, rows: 30, seed: 1 }).labelled)
      mkdirSync(join(cwd, 'idx'))
      for (const [csv, name] of [
        ['a.csv', 'train'],
        ['b.csv', 't10k'],
      ] as const) {
        const [images, labels] = [
          join(cwd, `idx/${name}-images-idx3-ubyte`),
          join(cwd, `idx/${name}-labels-idx1-ubyte`),
        ]
        await writeIdxFiles(images, await readTable(join(cwd, csv)), { labels })
      }
    },
    'idx/t10k-images-idx3-ubyte',
  ],
  [
    'pictures',
    (cwd) => {
      writePictures(join(cwd, 'pictures'), 'train', 90, 0)
      writePictures(join(cwd, 'pictures'), 'test', 30, 5000)
    },
    'pictures',
  ],
])('run scores a test part that has labels: %s', async (_, write, name) => {
  const cwd = workFolder()
  const fake = { rows: 90, classes: ['0', '1', '2'] }
  writeData(join(cwd, 'data'), fake)
  writeFileSync(join(cwd, 'data/test.csv'), fakeTable({ ...fake, rows: 30, seed: 1 }).labelled)
  await write(cwd, fake)
  const data = name.split('/')[0]!
  const { stdout } = await fine(cwd, 'run', '--data', data, '-o', 'out', ...quick)
  const { measuredOn, accuracy } = JSON.parse(readFileSync(join(cwd, 'out/run.json'), 'utf8'))
  const { right } = measuredOn.test
  const [low, high] = wilsonInterval(right, 30)
  expect(stdout.split('\n')[0]).toMatch(
    `${(right / 30).toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)}) on 30 labelled rows of ${name}`,
  )
  expect(accuracy.test).toBe(right / 30)
  expect(measuredOn.test).toMatchObject({ rows: 30, interval: [low, high], model: 'exported', trainedOn: 90 })
  expect(measuredOn.validation).toMatchObject({ rows: 9, model: 'discarded', trainedOn: 81 })
  const rows = csvRows(readFileSync(join(cwd, 'out/submission.csv'), 'utf8')).slice(1)
  const truth = name === 'pictures' ? rows.map(([id]) => id!.split('/')[0]) : rows.map((_, row) => String(row % 3))
  expect(rows.filter(([, label], row) => label === truth[row])).toHaveLength(right)
})

test('labels that say nothing are no score: placeholders, empty ones, and those of no class', async () => {
  const cwd = workFolder()
  const fake = { rows: 90, classes: ['0', '1', '2'] }
  writeData(join(cwd, 'data'), fake)
  const labelled = fakeTable({ ...fake, rows: 30, seed: 1 }).labelled
  for (const [label, note] of [
    ['0', 'Every label of data/test.csv is 0, as in a file without them: not scored\n'],
    ['', 'data/test.csv: its labels are left alone: expected a label, found an empty cell\n'],
    ['7', "data/test.csv: its labels are left alone: expected one of the classes 0, 1, 2, found label '7'\n"],
  ] as const) {
    writeFileSync(join(cwd, 'data/test.csv'), labelled.replaceAll(/^\d,/gm, `${label},`))
    const { stdout, stderr } = await fine(cwd, 'run', '--data', 'data', '-o', 'out', ...quick)
    expect(stderr).toContain(note)
    expect(stdout).toMatch(/^\d\.\d{4} \(.*\) on 9 rows kept for validation/)
    expect(stdout).toContain('\nout/submission.csv: 30 rows, checked: ids from 1 to 30; ')
  }
})

test('test rows that are training rows too are told apart', async () => {
  const cwd = workFolder()
  const fake = { rows: 90, classes: ['0', '1', '2'] }
  writeData(join(cwd, 'data'), fake)
  const [header, ...train] = fakeTable(fake).labelled.trimEnd().split('\n')
  const [, ...fresh] = fakeTable({ ...fake, rows: 30, seed: 1 })
    .labelled.trimEnd()
    .split('\n')
  writeFileSync(join(cwd, 'data/test.csv'), [header, ...fresh, ...train.slice(0, 12), ''].join('\n'))
  const { stdout } = await fine(cwd, 'run', '--data', 'data', '-o', 'out', ...quick)
  expect(stdout).toMatch(/ on 42 labelled rows of data\/test\.csv\nTrained on 12 of them: .*\nOn the other 30: .*\n/)
  const { measuredOn } = JSON.parse(readFileSync(join(cwd, 'out/run.json'), 'utf8'))
  expect([measuredOn.test.seen.trained.rows, measuredOn.test.seen.others.rows]).toEqual([12, 30])
})

test('of a recipe that trains again, it is said which model the accuracy is of; of others the exported one', async () => {
  const cwd = workFolder()
  writeData(cwd, { rows: 300, classes })
  const again = await fine(cwd, 'train', 'train.csv', '-o', 'a', ...quick)
  const told =
    /^(0\.\d{4}|1\.0000) \(.*\) on 30 rows kept for validation.*\nThat was a first model, trained on the other 270; model\.onnx was trained again on all 300, and is not measured\na\/model\.onnx\n$/
  expect(again.stdout).toMatch(told)
  const record = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'run.json'), 'utf8'))
  expect(record('a').measuredOn).toEqual({
    validation: expect.objectContaining({ rows: 30, model: 'discarded', trainedOn: 270 }),
  })
  await fine(cwd, 'train', 'train.csv', '-o', 'b', '--epochs', '1')
  expect(record('b').measuredOn.validation).toMatchObject({ rows: 15, model: 'exported', trainedOn: 285 })
  const together = ['--recipe', 'mlp', '--members', '2', '--epochs', '1']
  const ensemble = await fine(cwd, 'train', 'train.csv', '-o', 'c', ...together)
  const { accuracy, interval } = record('c').measuredOn.validation
  const shown = `${accuracy.toFixed(4)} (${interval.map((end: number) => end.toFixed(4)).join(' to ')})`
  expect(ensemble.stderr).toContain(`\nTogether ${shown} on the rows kept for validation\n`)
  expect(ensemble.stdout).toContain(`${shown} on 30 rows kept for validation`)
  expect(record('c').measuredOn.validation).toMatchObject({ model: 'exported', trainedOn: 270 })
  await fine(cwd, 'train', 'train.csv', '-o', 'd', '--epochs', '1', '--validation', '0')
  expect(record('d').measuredOn).toEqual({})
})

test('history.csv and the table on screen have the interval of each accuracy', async () => {
  const cwd = workFolder()
  writeData(cwd, { rows: 300, classes })
  const { stderr } = await fine(cwd, 'train', 'train.csv', '-o', 'a', ...quick)
  const [header = [], ...rows] = csvRows(readFileSync(join(cwd, 'a/history.csv'), 'utf8'))
  expect(header.join()).toBe(
    'epoch,train_loss,validation_loss,accuracy,accuracy_low,accuracy_high,learning_rate,seconds,training_rows',
  )
  const [first, second] = [rows.slice(0, 8), rows.slice(8)]
  for (const [epoch, , , accuracy, low, high] of first) {
    const interval = wilsonInterval(Math.round(Number(accuracy) * 30), 30)
    expect([Number(low), Number(high)]).toEqual(interval)
    const [from, to] = interval.map((end) => end.toFixed(4))
    expect(stderr).toMatch(new RegExp(`\\n +${epoch} .* ${Number(accuracy).toFixed(4)}  ${from}–${to} `))
  }
  // Trained on all rows, nothing is measured.
  expect(second.map((cells) => cells.slice(2, 6).join())).toEqual(Array(8).fill(',,,'))
})

test('few rows are said to be few, many are not', async () => {
  const cwd = workFolder()
  writeData(cwd, { rows: 300, classes })
  await fine(cwd, 'train', 'train.csv', '-o', 'm', ...quick)
  for (const [rows, few] of [
    [16, true],
    [1000, false],
  ] as const) {
    writeFileSync(join(cwd, 'new.csv'), fakeTable({ rows, classes, seed: 5 }).labelled)
    const { stdout } = await fine(cwd, 'eval', 'm/model.onnx', 'new.csv')
    const [line = '', , heading] = stdout.split('\n')
    expect(line.endsWith(': few rows, so this says little')).toBe(few)
    expect(heading).toMatch(/^class +rows +right +recall +95 % interval +precision +95 % interval$/)
    const { perClass, right, interval } = await json(cwd, 'eval', 'm/model.onnx', 'new.csv')
    expect(interval).toEqual(wilsonInterval(right, rows))
    for (const { rows: all, right: found, recallInterval } of perClass)
      expect(recallInterval).toEqual(wilsonInterval(found, all))
  }
})
