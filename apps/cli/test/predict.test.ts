import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { random, readTable } from '@pixelrow/data'
import { load } from '@pixelrow/infer-node'
import { graphBuilder, write } from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { onnxOf } from '../../../packages/classifier/test/model.ts'
import {
  appears,
  csvRows,
  type Finished,
  fakeTable,
  pixelrow,
  png,
  start,
  withoutDevice,
  workFolder,
} from './helpers.ts'

const weights = random(5, 1004)
/** 8×8 grey images of 0..16, one class of a name that needs quotes. */
const model = onnxOf({
  height: 8,
  width: 8,
  channels: 1,
  maxValue: 16,
  classes: ['ant', 'bee, honey', 'wasp'],
  weight: Float32Array.from({ length: 64 * 3 }, (_, i) => weights.below(0, i, 200) / 100 - 1),
})

/** A folder with a model and so many files of rows, the odd ones packed. */
function withParts(parts: number, rows: number): string {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'model.onnx'), model)
  for (let part = 0; part < parts; part++) {
    const ids = part % 3 === 0 ? (row: number) => `p${part}-${row}` : undefined
    const { unlabelled } = fakeTable({ rows, classes: ['a', 'b', 'c'], seed: part, ...(ids && { ids }) })
    const name = `part-${String(part).padStart(2, '0')}.csv`
    if (part % 2) writeFileSync(join(cwd, `${name}.gz`), gzipSync(unlabelled))
    else writeFileSync(join(cwd, name), unlabelled)
  }
  return cwd
}

async function fine(cwd: string, args: string[]): Promise<Finished> {
  const done = await pixelrow(['predict', 'model.onnx', ...args], { cwd })
  expect(done).toMatchObject({ code: 0 })
  return done
}

/** The answers in a folder. */
const contents = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )

test('a pattern gives a file for each file, with the ids and classes of the rows', async () => {
  const cwd = withParts(4, 600)
  const finished = await fine(cwd, ['part-*', '-o', 'out/'])
  const { stdout } = finished
  const ids = ['the 600 ids of part-00.csv, in its order', 'ids from 1 to 600', 'ids from 1 to 600']
  const lines = [...ids, 'the 600 ids of part-03.csv.gz, in its order'].map(
    (named, part) => `out/part-0${part}.csv: 600 rows, checked: ${named}; labels among the 3 classes\n`,
  )
  expect(stdout).toBe(lines.join(''))
  expect(withoutDevice(finished)).toBe(
    '2 files have no ids: their rows are counted from 1, in each anew\n' +
      'No sample found; header ImageId,Label assumed\n2,400 rows in 4 files\n',
  )
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual([
    '.pixelrow',
    ...[0, 1, 2, 3].map((part) => `part-0${part}.csv`),
  ])
  await using classifier = await load(model)
  for (const [file, first] of [
    ['part-00.csv', 'p0-0'],
    ['part-01.csv.gz', '1'],
  ]) {
    const { pixels } = await readTable(join(cwd, file!), { label: false, maxValue: 16 })
    const { labels } = await classifier.predict(pixels)
    const lines = readFileSync(join(cwd, 'out', file!.replace('.gz', '')), 'utf8')
      .trimEnd()
      .split('\n')
    expect(lines[0]).toBe('ImageId,Label')
    expect(lines[1]!.split(',')[0]).toBe(first)
    const names = classifier.classes.map((name) => (name.includes(',') ? `"${name}"` : name))
    expect(lines.slice(1).map((line) => line.slice(line.indexOf(',') + 1))).toEqual(
      Array.from(labels, (label) => names[label]),
    )
  }
  // A file of its own is written as in a folder, and standard input is read the same.
  await fine(cwd, ['part-00.csv', '-o', 'one.csv'])
  expect(readFileSync(join(cwd, 'one.csv'), 'utf8')).toBe(readFileSync(join(cwd, 'out/part-00.csv'), 'utf8'))
  const piped = start(['predict', 'model.onnx', '-', '-q'], { cwd })
  piped.child.stdin!.end(readFileSync(join(cwd, 'part-01.csv.gz')))
  expect((await piped.finished).stdout).toBe(readFileSync(join(cwd, 'out/part-01.csv'), 'utf8'))
})

test('killed in the middle and repeated, it goes on to the same bytes', async () => {
  const cwd = withParts(12, 2000)
  const flags = ['part-*', '--threads', '1']
  await fine(cwd, [...flags, '-o', 'whole/', '--probabilities', 'whole-p/'])
  const args = [...flags, '-o', 'out/', '--probabilities', 'out-p/']
  for (const part of ['02', '07']) {
    const running = start(['predict', 'model.onnx', ...args], { cwd })
    await appears(join(cwd, `out/part-${part}.csv`), running)
    running.child.kill('SIGKILL')
    await running.finished
  }
  const before = statSync(join(cwd, 'out/part-00.csv'))
  const { stderr } = await fine(cwd, args)
  // The eighth was there when the second kill came, perhaps in the middle of its swap, which its turn finishes.
  expect(Number(/^(\d+) of 12 files already done/.exec(stderr)![1])).toBeGreaterThanOrEqual(7)
  expect(statSync(join(cwd, 'out/part-00.csv')).mtimeMs).toBe(before.mtimeMs)
  expect(contents(join(cwd, 'out'))).toEqual(contents(join(cwd, 'whole')))
  expect(contents(join(cwd, 'out-p'))).toEqual(contents(join(cwd, 'whole-p')))
  for (const folder of ['out', 'out-p'])
    for (const name of readdirSync(join(cwd, folder, '.pixelrow'))) expect(name).toMatch(/^manifest-/)
  expect((await fine(cwd, args)).stderr).toBe(
    '12 of 12 files already done: from the same rows, by the same model and flags\n',
  )
  // An input of other rows is done again, also where it is older than its output.
  writeFileSync(join(cwd, 'part-04.csv'), readFileSync(join(cwd, 'part-02.csv')))
  utimesSync(join(cwd, 'part-04.csv'), new Date(2021, 1), new Date(2021, 1))
  const [again = '', ...others] = (await fine(cwd, args)).stdout.split('\n')
  expect(again).toMatch(/^out\/part-04\.csv: 2,000 rows, checked: /)
  expect(others).toEqual(['out-p/part-04.csv: 2,000 rows of 3 probabilities with the same ids, read back', ''])
})

test('parts of a job done apart are the whole', async () => {
  const cwd = withParts(5, 300)
  await fine(cwd, ['part-*', '-o', 'whole/'])
  const parts = await Promise.all([1, 2, 3].map((part) => fine(cwd, ['part-*', '-o', 'out/', '--shard', `${part}/3`])))
  expect(parts.map(({ stdout }) => stdout.split('\n').length - 1).reduce((sum, lines) => sum + lines)).toBe(5)
  expect(contents(join(cwd, 'out'))).toEqual(contents(join(cwd, 'whole')))
})

test('probabilities go to a file of their own, and --json says what was done', async () => {
  const cwd = withParts(2, 300)
  const { stdout } = await fine(cwd, ['part-00.csv', '-o', 'labels.csv', '--probabilities', 'p.csv', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    rows: 300,
    submission: 'labels.csv',
    probabilities: 'p.csv',
    device: 'cpu',
  })
  const [header, ...lines] = readFileSync(join(cwd, 'p.csv'), 'utf8').trimEnd().split('\n')
  expect(header).toBe('ImageId,ant,"bee, honey",wasp')
  await using classifier = await load(model)
  const { pixels } = await readTable(join(cwd, 'part-00.csv'), { label: false, maxValue: 16 })
  const { probabilities } = await classifier.predict(pixels)
  lines.forEach((line, row) => {
    const [id, ...values] = line.split(',')
    expect(id).toBe(`p0-${row}`)
    values.forEach((value, k) => {
      expect(Number(value)).toBeCloseTo(probabilities[row * 3 + k]!, 5)
    })
  })
  const many = await fine(cwd, ['part-*', '-o', 'out/', '--json'])
  expect(JSON.parse(many.stdout)).toMatchObject({
    rows: 600,
    files: [{ rows: 300, output: 'out/part-00.csv' }, { rows: 300 }],
    skipped: 0,
  })
})

test('whatever is written, header and ids are those of the sample, in its order, each with its own row', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'model.onnx'), model)
  mkdirSync(join(cwd, 'data'))
  const rows = 2600
  const { unlabelled } = fakeTable({ rows, classes: ['a', 'b', 'c'], seed: 4, ids: (row) => `r${row}` })
  writeFileSync(join(cwd, 'data/test.csv'), unlabelled.replace('id,', 'row id,'))
  writeFileSync(join(cwd, 'data/more.csv'), fakeTable({ rows: 5, classes: ['a', 'b', 'c'] }).unlabelled)
  // From piece to piece and within one: 2600 has no factor in common with 1007.
  const ids = Array.from({ length: rows }, (_, row) => `r${(row * 1007) % rows}`)
  writeFileSync(join(cwd, 'data/sampleSubmission.csv'), `Row_ID,species\n${ids.map((id) => `${id},x\n`).join('')}`)
  await using classifier = await load(model)
  const { pixels } = await readTable(join(cwd, 'data/test.csv'), { maxValue: 16 })
  const { labels, probabilities } = await classifier.predict(pixels)
  const names = classifier.classes.map((name) => (name.includes(',') ? `"${name}"` : name))
  const rowOf = (id: string) => Number(id.slice(1))
  const text = `Row_ID,species\n${ids.map((id) => `${id},${names[labels[rowOf(id)]!]}\n`).join('')}`
  const line = (out: string) =>
    `${out}: 2,600 rows, checked: header and 2,600 ids of data/sampleSubmission.csv, in its order; labels among the 3 classes\n`
  const files = ['-o', 'a.csv', '--probabilities', 'a-p.csv']
  expect((await fine(cwd, ['data/test.csv', ...files])).stdout).toBe(
    `${line('a.csv')}a-p.csv: 2,600 rows of 3 probabilities with the same ids, read back\n`,
  )
  expect((await fine(cwd, ['data/test.csv', '-o', 'b.csv'])).stdout).toBe(line('b.csv'))
  const folders = ['-o', 'out/', '--probabilities', 'out-p/']
  expect((await fine(cwd, ['data/test.csv', 'data/more.csv', ...folders])).stdout).toContain(line('out/test.csv'))
  for (const file of ['a.csv', 'b.csv', 'out/test.csv']) expect(readFileSync(join(cwd, file), 'utf8')).toBe(text)
  expect((await fine(cwd, ['data/test.csv'])).stdout).toBe(text)
  expect((await fine(cwd, ['data/test.csv', '-o', '-'])).stdout).toBe(text)
  const { header, ids: found, labels: words } = JSON.parse((await fine(cwd, ['data/test.csv', '--json'])).stdout)
  expect(header).toEqual(['Row_ID', 'species'])
  expect(found).toEqual(ids)
  expect(words).toEqual(ids.map((id) => classifier.classes[labels[rowOf(id)]!]))
  const shares = readFileSync(join(cwd, 'a-p.csv'), 'utf8')
  expect(readFileSync(join(cwd, 'out-p/test.csv'), 'utf8')).toBe(shares)
  const [heading, ...cells] = csvRows(shares.replace('"bee, honey"', 'bee'))
  expect(heading).toEqual(['Row_ID', 'ant', 'bee', 'wasp'])
  for (const [index, [id, ...values]] of cells.entries()) {
    expect(id).toBe(ids[index])
    const row = rowOf(id!)
    for (const [k, value] of values.entries()) expect(Number(value)).toBeCloseTo(probabilities[3 * row + k]!, 5)
  }
})

test('a sample of other ids has its table predicted again, whatever its date', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'model.onnx'), model)
  writeFileSync(join(cwd, 'test.csv'), fakeTable({ rows: 3, classes: ['a', 'b', 'c'] }).unlabelled)
  const sample = (ids: string[]) =>
    writeFileSync(join(cwd, 'sample_submission.csv'), `id,label\n${ids.map((id) => `${id},0\n`).join('')}`)
  sample(['3', '1', '2'])
  await fine(cwd, ['test.csv', '-o', 'out/'])
  sample(['x', 'y', 'z'])
  utimesSync(join(cwd, 'sample_submission.csv'), new Date(2021, 1), new Date(2021, 1))
  await fine(cwd, ['test.csv', '-o', 'out/'])
  const ids = csvRows(readFileSync(join(cwd, 'out/test.csv'), 'utf8')).map(([id]) => id)
  expect(ids).toEqual(['id', 'x', 'y', 'z'])
})

test('folders of pictures stream, too, in the order of their paths', async () => {
  const cwd = workFolder()
  writeFileSync(
    join(cwd, 'model.onnx'),
    onnxOf({
      height: 8,
      width: 8,
      channels: 1,
      maxValue: 255,
      classes: ['dark', 'light'],
      weight: Float32Array.from({ length: 128 }, (_, i) => (i % 2 ? 0.1 : -0.1)),
    }),
  )
  mkdirSync(join(cwd, 'photos/more'), { recursive: true })
  for (const [name, grey] of [
    ['b.png', 250],
    ['a.png', 3],
    ['more/c.png', 200],
    ['.hidden.png', 0],
  ] as const) {
    writeFileSync(join(cwd, 'photos', name), png(8, 8, new Uint8Array(64).fill(grey)))
  }
  await fine(cwd, ['photos', '-o', 'out/'])
  expect(csvRows(readFileSync(join(cwd, 'out/photos.csv'), 'utf8'))).toEqual([
    ['ImageId', 'Label'],
    ['a.png', 'light'],
    ['b.png', 'light'],
    ['more/c.png', 'light'],
  ])
  // A sample is for other rows than the one picture beside it.
  writeFileSync(join(cwd, 'photos/sample_submission.csv'), 'ImageId,Label\n1,0\n2,0\n')
  await fine(cwd, ['photos/a.png', 'photos/b.png', '-o', 'out/'])
  const one = ['ImageId,Label\na.png,light\n', 'ImageId,Label\nb.png,light\n']
  expect(['a', 'b'].map((name) => readFileSync(join(cwd, 'out', `${name}.png.csv`), 'utf8'))).toEqual(one)
  const printed = await pixelrow(['predict', 'model.onnx', 'photos/a.png', '-o', '-', '-q'], { cwd })
  expect(printed).toMatchObject({ code: 0, stdout: one[0] })
  rmSync(join(cwd, 'photos/sample_submission.csv'))
  const refused = await pixelrow(['predict', 'model.onnx', 'photos', '-o', 'x.csv', '--transpose'], { cwd })
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('which take no --transpose') })
  await fine(cwd, ['photos', '-o', 'photos.csv', '--probabilities', 'p.csv'])
  expect(readFileSync(join(cwd, 'photos.csv'), 'utf8')).toBe(readFileSync(join(cwd, 'out/photos.csv'), 'utf8'))
})

test('what cannot be done is said before anything is written', async () => {
  const cwd = withParts(3, 10)
  const refused = async (...args: string[]) => {
    const { code, stderr } = await pixelrow(['predict', 'model.onnx', ...args], { cwd })
    return `${code} ${stderr}`
  }
  expect(await refused('no-*.csv', '-o', 'out/')).toBe('1 Error: no-*.csv: no such files\nFix: check the pattern\n')
  expect(await refused('part-*')).toMatch(
    /^2 Error: Where shall the predictions of 3 files go\?\nTry: add -o and a folder/,
  )
  expect(await refused('part-*', '-o', 'out/', '--shard', '4/3')).toContain(
    '--shard must be a part of a whole, e.g. --shard 3/16; found "4/3"',
  )
  expect(await refused('part-00.csv', 'part-00.csv', '-o', 'out/')).toContain(
    'two of the files would be written to out/part-00.csv',
  )
  expect(await refused('part-00.csv', '-o', 'x.csv', '--probabilities', './x.csv')).toMatch(
    /^2 Error: -o and --probabilities both want x.csv\n/,
  )
  expect(await refused('part-00.csv', '--probabilities', 'p.csv')).toContain('needs a file for the labels, too')
  expect(await refused('part-00.csv', 'part-02.csv', '-o', './')).toContain('is read here and would be written over')
  expect(readdirSync(cwd).filter((name) => !/^(part-|model)/.test(name))).toEqual([])
  writeFileSync(join(cwd, 'part-01.csv'), 'pixel0,pixel1\n1,2\n')
  expect(await refused('part-01.csv', 'part-02.csv', '-o', 'other/')).toContain('part-01.csv')
})

test('classes that nobody has named are said to be numbered, by predict and by eval', async () => {
  const cwd = withParts(1, 20)
  const names = ['a', 'b', 'c']
  const table = fakeTable({ rows: 20, classes: ['0', '1', '2'] })
  writeFileSync(join(cwd, 'labelled.csv'), table.labelled)
  const g = graphBuilder('foreign')
  const pixels = g.op('Flatten', [g.input('image', 'float32', ['N', 1, 8, 8])])
  const weight = { dataType: 'float32' as const, dims: [64, 3], data: new Float32Array(64 * 3).fill(0.01) }
  g.output(g.op('Softmax', [g.op('MatMul', [pixels, g.constant(weight)])]), 'scores')
  const foreign = (metadata: Record<string, string>) =>
    write({ irVersion: 8, opsets: { '': 17 }, metadata, graph: g.build() })
  const said = 'foreign.onnx does not name its classes: they are numbered by their places, 0 to 2\n'
  const commands = [
    ['predict', 'foreign.onnx', 'part-00.csv', '-o', 'submission.csv'],
    ['predict', 'foreign.onnx', 'part-*', '-o', 'out/'],
    ['eval', 'foreign.onnx', 'labelled.csv'],
  ]
  for (const [metadata, times] of [
    [{}, 1],
    [{ classes: JSON.stringify(names) }, 0],
  ] as const) {
    writeFileSync(join(cwd, 'foreign.onnx'), foreign(metadata))
    for (const command of commands) {
      const { stderr } = await pixelrow(command, { cwd })
      expect(stderr.split(said).length - 1, `${command.join(' ')}: ${stderr}`).toBe(times)
    }
  }
})
