import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writeIdx } from '@pixelrow/data'
import { expect, onTestFinished, test } from 'vitest'
import { withoutSecrets } from '../src/line/secrets.ts'
import { csv, done, finishedRun, held, named, short, unseen } from './forms.ts'
import { fakeTable, pixelrow, png, workFolder, writeData, zipped } from './helpers.ts'

const recordIn = (...path: string[]) => JSON.parse(readFileSync(join(...path, 'run.json'), 'utf8'))
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

const brief = ['--recipe', 'linear', '--epochs', '20', '-q']
const fake = { rows: 60, classes: ['cat', 'dog'] }

test('the record tells the call, the inputs with their sums, how they were read, the machine and the versions', async () => {
  const before = new Date().toISOString()
  const cwd = await finishedRun()
  const record = recordIn(cwd, 'runs/1')
  const { started, finished } = record.call
  expect([before, started, finished, new Date().toISOString()].sort()).toEqual([
    before,
    started,
    finished,
    expect.any(String),
  ])
  const line = ['run', '--data', 'data', '-o', 'runs/1', ...named.flags, ...short]
  const layout = {
    header: true,
    columns: 20,
    label: { place: 19, name: 'digit' },
    id: { place: 0, name: 'row' },
    dropped: [],
  }
  const table = (name: string) => {
    const path = join(cwd, 'data', name)
    const size = readFileSync(path).length
    return { path, fromRun: `../../data/${name}`, kind: 'csv', noted: [], size, sha256: sha256(path) }
  }
  const { label: _, ...unlabelled } = layout
  expect(record).toMatchObject({
    format: 2,
    command: 'run',
    seed: 0,
    call: { line, folder: cwd },
    inputs: {
      data: { path: join(cwd, 'data'), fromRun: '../../data' },
      train: { ...table('train.csv'), layout },
      test: { ...table('test.csv'), layout: { ...unlabelled, columns: 19 } },
    },
    data: { shape: [2, 3, 3], channelOrder: 'interleaved', classes: ['=cow', 'cat', 'dog'], maxValue: 255 },
    reading: { label: 'digit', id: 'row', shape: '2x3x3', channels: 'interleaved' },
    machine: { device: 'cpu', platform: `${process.platform}-${process.arch}`, processor: expect.any(String) },
    versions: { node: process.versions.node, packages: { '@pixelrow/train': expect.any(String) } },
    exported: { sha256: sha256(join(cwd, 'runs/1/model.onnx')) },
    outcome: expect.anything(),
  })
}, 60_000)

test('every kind of input has its sum: packed, IDX with its labels, pictures, a zip, standard input', async () => {
  const cwd = workFolder()
  const { labelled } = fakeTable(fake)
  writeFileSync(join(cwd, 'a.csv.gz'), gzipSync(labelled))
  writeFileSync(
    join(cwd, 'a.idx'),
    writeIdx(
      [60, 4, 4],
      Uint8Array.from({ length: 960 }, (_, at) => (at * 7) % 256),
    ),
  )
  writeFileSync(
    join(cwd, 'a-labels.idx'),
    writeIdx(
      [60],
      Uint8Array.from({ length: 60 }, (_, row) => row % 2),
    ),
  )
  for (const [index, label] of [...'abab'.repeat(6)].entries()) {
    mkdirSync(join(cwd, 'pictures', label), { recursive: true })
    writeFileSync(join(cwd, 'pictures', label, `${index}.png`), png(4, 4, new Uint8Array(16).fill(index * 9)))
  }
  writeData(join(cwd, 'data'), fake)
  writeFileSync(join(cwd, 'a.zip'), zipped(join(cwd, 'data')))
  const inputs: Record<string, object> = {}
  for (const name of ['a.csv.gz', 'a.idx', 'pictures']) {
    // Whether anything can be learnt from it is all the same.
    const { code, stderr } = await pixelrow(['train', name, '-o', `of-${name}`, '--batch-size', '8', ...brief], { cwd })
    expect([0, 4], stderr).toContain(code)
    inputs[name] = recordIn(cwd, `of-${name}`).inputs.train
  }
  await done(['run', '--data', 'a.zip', '-o', 'zip', ...brief], cwd)
  const piped = await pixelrow(['train', '-', '-o', 'piped', ...brief], { cwd, input: labelled })
  expect(piped.code).toBe(0)
  const sumOf = (name: string) => ({ sha256: sha256(join(cwd, name)), size: readFileSync(join(cwd, name)).length })
  expect(inputs['a.csv.gz']).toMatchObject({ kind: 'csv', ...sumOf('a.csv.gz') })
  expect(inputs['a.idx']).toMatchObject({ kind: 'idx', ...sumOf('a.idx'), labels: sumOf('a-labels.idx') })
  const list = Array.from({ length: 24 }, (_, index) => `${'ab'[index % 2]}/${index}.png`).sort()
  const lines = list.map((name) => {
    const { size, sha256 } = sumOf(`pictures/${name}`)
    return `${JSON.stringify(name)} ${size} ${sha256}\n`
  })
  const sum = createHash('sha256').update(lines.join('')).digest('hex')
  expect(inputs.pictures).toMatchObject({ kind: 'pictures', files: 24, sha256: sum })
  const zip = recordIn(cwd, 'zip').inputs
  expect(zip.train).toMatchObject({ kind: 'zip', member: 'train.csv', ...sumOf('a.zip') })
  expect(zip.test).toMatchObject({ kind: 'zip', member: 'test.csv', ...sumOf('a.zip') })
  const all = createHash('sha256').update(labelled).digest('hex')
  expect(recordIn(cwd, 'piped').inputs.train).toMatchObject({ path: '-', sha256: all })
}, 60_000)

test('no record holds a token, or what an address tells a server alone', async () => {
  const cwd = workFolder()
  const { labelled } = fakeTable(fake)
  const server = createServer((_, answer) => answer.end(labelled)).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const address = `http://127.0.0.1:${port}/train.csv?signature=t0psecret#t0psecret`
  const env = { KAGGLE_API_TOKEN: 'KGAT_t0psecret' }
  const { code, stderr } = await pixelrow(['train', address, '-o', 'of-KGAT_t0psecret', ...brief], { cwd, env })
  expect(code, stderr).toBe(0)
  const text = readFileSync(join(cwd, 'of-KGAT_t0psecret/run.json'), 'utf8')
  expect(text).not.toContain('t0psecret')
  expect(JSON.parse(text)).toMatchObject({
    train: `http://127.0.0.1:${port}/train.csv?…`,
    call: { line: ['train', `http://127.0.0.1:${port}/train.csv?…`, '-o', 'of-…', ...brief] },
    inputs: { train: { path: `http://127.0.0.1:${port}/train.csv?…`, size: labelled.length } },
  })
  expect(withoutSecrets('--data=https://me:t0psecret@host/a/b', {})).toBe('--data=https://host/a/b')
})

test('check-submission and submit on a run folder know the table and how it is read, also where the project was moved', async () => {
  const cwd = await finishedRun()
  const moved = `${cwd}-moved`
  renameSync(cwd, moved)
  mkdirSync(cwd)
  renameSync(moved, join(cwd, 'elsewhere'))
  for (const [word, from] of [
    ['runs/1', 'elsewhere'],
    ['../runs/1/submission.csv', 'elsewhere/data'],
    ['elsewhere/runs/1', ''],
  ] as const) {
    const { stdout, stderr } = await done(['check-submission', word], join(cwd, from))
    expect(stdout).toContain(': 12 rows, checked against ')
    expect(stderr).toContain('\nEvery label is one of the 3 classes in ')
    expect(stderr).not.toContain('changed')
  }
  appendFileSync(join(cwd, 'elsewhere/data/test.csv'), '\n')
  const { stderr } = await done(['check-submission', 'elsewhere/runs/1', '-q'], cwd)
  expect(stderr).toBe('elsewhere/data/test.csv has changed since the run in elsewhere/runs/1 predicted it\n')
  const env = {
    HOME: cwd,
    KAGGLE_CONFIG_DIR: join(cwd, 'none'),
    KAGGLE_API_TOKEN: '',
    KAGGLE_KEY: '',
    KAGGLE_USERNAME: '',
  }
  const submitted = await pixelrow(['submit', 'elsewhere/runs/1', '--yes', '--competition', 'x'], { cwd, env })
  expect(submitted.code).toBe(1)
  expect(submitted.stderr).toContain('test.csv has changed since the run in elsewhere/runs/1 predicted it\n')
  expect(submitted.stderr).not.toContain('neither pixel')
}, 60_000)

test('a folder without a submission is told so, with the command that makes one', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'train.csv'), csv(named, { rows: 90, seed: 1 }, true))
  writeFileSync(join(cwd, 'test.csv'), csv(named, unseen, false))
  await done(['train', 'train.csv', '-o', 'run', ...named.flags, ...short], cwd)
  const { code, stderr } = await pixelrow(['check-submission', 'run', '--test', 'test.csv'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^Error: run: expected a submission or a run folder, found a folder without submission\.csv\nFix: /,
  )
  const words = /Fix: .*pixelrow(?:\.js)? (.*)\n/.exec(stderr)![1]!.split(' ')
  await done(words, cwd)
  const checked = await done(['check-submission', 'run', '--test', 'test.csv'], cwd)
  expect(checked.stdout).toBe('run/submission.csv: 12 rows, checked against test.csv\n')
}, 60_000)

test('a flag goes before what the run was told, and that is said', async () => {
  const cwd = await finishedRun()
  writeFileSync(join(cwd, 'other.csv'), csv(named, held, true).replace('digit', 'species').replace('row', 'name'))
  const flags = ['--label', 'species', '--id', 'name']
  const { stdout, stderr } = await done(['eval', 'runs/1', 'other.csv', ...flags], cwd)
  expect(stdout).toMatch(/^1\.0000 /)
  expect(stderr).toContain('--label species is taken; the run in runs/1 had --label digit\n')
  writeFileSync(join(cwd, 'held.csv'), csv(named, held, true))
  const same = await done(['eval', 'runs/1', 'held.csv', '--label', 'digit'], cwd)
  expect(same.stderr).toContain('Read as by the run in runs/1: --id row\n')
  expect(same.stderr).not.toContain('is taken')
}, 60_000)

test('rows that have changed since are no longer those that a model was trained on; a model that was replaced is not the run’s', async () => {
  const cwd = await finishedRun()
  const smaller = ['export', 'runs/1/model.onnx', '--precision', 'float16', '--max-loss', '1', '-o']
  expect((await done([...smaller, 'a.onnx'], cwd)).stdout).toMatch(/of data\/train\.csv, on which it was trained/)
  appendFileSync(join(cwd, 'data/train.csv'), '\n')
  const changed = await done([...smaller, 'b.onnx'], cwd)
  expect(changed.stderr).toContain('data/train.csv has changed since the model was trained on it\n')
  expect(changed.stdout).not.toContain('on which it was trained')
  writeFileSync(join(cwd, 'held.csv'), csv(named, held, true))
  const model = join(cwd, 'runs/1/model.onnx')
  writeFileSync(model, readFileSync(join(cwd, 'a.onnx')))
  const { code, stderr } = await pixelrow(['eval', 'runs/1', 'held.csv'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toContain('Nothing is taken from runs/1/run.json: runs/1/model.onnx is not the model of that run\n')
  expect(stderr).toContain("Error: held.csv row 1: neither pixel, label nor id: 'row', 'digit'.\n")
}, 60_000)

test('a record of an older version counts as far as it goes', async () => {
  const cwd = await finishedRun()
  const { command, source, data, reading } = recordIn(cwd, 'runs/1')
  writeFileSync(join(cwd, 'runs/1/run.json'), JSON.stringify({ command, source, data, reading }))
  writeFileSync(join(cwd, 'held.csv'), csv(named, held, true))
  expect((await done(['eval', 'runs/1', 'held.csv'], cwd)).stdout).toMatch(/^1\.0000 /)
  await done(['check-submission', 'runs/1'], cwd)
}, 60_000)

/** Puts files of a folder where they lie when a process is killed just before it swaps them in. */
function halfSwapped(folder: string, ...files: string[]): void {
  const id = '00000000-1-1-00000000'
  const work = join(folder, '.pixelrow', `work-${id}`)
  mkdirSync(work, { recursive: true })
  const steps = files.map((name, at) => ({ name, from: String(at) }))
  for (const { name, from } of steps) renameSync(join(folder, name), join(work, from))
  writeFileSync(join(folder, '.pixelrow/journal.json'), JSON.stringify({ id, steps }))
}

test('what a killed process had begun to swap in is there for who reads the folder, or a file of it', async () => {
  const cwd = await finishedRun()
  const run = join(cwd, 'runs/1')
  writeFileSync(join(cwd, 'held.csv'), csv(named, held, true))
  for (const args of [
    ['eval', 'runs/1', 'held.csv'],
    ['eval', 'runs/1/model.onnx', 'held.csv'],
    ['check-submission', 'runs/1'],
    ['check-submission', 'runs/1/submission.csv'],
  ]) {
    halfSwapped(run, 'model.onnx', 'run.json', 'submission.csv')
    await done(args, cwd)
  }
}, 60_000)
