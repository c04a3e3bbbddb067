import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromSafetensors, toSafetensors } from '@pixelrow/model'
import { engines } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { engineNames } from '../src/line/flags/training.ts'
import { interruptedAt, pixelrow, workFolder, writeData } from './helpers.ts'

// Plain tfjs is meant, whatever was built on this machine.
const env = { PIXELROW_CACHE: '/dev/null' }
const fake = { rows: 120, classes: ['a', 'b', 'c'] }
const record = (...path: string[]) => JSON.parse(readFileSync(join(...path, 'run.json'), 'utf8'))

test('the help knows every engine there is', () => {
  expect([...engineNames].sort()).toEqual(['auto', ...Object.keys(engines)].sort())
})

test('run --engine tfjs does the whole job, says what trained, and goes on after a Ctrl-C to the same bytes', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const words = ['run', '--data', 'data', '--engine', 'tfjs', '--recipe', 'mlp', '--epochs', '20', '--threads', '1']
  const whole = await pixelrow([...words, '--out', 'whole'], { cwd, env })
  expect(whole).toMatchObject({ code: 0 })
  expect(whole.stderr).not.toMatch(/tensorflow|warn|deprecat/i)
  const { machine } = record(cwd, 'whole')
  expect(machine).toMatchObject({ engine: 'tfjs', device: 'cpu', runtime: { name: 'tfjs', version: '4.22.0' } })
  expect(machine.reason).toMatch(/^a small job/)
  const cut = await pixelrow([...words, '--out', 'cut'], { cwd, env: { ...env, ...interruptedAt('^ +1 ') } })
  expect(cut).toMatchObject({ code: 130 })
  expect(await pixelrow(['resume', 'cut'], { cwd, env })).toMatchObject({ code: 0 })
  const model = (run: string) => readFileSync(join(cwd, run, 'model.onnx')).toString('base64')
  expect(model('cut')).toBe(model('whole'))
}, 120_000)

test('the device and the reason are said, on screen and in run.json, and kept to when it goes on', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const words = ['train', 'data/train.csv', '--recipe', 'linear', '--out', 'run']
  const interrupted = { ...env, ...interruptedAt('^ +1 ') }
  const first = await pixelrow(words, { cwd, env: interrupted })
  const reason = /Device cpu: (a small job: [\d.e-]+ TFLOP, and a GPU is looked for from 4 TFLOP on)\n/
  const said = reason.exec(first.stderr)?.[1]
  expect(said).toBeDefined()
  expect(await pixelrow(['resume', 'run'], { cwd, env })).toMatchObject({ code: 0 })
  const { machine } = record(cwd, 'run')
  expect(machine).toMatchObject({ engine: 'onnxruntime', device: 'cpu', precision: 'fp32', reason: said, attempts: [] })
  const named = await pixelrow([...words.slice(0, -1), 'named', '--device', 'cpu'], { cwd, env })
  expect(named.stderr).toContain('Device cpu: asked for\n')
})

test('a device that is not there fails in the words of doctor', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const { devices } = JSON.parse((await pixelrow(['doctor', '--json'], { cwd, env })).stdout)
  for (const { device, works, reason, fix } of devices) {
    const words = ['train', 'data/train.csv', '--recipe', 'linear', '--epochs', '1', '--device', device, '--json']
    const { code, stdout } = await pixelrow(words, { cwd, env })
    const { error, machine } = JSON.parse(stdout)
    if (works) expect({ code, device: machine.device }).toEqual({ code: 0, device })
    else
      expect({ exit: code, ...error }).toMatchObject({
        exit: 1,
        code: 'TRAIN_DEVICE_UNAVAILABLE',
        fix,
        params: { device, reason },
      })
    if (!works) expect(error.message).toBe(`Device "${device}" cannot be used by engine onnxruntime: ${reason}.`)
  }
})

test('a training that began on a device which is gone says so, and goes on where it is told to', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const words = ['train', 'data/train.csv', '--recipe', 'linear', '--out', 'run']
  await pixelrow(words, { cwd, env: { ...env, ...interruptedAt('^ +1 ') } })
  // As another machine would have left it, whose device no machine has.
  const [checkpoint, resume] = ['checkpoint.safetensors', 'resume.json'].map((file) => join(cwd, 'run', file))
  const { weights, metadata } = fromSafetensors(readFileSync(checkpoint!))
  const identity = JSON.stringify({ ...JSON.parse(metadata.identity!), device: 'abacus', precision: 'tf32' })
  const bytes = toSafetensors(weights, { ...metadata, identity })
  writeFileSync(checkpoint!, bytes)
  const left = JSON.parse(readFileSync(resume!, 'utf8'))
  const flags = { ...left.flags, device: 'abacus', precision: 'tf32' }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  writeFileSync(resume!, JSON.stringify({ ...left, flags, checkpoint: { bytes: bytes.length, sha256 } }))

  const gone = await pixelrow(['resume', 'run'], { cwd, env })
  expect(gone.code).toBe(1)
  expect(gone.stderr).toContain('Error: Device "abacus" cannot be used by engine onnxruntime: it is not there.\n')
  expect(gone.stderr).toContain('Fix: Go on elsewhere: add --device cpu\n')
  const went = await pixelrow(['resume', 'run', '--device', 'cpu'], { cwd, env })
  expect(went).toMatchObject({ code: 0 })
  expect(record(cwd, 'run').machine).toMatchObject({
    device: 'cpu',
    precision: 'fp32',
    moves: [{ from: 'abacus', to: 'cpu' }],
  })
})

test('a GPU that TensorFlow does not use, and a profile by tfjs, are refused in one sentence', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const train = await pixelrow(['train', 'data/train.csv', '--engine', 'tfjs', '--device', 'cuda'], { cwd, env })
  expect(train.code).toBe(1)
  expect(train.stderr).toMatch(/Device "cuda" cannot be used by engine tfjs: a GPU needs .*pixelrow setup tfjs --gpu/)
  const profile = await pixelrow(['profile', '--data', 'data', '--engine', 'tfjs'], { cwd, env })
  expect(profile).toMatchObject({ code: 1 })
  expect(profile.stderr).toMatch(/The engine tfjs cannot be profiled/)
})
