import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { claimFile } from '@pixelrow/files'
import { read, write } from '@pixelrow/onnx'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { onnxOf } from '../../../packages/classifier/test/model.ts'
import { partOf } from '../src/predicting/inputs.ts'
import { appears, entry, fakeTable, pixelrow, start, withoutDevice, workFolder } from './helpers.ts'

// Whose the answers of `predict` are, and which of them are current.

const classes = ['ant', 'bee', 'wasp']
const modelOf = (names: readonly string[], seed = 1) =>
  onnxOf({
    ...{ height: 8, width: 8, channels: 1, maxValue: 16, classes: [...names] },
    weight: Float32Array.from({ length: 64 * 3 }, (_, i) => Math.sin(i * seed)),
  })
const rowsOf = (seed: number, rows = 40) => fakeTable({ rows, classes, seed, ids: (row) => `r${row}` }).unlabelled

/** A folder with a model and so many tables. */
function withTables(count: number, rows?: number): string {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'model.onnx'), modelOf(classes))
  mkdirSync(join(cwd, 'in'))
  for (let at = 0; at < count; at++) writeFileSync(join(cwd, `in/part-${at}.csv`), rowsOf(at, rows))
  return cwd
}

const predict = (cwd: string, ...words: string[]) => pixelrow(['predict', 'model.onnx', ...words], { cwd })
const many = ['in/part-*', '-o', 'out/']
const text = (...path: string[]) => readFileSync(join(...path), 'utf8')
/** The outputs that a call says it has made. */
const madeBy = ({ stdout }: { stdout: string }) =>
  [...stdout.matchAll(/^(\S+): [\d,]+ rows, checked/gm)].map(([, path]) => path)
/** A hook that stands in for another writer or another clock. */
const hook = (script: string) => ({
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}`,
})

test.each<[string, string, string[]]>([
  ['a labelled table', 'label,pixel0\n1,2\n', ['in/part-0.csv', '-o', 'out.csv']],
  ['a file of nobody knows whom', 'mine', ['in/part-0.csv', '-o', 'other.csv', '--probabilities', 'out.csv']],
  ['an answer of the same name', 'ImageId,Label\n1,ant\n', ['in/part-*', '-o', './']],
])('%s stays until --force is given', async (_, content, words) => {
  const cwd = withTables(2)
  const path = join(cwd, words.includes('./') ? 'part-1.csv' : 'out.csv')
  writeFileSync(path, content)
  const refused = await predict(cwd, ...words, '--json')
  expect(refused).toMatchObject({ code: 1 })
  const { error } = JSON.parse(refused.stdout)
  expect(error).toMatchObject({
    code: 'FILES_FOREIGN',
    params: { state: 'foreign' },
    fix: expect.stringContaining('add --force'),
  })
  expect(text(path)).toBe(content)
  expect(readdirSync(cwd).filter((name) => !/^(in|model.onnx|out.csv|part-1.csv)$/.test(name))).toEqual([])
  expect(await predict(cwd, ...words, '--force')).toMatchObject({ code: 0 })
  expect(text(path)).not.toBe(content)
})

test('an answer that was edited or cut stays until --force is given; one that was not is replaced, and only when it must be', async () => {
  const cwd = withTables(1)
  const one = ['in/part-0.csv', '-o', 'a.csv']
  expect(madeBy(await predict(cwd, ...one))).toEqual(['a.csv'])
  const before = text(cwd, 'a.csv')
  const again = await predict(cwd, ...one, '--json')
  expect(again).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(again.stdout)).toEqual({ model: 'model.onnx', submission: 'a.csv', skipped: 1 })
  for (const changed of [before.replace('r3,', 'r3, '), before.slice(0, 100)]) {
    writeFileSync(join(cwd, 'a.csv'), changed)
    expect(await predict(cwd, ...one)).toMatchObject({ code: 1, stderr: expect.stringContaining('was changed since') })
    expect(text(cwd, 'a.csv')).toBe(changed)
    expect(madeBy(await predict(cwd, ...one, '--force'))).toEqual(['a.csv'])
    expect(text(cwd, 'a.csv')).toBe(before)
  }
})

test('labels in the place of probabilities are not what was asked for, whole as they are', async () => {
  const cwd = withTables(1)
  await predict(cwd, 'in/part-0.csv', '-o', 'a.csv', '--probabilities', 'p.csv')
  const before = text(cwd, 'a.csv')
  const shares = text(cwd, 'p.csv')
  expect(madeBy(await predict(cwd, 'in/part-0.csv', '-o', 'p.csv', '--probabilities', 'a.csv'))).toEqual(['p.csv'])
  expect([text(cwd, 'p.csv'), text(cwd, 'a.csv')]).toEqual([before, shares])
})

test('one folder by two names is refused, and nobody waits for himself', async () => {
  const cwd = withTables(1)
  mkdirSync(join(cwd, 'out'))
  symlinkSync('out', join(cwd, 'link'))
  const twice = await predict(cwd, ...many, '--probabilities', 'link/')
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('part-0.csv: process') })
  expect(await predict(cwd, ...many, '--probabilities', 'out')).toMatchObject({ code: 2 })
})

test('--verify tells what has no current answer and how, and its fix makes just that', async () => {
  const cwd = withTables(7)
  const verify = (...words: string[]) => predict(cwd, ...many, ...words, '--verify')
  const none = await verify('--json')
  expect(none.code).toBe(1)
  expect(JSON.parse(none.stdout).error).toMatchObject({
    code: 'CLI_ANSWERS_MISSING',
    message: expect.stringMatching(
      /^7 of 7 files have no current answers: out\/part-0.csv is not there; .*; and 2 more$/,
    ),
    params: { files: 7, lacking: { length: 7 } },
  })
  expect(existsSync(join(cwd, 'out'))).toBe(false)
  await predict(cwd, ...many, '--shard', '1/2')
  expect(await verify('--shard', '1/2')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('compared by their SHA-256'),
  })
  expect(await verify()).toMatchObject({ code: 1 })
  await predict(cwd, ...many, '--shard', '2/2')
  expect(await verify()).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^7 files have their answers: /),
  })
  writeFileSync(join(cwd, 'in/part-1.csv'), rowsOf(99))
  utimesSync(join(cwd, 'in/part-1.csv'), new Date(2021, 1), new Date(2021, 1))
  appendFileSync(join(cwd, 'out/part-2.csv'), 'more')
  const found = await verify()
  expect(found.code).toBe(1)
  expect(found.stderr).toMatch(
    /^Error: 2 of 7 files have no current answers: out\/part-1.csv was made from other rows; out\/part-2.csv was changed since it was written\nFix: predict them: /,
  )
  const [, fix] = /^Fix: predict them: (.*)$/m.exec(found.stderr)!
  expect(spawnSync('sh', ['-c', fix!], { cwd, encoding: 'utf8' })).toMatchObject({ status: 0 })
  expect(await verify()).toMatchObject({ code: 0 })
  writeFileSync(join(cwd, 'model.onnx'), modelOf(classes, 2))
  expect((await verify()).stderr).toContain(
    '7 of 7 files have no current answers: out/part-0.csv was made by another model; ',
  )
  await predict(cwd, ...many)
  expect((await verify('--header')).stderr).toContain('was made with other flags')
})

test('--verify takes one file, too, and refuses what cannot be compared', async () => {
  const cwd = withTables(1)
  await predict(cwd, 'in/part-0.csv', '-o', 'a.csv', '--probabilities', 'p.csv')
  const one = ['in/part-0.csv', '-o', 'a.csv', '--probabilities', 'p.csv', '--verify']
  expect(await predict(cwd, ...one)).toMatchObject({ code: 0 })
  appendFileSync(join(cwd, 'p.csv'), 'more')
  expect((await predict(cwd, ...one)).stderr).toMatch(/^Error: 1 of 1 file has no current answer: p.csv was changed /)
  for (const words of [
    ['in/part-0.csv', '--verify'],
    ['-', '-o', 'a.csv', '--verify'],
    [...one, '--force'],
  ])
    expect(await predict(cwd, ...words)).toMatchObject({ code: 2 })
})

test('--verify reads all bytes: neither a size nor a date stands for them', async () => {
  const cwd = withTables(1)
  await predict(cwd, ...many)
  const path = join(cwd, 'out/part-0.csv')
  const { files } = JSON.parse(text(cwd, 'out/.pixelrow', readdirSync(join(cwd, 'out/.pixelrow'))[0]!))
  writeFileSync(path, text(path).replace('r3,', 'r4,'))
  utimesSync(path, new Date(), files['part-0.csv'].mtimeMs / 1000)
  expect(await predict(cwd, ...many, '--verify')).toMatchObject({ code: 1 })
})

test('weights that lie beside a model are of the model', async () => {
  const cwd = withTables(2)
  const whole = read(modelOf(classes))
  const [first, ...others] = whole.graph.initializers
  const external = { data_location: 1, external_data: [{ key: 'location', value: 'weights.bin' }] }
  const initializers = [{ ...first!, data: new Float32Array(), extra: external }, ...others]
  writeFileSync(join(cwd, 'model.onnx'), write({ ...whole, graph: { ...whole.graph, initializers } }))
  const keep = (weights: Float32Array) =>
    writeFileSync(join(cwd, 'weights.bin'), new Uint8Array(weights.slice().buffer))
  const absent = await predict(cwd, ...many)
  expect(absent).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("its weights are in 'weights.bin', and there is no"),
  })
  keep(first!.data as Float32Array)
  expect(madeBy(await predict(cwd, ...many))).toHaveLength(2)
  expect(madeBy(await predict(cwd, ...many))).toEqual([])
  keep((first!.data as Float32Array).map((weight) => -weight))
  expect((await predict(cwd, ...many, '--verify')).stderr).toContain('out/part-0.csv was made by another model')
  expect(madeBy(await predict(cwd, ...many))).toHaveLength(2)
})

test('two calls for one folder at once make each file once, and both end when all are there', async () => {
  const cwd = withTables(6, 1500)
  await predict(cwd, 'in/part-*', '-o', 'whole/')
  const both = await Promise.all([predict(cwd, ...many), predict(cwd, ...many)])
  for (const { code, stderr } of both) expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(both.flatMap(madeBy).sort()).toEqual(Array.from({ length: 6 }, (_, at) => `out/part-${at}.csv`))
  for (let at = 0; at < 6; at++) expect(text(cwd, `out/part-${at}.csv`)).toBe(text(cwd, `whole/part-${at}.csv`))
  expect(readdirSync(join(cwd, 'out/.pixelrow')).filter((name) => !/^manifest-/.test(name))).toEqual([])
})

test('a file that another call is making is waited for, and made where that comes to nothing; nobody else is waited for', async () => {
  const cwd = withTables(2)
  const out = join(cwd, 'out/part-0.csv')
  const other = await claimFile(out, { by: 'pixelrow predict' })
  await other.write('part-0.csv', 'never committed')
  const running = start(['predict', 'model.onnx', ...many], { cwd })
  await running.says(new RegExp(`Waiting for out/part-0.csv: process ${process.pid} on .* makes it`))
  expect(existsSync(join(cwd, 'out/part-1.csv'))).toBe(true)
  expect(existsSync(out)).toBe(false)
  await other.close()
  const finished = await running.finished
  expect(finished).toMatchObject({ code: 0 })
  expect(madeBy(finished)).toEqual(['out/part-1.csv', 'out/part-0.csv'])
  const stranger = await claimFile(join(cwd, 'new/part-0.csv'), { by: 'pixelrow merge' })
  const refused = await predict(cwd, 'in/part-*', '-o', 'new/', '--json')
  await stranger.close()
  expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'FILES_LOCKED', params: { by: 'pixelrow merge' } })
  const alone = await claimFile(join(cwd, 'a.csv'), { by: 'pixelrow predict' })
  const taken = await predict(cwd, 'in/part-0.csv', '-o', 'a.csv', '--json')
  await alone.close()
  expect(JSON.parse(taken.stdout).error).toMatchObject({ code: 'FILES_LOCKED', params: { pid: process.pid } })
})

test('killed with probabilities under way, it leaves nothing that the next call does not remove', async () => {
  const cwd = withTables(1, 20_000)
  const words = ['in/part-0.csv', '-o', 'a.csv', '--probabilities', 'p/p.csv']
  const running = start(['predict', 'model.onnx', ...words], { cwd })
  await appears(join(cwd, 'p/.pixelrow'), running)
  running.child.kill('SIGKILL')
  await running.finished
  expect(await predict(cwd, ...words)).toMatchObject({ code: 0 })
  for (const store of ['.pixelrow', 'p/.pixelrow'])
    for (const name of readdirSync(join(cwd, store))) expect(name).toMatch(/^manifest-/)
  expect(readdirSync(cwd).sort()).toEqual(['.pixelrow', 'a.csv', 'in', 'model.onnx', 'p'])
})

test('a table that is written to while it is read gets no answer', async () => {
  const cwd = withTables(1)
  const script = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const { createReadStream } = fs
    fs.createReadStream = (path, options) => {
      if (/work-/.test(path)) fs.writeFileSync('in/part-0.csv', fs.readFileSync('in/part-0.csv', 'utf8').replace('r7,', 'r8,'))
      return createReadStream(path, options)
    }
    syncBuiltinESMExports()`
  const words = ['predict', 'model.onnx', 'in/part-0.csv', '-o', 'a.csv', '--json']
  const { code, stdout } = await pixelrow(words, { cwd, env: hook(script) })
  expect(code).toBe(1)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'CLI_INPUT_CHANGED', params: { file: 'in/part-0.csv' } })
  expect(existsSync(join(cwd, 'a.csv'))).toBe(false)
})

test('what is current is known without reading a table again, unless it may have changed', async () => {
  const cwd = withTables(3)
  // Times of a moment ago do not tell: the disk's clock may not have ticked since.
  const later = 'const { now } = Date; Date.now = () => now() + 3_600_000\n'
  const closed = `${later}
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const { createReadStream } = fs
    fs.createReadStream = (path, options) => {
      if (/part-/.test(path)) throw new Error('reads ' + path)
      return createReadStream(path, options)
    }
    syncBuiltinESMExports()`
  const call = (script: string) => pixelrow(['predict', 'model.onnx', ...many], { cwd, env: hook(script) })
  expect(await call(later)).toMatchObject({ code: 0 })
  expect(withoutDevice(await call(closed))).toBe(
    '3 of 3 files already done: from the same rows, by the same model and flags\n',
  )
  // The same size and the same date as before: only that the disk has written it tells.
  const path = join(cwd, 'in/part-1.csv')
  const date = new Date(2021, 1)
  for (const id of ['r8,', 'r7,']) {
    writeFileSync(path, text(path).replace(/^r[78],/m, id))
    utimesSync(path, date, date)
    expect((await call(closed)).stderr).toContain('reads in/part-1.csv')
    await call(later)
  }
})

test('a part of a job has what falls to it by name, whatever else is listed', () => {
  const name = fc.stringMatching(/^[\w .é-]{1,30}$/u)
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (names, of) => {
      const parts = names.map((each) => partOf(each, of))
      for (const part of parts) expect(Number.isInteger(part) && part >= 1 && part <= of).toBe(true)
      expect(names.map((each) => partOf(each.normalize('NFD'), of))).toEqual(parts)
    }),
  )
  // Known ones, as machines of several versions may share a job.
  expect(['part-0.csv', 'part-1.csv', 'part-2.csv', 'a b.csv'].map((each) => partOf(each, 16))).toEqual([
    12, 15, 12, 11,
  ])
  const counts = new Array<number>(16).fill(0)
  for (let at = 0; at < 16_000; at++) counts[partOf(`part-${at}.csv`, 16) - 1]!++
  // Six standard deviations of a fair deal.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(6 * Math.sqrt(1000))
})

test('a file that comes or goes between the parts of a job leaves no other without its answer', async () => {
  const cwd = withTables(8)
  await predict(cwd, ...many, '--shard', '1/2')
  writeFileSync(join(cwd, 'in/part-.csv'), rowsOf(50))
  await predict(cwd, ...many, '--shard', '2/2')
  const names = readdirSync(join(cwd, 'in'))
  const isLeft = (name: string) => name === 'part-.csv' && partOf(name, 2) === 1
  expect(readdirSync(join(cwd, 'out')).filter((name) => name !== '.pixelrow')).toEqual(
    names.filter((name) => !isLeft(name)),
  )
  const missing = names.filter(isLeft).map((name) => `out/${name} is not there`)
  const { code, stderr } = await predict(cwd, ...many, '--verify')
  expect({ code, told: missing.every((each) => stderr.includes(each)) }).toEqual({ code: missing.length, told: true })
})

test('a part to which nothing falls says so', async () => {
  const cwd = withTables(1)
  const part = partOf('part-0.csv', 9)
  const { code, stderr, stdout } = await predict(cwd, ...many, '--shard', `${(part % 9) + 1}/9`)
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toContain('None of 1 file falls to --shard ')
})

test('--spreadsheet-safe keeps ids and classes from being run as formulas, and is refused for Kaggle', async () => {
  const cwd = workFolder()
  const names = ['=1+2', '@bee', '-3']
  writeFileSync(join(cwd, 'model.onnx'), modelOf(names))
  writeFileSync(join(cwd, 'rows.csv'), fakeTable({ rows: 30, classes: names, ids: (row) => `+r${row}` }).unlabelled)
  const safe = (...words: string[]) => predict(cwd, 'rows.csv', ...words, '--spreadsheet-safe')
  expect(await safe('-o', 'a.csv', '--probabilities', 'p.csv')).toMatchObject({ code: 0 })
  await predict(cwd, 'rows.csv', '-o', 'raw.csv')
  const guarded = text(cwd, 'raw.csv').replaceAll(/(?<=^|,)[=+@]/gm, `'$&`)
  expect(text(cwd, 'raw.csv')).toMatch(/^\+r0,(=1\+2|@bee|-3)$/m)
  expect(text(cwd, 'a.csv')).toBe(guarded)
  expect((await safe()).stdout).toBe(guarded)
  expect(text(cwd, 'p.csv')).toMatch(/^ImageId,'=1\+2,'@bee,-3\n'\+r0,/)
  // Other flags, other files.
  expect(madeBy(await predict(cwd, 'rows.csv', '-o', 'a.csv'))).toEqual(['a.csv'])
  expect(await safe('--json')).toMatchObject({ code: 2 })
  writeFileSync(join(cwd, 'test.csv'), rowsOf(1, 3))
  writeFileSync(join(cwd, 'sample_submission.csv'), 'id,label\nr0,x\nr1,x\nr2,x\n')
  const kaggle = await predict(cwd, 'test.csv', '-o', 'k.csv', '--spreadsheet-safe')
  expect(kaggle).toMatchObject({ code: 2, stderr: expect.stringContaining('Try: leave --spreadsheet-safe away') })
  expect(existsSync(join(cwd, 'k.csv'))).toBe(false)
})

test.skipIf(process.platform === 'win32')('standard output by its name is standard output', () => {
  const cwd = withTables(1)
  const shell = (line: string) => {
    const env = { ...process.env, NODE: process.execPath, ENTRY: entry }
    return spawnSync('sh', ['-c', `"$NODE" "$ENTRY" predict model.onnx in/part-0.csv -q ${line}`], {
      cwd,
      env,
      encoding: 'utf8',
    })
  }
  const { stdout } = shell('-o -')
  expect(stdout).toMatch(/^ImageId,Label\nr0,/)
  expect(shell('-o /dev/stdout | cat').stdout).toBe(stdout)
  writeFileSync(join(cwd, 'log.csv'), 'before\n')
  expect(shell('-o /dev/stdout >> log.csv')).toMatchObject({ status: 0, stderr: '' })
  expect(text(cwd, 'log.csv')).toBe(`before\n${stdout}`)
  expect(shell('-o /dev/fd/3 3> three.csv')).toMatchObject({ status: 0 })
  expect(text(cwd, 'three.csv')).toBe(stdout)
  expect(readdirSync(cwd).sort()).toEqual(['in', 'log.csv', 'model.onnx', 'three.csv'])
})
