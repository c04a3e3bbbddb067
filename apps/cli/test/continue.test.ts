import { existsSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Finished, fakeTable, interrupted, pixelrow, start, workFolder, writeData } from './helpers.ts'
import { kaggleSetting } from './kaggle-helpers.ts'

const fake = { rows: 120, classes: ['a', 'b', 'c'] }
const train = ['train', 'train.csv', '--recipe', 'linear', '--epochs', '40', '--threads', '1']
const run = ['run', '--data', '.', '--recipe', 'linear', '--epochs', '2', '--threads', '1', '-o', 'out', '--continue']

const bytes = (...path: string[]) => readFileSync(join(...path), 'base64')

/** The command that a refusal advises, as words. */
const advised = ({ stderr }: Finished) => /Fix: .*?node \S+ (.*?),/.exec(stderr)![1]!.split(' ')

test('a job that is killed and started again, again and again, ends with the bits of one in one go', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  expect((await pixelrow([...train, '-o', 'whole', '--continue'], { cwd })).code).toBe(0)
  const words = [...train, '-o', 'cut', '--continue']
  for (let kill = 0; kill < 2; kill++) {
    const started = start(words, { cwd, env: { PIXELROW_CHECKPOINT_SECONDS: '0' } })
    await started.says(/Training linear/)
    const watcher = watch(join(cwd, 'cut'), (_, name) => name === 'resume.json' && started.child.kill('SIGKILL'))
    const { signal, code } = await started.finished
    watcher.close()
    expect(signal === 'SIGKILL' || code === 0).toBe(true)
    if (code === 0) break
  }
  // A signal may end it, too.
  const { code, stderr } = await interrupted(words, cwd, 'Validation done|is finished|was finished')
  expect(code === 130 || /was finished/.test(stderr)).toBe(true)
  expect((await pixelrow(words, { cwd })).code).toBe(0)
  expect(bytes(cwd, 'cut/model.onnx')).toBe(bytes(cwd, 'whole/model.onnx'))
  expect(bytes(cwd, 'cut/model.rows.bin')).toBe(bytes(cwd, 'whole/model.rows.bin'))
  expect(readdirSync(join(cwd, 'cut')).sort()).toEqual(readdirSync(join(cwd, 'whole')).sort())
  expect(readdirSync(join(cwd, 'cut/.pixelrow'))).toEqual(['manifest.json'])
  const before = bytes(cwd, 'cut/run.json')
  const again = await pixelrow(words, { cwd })
  expect(again).toMatchObject({ code: 0, stdout: 'cut/model.onnx\n' })
  expect(again.stderr).toBe('Reading train.csv\ncut was finished by the same command on the same rows: nothing to do\n')
  expect(bytes(cwd, 'cut/run.json')).toBe(before)
})

test('another training, and what it left, is refused with what differs; --force begins anew', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = [...train, '-o', 'out']
  expect((await interrupted([...words, '--continue'], cwd, 'Validation done')).code).toBe(130)
  const waiting = await pixelrow(words, { cwd })
  expect(waiting.code).toBe(1)
  expect(waiting.stderr).toMatch(/^Error: out holds an interrupted training\nFix: go on with it: node /)
  const other = [...words, '--seed', '7', '--continue']
  const refused = await pixelrow(other, { cwd })
  expect(refused).toMatchObject({
    code: 1,
    stderr:
      'Error: out holds an interrupted training with other options: --seed 0 there, --seed 7 here\n' +
      'Fix: choose another folder with -o, or add --force to begin anew there\n',
  })
  // What the refusal of the plain command says to do works.
  expect(await pixelrow([...advised(waiting), '-q'], { cwd })).toMatchObject({ code: 0 })
  expect((await pixelrow(other, { cwd })).stderr).toMatch(
    /\nError: out holds a finished run: --seed 0 there, --seed 7 here\n/,
  )
  const before = bytes(cwd, 'out/model.onnx')
  expect((await pixelrow([...other, '--force', '-q'], { cwd })).code).toBe(0)
  expect(bytes(cwd, 'out/model.onnx')).not.toBe(before)
  writeFileSync(join(cwd, 'train.csv'), fakeTable({ ...fake, rows: 119 }).labelled)
  expect((await pixelrow(other, { cwd })).stderr).toMatch(
    /\nError: out holds a finished run: the rows to train on: 120 rows then, 119 rows now\n/,
  )
  expect((await interrupted([...words, '--force'], cwd, 'Validation done')).code).toBe(130)
  expect(await pixelrow([...words, '--force', '-q'], { cwd })).toMatchObject({ code: 0, stderr: '' })
  expect(existsSync(join(cwd, 'out/resume.json'))).toBe(false)
})

test('run --continue does what is missing, and nothing else', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  expect((await pixelrow([...run, '-q'], { cwd })).code).toBe(0)
  const [model, submission] = [bytes(cwd, 'out/model.onnx'), bytes(cwd, 'out/submission.csv')]
  rmSync(join(cwd, 'out/submission.csv'))
  const again = await pixelrow(run, { cwd })
  expect(again).toMatchObject({ code: 0, stdout: 'out/model.onnx\n' })
  expect(again.stderr).toMatch(/: out\/submission\.csv was missing and is made again\n$/)
  expect(again.stderr).not.toMatch(/Training/)
  expect([bytes(cwd, 'out/model.onnx'), bytes(cwd, 'out/submission.csv')]).toEqual([model, submission])
  writeFileSync(join(cwd, 'test.csv'), fakeTable({ ...fake, rows: 40, seed: 2 }).unlabelled)
  expect((await pixelrow(run, { cwd })).stderr).toMatch(
    /\nError: out holds a finished run: the rows to predict: as many rows, but other pixels or labels\n/,
  )
  // Without its model it is not finished.
  rmSync(join(cwd, 'out/model.onnx'))
  writeData(cwd, fake)
  expect((await pixelrow([...run, '-q'], { cwd })).code).toBe(0)
  expect(bytes(cwd, 'out/model.onnx')).toBe(model)
})

test('run --submit --continue submits once', async () => {
  const { pixelrow: call, server } = await kaggleSetting()
  const words = ['run', '--kaggle', '--recipe', 'linear', '--epochs', '2', '-o', 'out', '--continue', '-q']
  expect((await call(words)).code).toBe(0)
  const submitting = [...words, '--submit', '--yes', '--json']
  for (const _ of ['first', 'again']) {
    const { code, stdout } = await call(submitting)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ isRepeated: true, kaggle: { ref: expect.any(Number) } })
  }
  expect(server.state.submissions).toHaveLength(1)
}, 60_000)

test('a training that came to nothing has its exit code again', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = ['train', 'train.csv', '--recipe', 'mlp', '--learning-rate', '900', '--epochs', '1', '-o', 'out']
  for (const _ of ['first', 'again']) {
    const { code, stderr } = await pixelrow([...words, '--continue', '-q'], { cwd })
    expect(code).toBe(4)
    expect(stderr).toMatch(
      /^Failed: the training diverged: .*\nThe likely cause .*:\n {2}node \S+ train train\.csv .*\n$/,
    )
    expect(stderr).not.toMatch(/--continue/)
  }
})

test('--continue needs a folder', async () => {
  for (const words of [['run'], ['train', 'train.csv']]) {
    expect(await pixelrow([...words, '--continue'])).toMatchObject({
      code: 2,
      stderr:
        `Error: ${words[0]} has no use for --continue without --out\n` +
        'Try: add --out runs/first, or leave --continue away\n',
    })
  }
})
