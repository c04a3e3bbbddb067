import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRecord } from '../src/training/interrupted.ts'
import { entry, interrupted, pixelrow, start, trainFiles, workFolder, writeData } from './helpers.ts'

const fake = { rows: 120, classes: ['a', 'b', 'c'] }
const quick = ['--recipe', 'linear', '--epochs', '2', '--threads', '1']

/** Every file of a folder, and what is written down of it. */
function everything(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort()
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'base64')]))
}

test('of two runs in one folder one is refused, with who writes there and the command that ends it', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = ['run', '--data', '.', '--recipe', 'mlp', '--epochs', '10000', '-o', 'out']
  const first = start(words, { cwd })
  await first.says(/\n +1 /)
  const { pid } = first.child
  for (const other of [
    [...words, '--continue'],
    ['train', 'train.csv', ...quick, '-o', 'out', '--force'],
  ]) {
    const { code, stdout, stderr } = await pixelrow(other, { cwd })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const who = `process ${pid} on ${hostname()} (pixelrow run)`
    expect(stderr).toContain(`Error: out: ${who} writes there since `)
    expect(stderr).toMatch(new RegExp(`\\nFix: Wait for it, or end it: kill ${pid}\\n$`))
  }
  // The command that it names does what it says, and loses nothing.
  expect(spawnSync('sh', ['-c', `kill ${pid}`]).status).toBe(0)
  expect((await first.finished).code).toBe(143)
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['.pixelrow', 'checkpoint.safetensors', 'resume.json'])
  expect(readdirSync(join(cwd, 'out/.pixelrow'))).toEqual(['manifest.json'])
})

test('runs without a name that start at once have folders of their own', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const both = await Promise.all([1, 2].map(() => pixelrow(['train', 'train.csv', ...quick, '-q'], { cwd })))
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(readdirSync(join(cwd, 'runs')).sort()).toEqual(['1-linear', '2-linear'])
})

test('a disk without room for the new results leaves the old ones as they were', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = ['run', '--data', '.', '--recipe', 'mlp', '--epochs', '2', '--threads', '1', '-o', 'out', '-q']
  expect((await pixelrow(words, { cwd })).code).toBe(0)
  const before = everything(join(cwd, 'out'))
  // As on a disk that is full, some files have room and others not: history.csv has, the model of 70 kB has not.
  const limited = [
    '-c',
    'ulimit -f "$1"; shift; exec "$@"',
    'bash',
    '16',
    process.execPath,
    entry,
    ...words,
    '--seed',
    '1',
  ]
  const { status, stderr } = spawnSync('bash', limited, { cwd, encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toMatch(/^Error: out\/model\.onnx: .*\n(Fix: .*\n)?$/)
  expect(everything(join(cwd, 'out'))).toEqual(before)
  expect((await pixelrow([...words, '--seed', '1'], { cwd })).code).toBe(0)
})

test('a folder is ours by what is in its files, and not because it holds some run.json', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const train = ['train', 'train.csv', ...quick, '-q', '-o']
  const run = ['run', '--data', '.', ...quick, '-q', '-o']
  mkdirSync(join(cwd, 'other'))
  writeFileSync(join(cwd, 'other/run.json'), '{"command":"run","steps":["build"]}')
  writeFileSync(join(cwd, 'other/model.onnx'), 'mine')
  // What an older version left has nothing written down of it.
  expect((await pixelrow([...run, 'old'], { cwd })).code).toBe(0)
  rmSync(join(cwd, 'old/.pixelrow'), { recursive: true })
  expect((await pixelrow([...run, 'edited'], { cwd })).code).toBe(0)
  writeFileSync(join(cwd, 'edited/submission.csv'), 'ImageId,Label\n1,a\n')
  const before = everything(cwd)
  for (const [folder, message] of [
    [
      'other',
      /^Error: other\/run\.json: is there already and was not written by pixelrow \(and model\.onnx\), so it stays/,
    ],
    ['edited', /^Error: edited\/submission\.csv: is there already and was changed since it was written, so it stays/],
  ] as const) {
    for (const words of [train, run]) {
      const { code, stderr } = await pixelrow([...words, folder], { cwd })
      expect(code).toBe(1)
      expect(stderr).toMatch(message)
      expect(stderr).toMatch(/\nFix: .* or add --force to replace it\.\n$/)
    }
  }
  expect(everything(cwd)).toEqual(before)
  expect(await pixelrow([...train, 'old'], { cwd })).toMatchObject({ code: 0, stderr: '' })
  // The answers of the run before are not those of this model.
  expect(readdirSync(join(cwd, 'old')).sort()).toEqual(trainFiles)
  expect(await pixelrow([...train, 'other', '--force'], { cwd })).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(readFileSync(join(cwd, 'other/run.json'), 'utf8')).recipe).toBe('linear')
})

test('somebody’s member-1.onnx is in the way of an ensemble, and of nothing else', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  mkdirSync(join(cwd, 'out'))
  writeFileSync(join(cwd, 'out/member-1.onnx'), 'mine')
  const words = ['train', 'train.csv', ...quick, '-q', '-o', 'out']
  const { code, stderr } = await pixelrow([...words, '--members', '2'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: out holds member-1\.onnx, which this training did not leave there/)
  expect((await pixelrow(words, { cwd })).code).toBe(0)
  expect(readFileSync(join(cwd, 'out/member-1.onnx'), 'utf8')).toBe('mine')
  expect((await pixelrow([...words, '--members', '2', '--force'], { cwd })).code).toBe(0)
  expect(readdirSync(join(cwd, 'out'))).not.toContain('member-1.onnx')
})

/** Every value that a value may be changed to, at every place of it. */
function* changed(value: unknown): Generator<unknown> {
  yield* [null, [], {}, 7, -1, 'x', true, undefined]
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    for (const other of changed(inner))
      yield Array.isArray(value) ? value.with(Number(name), other) : { ...value, [name]: other }
  }
}

test('a resume.json that anybody may have written is refused in one sentence', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = ['train', 'train.csv', '--recipe', 'linear', '--epochs', '40', '-o', 'out']
  expect((await interrupted(words, cwd, 'Validation done')).code).toBe(130)
  const path = join(cwd, 'out/resume.json')
  const whole = JSON.parse(readFileSync(path, 'utf8'))
  const folder = { file: (name: string) => join(cwd, 'out', name) } as Parameters<typeof readRecord>[0]
  let refused = 0
  for (const value of changed({ ...whole, data: { ...whole.data, classes: [] }, versions: {} })) {
    writeFileSync(path, JSON.stringify(value) ?? '')
    await readRecord(folder).catch((error: Error) => {
      refused++
      expect(error.message).toMatch(/resume\.json (is damaged|has format)/)
    })
  }
  expect(refused).toBeGreaterThan(100)
  for (const text of [
    'null',
    '[]',
    '{}',
    '7',
    '',
    '{"format":2}',
    JSON.stringify({ ...whole, flags: { recipe: 'x' } }),
  ]) {
    writeFileSync(path, text)
    expect(await pixelrow(['resume', 'out'], { cwd })).toMatchObject({
      code: 1,
      stderr: 'Error: out/resume.json is damaged\nFix: train anew, with --force if that is to be in this folder\n',
    })
  }
  expect((await pixelrow([...words, '--continue'], { cwd })).stderr).toMatch(/^Error: out\/resume\.json is damaged\n/)
  expect((await pixelrow([...words, '--force', '-q'], { cwd })).code).toBe(0)
})
