import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digits } from 'pixelrow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csvRows, pixelrow, start, workFolder } from './helpers.ts'

const cache = mkdtempSync(join(tmpdir(), 'pixelrow-cache-'))
const before = process.env.PIXELROW_CACHE

beforeAll(() => {
  process.env.PIXELROW_CACHE = cache
})
afterAll(() => {
  if (before === undefined) delete process.env.PIXELROW_CACHE
  else process.env.PIXELROW_CACHE = before
  rmSync(cache, { recursive: true, force: true })
})

test('the embedded digits are made once, shaped like Kaggle’s files', async () => {
  const built: string[] = []
  const files = await digits({ onBuild: (folder) => built.push(folder) })
  expect(await digits({ onBuild: (folder) => built.push(folder) })).toEqual(files)
  expect(built).toEqual([files.folder])
  expect(readdirSync(cache)).toEqual(['digits-2'])

  const train = readFileSync(files.train, 'latin1').split('\n')
  expect(train).toHaveLength(42_002)
  expect(train[0]).toBe(`label,${Array.from({ length: 784 }, (_, pixel) => `pixel${pixel}`).join(',')}`)
  expect(train.slice(1, -1).every((line) => line.split(',', 786).length === 785)).toBe(true)
  const test = readFileSync(files.test, 'latin1').split('\n')
  expect(test).toHaveLength(28_002)
  expect(test[0]).toBe(train[0]!.slice('label,'.length))
  expect(new Set([...train.slice(1, -1).map((line) => line.slice(2)), ...test.slice(1, -1)]).size).toBe(70_000)

  const solution = csvRows(readFileSync(files.solution, 'utf8'))
  const sample = csvRows(readFileSync(files.sampleSubmission, 'utf8'))
  expect(sample).toEqual([['ImageId', 'Label'], ...Array.from({ length: 28_000 }, (_, row) => [String(row + 1), '0'])])
  expect(solution.map(([id]) => id)).toEqual(sample.map(([id]) => id))
  for (let digit = 0; digit < 10; digit++) {
    const inTrain = train.filter((line) => line.startsWith(`${digit},`)).length
    const inTest = solution.filter(([, label]) => label === String(digit)).length
    expect(Math.abs(inTrain / (inTrain + inTest) - 0.6)).toBeLessThan(0.0001)
  }
})

test('a damaged cache is made again', async () => {
  const { folder, test, solution, train } = await digits()
  const damages = [
    () => truncateSync(test, 1_000_000),
    () => rmSync(train),
    () => writeFileSync(solution, readFileSync(solution, 'utf8').replace('\n1,', '\n2,')),
    () => appendFileSync(solution, '\n'),
  ]
  for (const damage of damages) {
    damage()
    const built: string[] = []
    await digits({ onBuild: (path) => built.push(path) })
    expect(built).toEqual([folder])
    expect(statSync(test).size).toBe(51_089_654)
  }
  expect(readdirSync(cache)).toEqual(['digits-2'])
})

test('two processes at once do no harm, and one is stopped without a trace', async () => {
  const other = workFolder()
  const env = { PIXELROW_CACHE: other }
  const args = ['run', '--epochs', '1', '--recipe', 'linear', '--validation', '0']
  const runs = [start(args, { cwd: workFolder(), env }), start(args, { cwd: workFolder(), env })]
  for (const { says, child } of runs) says(/Reading/).then(() => child.kill('SIGINT'))
  for (const { finished } of runs) expect((await finished).code).toBe(130)
  expect(readdirSync(other)).toEqual(['digits-2'])
  const stopped = join(workFolder(), 'cache')
  const third = start(args, { cwd: workFolder(), env: { PIXELROW_CACHE: stopped } })
  await third.says(/Unpacking/)
  third.child.kill('SIGINT')
  expect((await third.finished).code).toBe(130)
  expect(readdirSync(stopped)).toEqual([])
})

test('what a killed unpacking leaves goes with the next command, and the digits are whole', async () => {
  const other = join(workFolder(), 'cache')
  const args = ['run', '--epochs', '1', '--recipe', 'linear', '--validation', '0']
  const started = start(args, { cwd: workFolder(), env: { PIXELROW_CACHE: other } })
  await started.says(/Unpacking/)
  while (!existsSync(other) || readdirSync(other).length === 0) await new Promise((resolve) => setImmediate(resolve))
  started.child.kill('SIGKILL')
  expect((await started.finished).signal).toBe('SIGKILL')
  const left = readdirSync(other)
  expect(left).toEqual([expect.stringMatching(/^\.pixelrow-.*\.tmp$/)])
  process.env.PIXELROW_CACHE = other
  try {
    await digits()
    expect(readdirSync(other)).toEqual(['digits-2'])
    // Also where nothing is to be unpacked any more.
    mkdirSync(join(other, left[0]!))
    await digits()
    expect(readdirSync(other)).toEqual(['digits-2'])
  } finally {
    process.env.PIXELROW_CACHE = cache
  }
})

test('a cache that cannot be written is said with the fix', async () => {
  const folder = workFolder()
  writeFileSync(join(folder, 'file'), '')
  const { code, stderr } = await pixelrow(['run', '--quiet'], {
    cwd: folder,
    env: { PIXELROW_CACHE: join(folder, 'file') },
  })
  expect(code).toBe(1)
  expect(stderr).toMatch(/cannot be written to .*file.*\nFix: set PIXELROW_CACHE to a folder/)
})

test('run without --data trains on them and says the score', async () => {
  const cwd = workFolder()
  mkdirSync(join(cwd, 'runs/7-mlp'), { recursive: true })
  const { code, stdout, stderr } = await pixelrow(['run', '--recipe', 'linear', '--epochs', '1'], { cwd })
  expect(code).toBe(0)
  const [score = '', ...rest] = stdout.split('\n')
  expect(score).toMatch(
    /^0\.\d{4} \(0\.\d{4} to 0\.\d{4}\) on 28,000 digits kept aside \(Kaggle's own split differs: expect ±0\.001\)$/,
  )
  expect(Number(score.slice(0, 6))).toBeGreaterThan(0.87)
  expect(rest[0]).toMatch(
    /^runs\/8-linear\/submission\.csv: 28,000 rows, checked: header and 28,000 ids of .*sample_submission\.csv, in its order; labels among the 10 classes$/,
  )
  expect(stderr).toMatch(/Training again on all 42,000 rows/)
  const { accuracy } = JSON.parse(readFileSync(join(cwd, 'runs/8-linear/run.json'), 'utf8'))
  expect(accuracy.test.toFixed(4)).toBe(score.slice(0, 6))
  expect(Math.abs(accuracy.test - accuracy.validation)).toBeLessThan(0.03)
})
