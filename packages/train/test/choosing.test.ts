import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mlp } from '@pixelrow/model'
import { chooseDevice, type Device, deviceOrder, type Engine, type FitOptions, fit } from '@pixelrow/train'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { lost, withCard } from './card.ts'
import { bits, quarters } from './quarters.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-devices-'))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0
beforeEach(() => {
  process.env.PIXELROW_CACHE = join(folder, String(count++))
})

const table = quarters(1280)
const net = mlp(table, { hidden: [64] })
/** So long a training that it is a large job even with this net; nobody waits for its end. */
const large = { batchSize: 64, steps: 50_000_000, threads: 1 } satisfies FitOptions
const choice = (engine: Engine, more: FitOptions = {}) => chooseDevice(net, table, { ...large, engine, ...more })
const cpu: Device = { name: 'cpu', available: true }
const cuda: Device = { name: 'cuda', available: true }
const webgpu: Device = { name: 'webgpu', available: true, adapter: { name: 'A Card', type: 'hardware' } }

test('the order is CUDA, a WebGPU on hardware, the CPU; a small job has the CPU alone', () => {
  expect(deviceOrder(4e12, [cpu, webgpu, cuda])).toEqual(['cuda', 'webgpu', 'cpu'])
  expect(deviceOrder(3.9e12, [cpu, webgpu, cuda])).toEqual(['cpu'])
  const software: Device = { ...webgpu, adapter: { name: 'SwiftShader', type: 'software' } }
  expect(deviceOrder(1e15, [software, cpu])).toEqual(['cpu'])
  expect(deviceOrder(1e15, [{ ...cuda, available: false }, webgpu])).toEqual(['webgpu', 'cpu'])
})

test('a small job looks at no other device than the CPU', async () => {
  const engine = withCard()
  const looked: unknown[] = []
  const devices: Engine['devices'] = (names) => {
    looked.push(names)
    return engine.devices(names)
  }
  const found = await chooseDevice(net, table, { epochs: 10, engine: { ...engine, devices } })
  expect(found).toMatchObject({ engine: 'onnxruntime', device: 'cpu', attempts: [] })
  expect(found.reason).toMatch(/^a small job: 0\.00\d+ TFLOP, and a GPU is looked for from 4 TFLOP on$/)
  expect(looked).toEqual([['cpu']])
  expect(engine.compiled).toEqual([])
})

test('trial steps of the very training keep a device that is as good, and are made once', async () => {
  const engine = withCard({ slow: 'cpu' })
  const first = await choice(engine)
  expect(first).toMatchObject({ device: 'cuda', adapter: { name: 'A Card' }, attempts: [] })
  // The card is the CPU itself, and its CPU is held up.
  expect(first.trial).toMatchObject({ lossDifference: 0 })
  expect(first.trial!.steps).toBeLessThanOrEqual(20)
  expect(first.reason).toMatch(
    /^a job of [\d.]+ TFLOP; \d+ trial steps kept to the CPU's losses within 0, [\d.]+ times as fast$/,
  )
  expect(engine.compiled).toEqual(['cuda', 'cpu'])
  expect(await choice(engine, { seed: 5 })).toEqual(first)
  expect(engine.compiled).toHaveLength(2)
  await choice(engine, { batchSize: 32 })
  expect(engine.compiled).toHaveLength(4)
})

test('a record that is damaged, of another format or no record is no error: the device is tried again', async () => {
  const engine = withCard({ slow: 'cpu' })
  await choice(engine)
  const trials = join(process.env.PIXELROW_CACHE!, 'trials')
  const [file] = readdirSync(trials).map((name) => join(trials, name))
  const whole = readFileSync(file!, 'utf8')
  const broken = [
    whole.slice(0, 20),
    '',
    '{}',
    'null',
    whole.replace('"format":1', '"format":2'),
    '{"format":1,"trial":7}',
  ]
  for (const text of broken) {
    writeFileSync(file!, text)
    const { trial } = await choice(engine)
    expect(trial).toBeDefined()
  }
  expect(engine.compiled).toHaveLength(2 * (1 + broken.length))
  process.env.PIXELROW_CACHE = '/dev/null'
  expect(await choice(engine)).toMatchObject({ device: 'cuda' })
})

test('a device whose losses are off the CPU’s is not taken, and the numbers say why', async () => {
  const engine = withCard({
    async train(trainer, chunk) {
      const { losses } = await trainer.train(chunk)
      return { losses: losses.map((loss) => loss * 1.01) }
    },
  })
  const { device, reason, attempts } = await choice(engine)
  expect(device).toBe('cpu')
  const [attempt] = attempts
  expect(attempt).toMatchObject({ device: 'cuda', trial: { steps: expect.any(Number) } })
  expect(attempt!.trial!.lossDifference).toBeGreaterThan(0.005)
  expect(attempt!.error).toMatch(
    /^in \d+ trial steps its losses are off the CPU's by up to 0\.01\d*, more than 0\.001$/,
  )
  expect(reason).toBe(`cuda: ${attempt!.error}`)
  // And it stays so, whatever another try would find.
  expect(await choice(withCard({ slow: 'cpu' }))).toEqual({ engine: 'onnxruntime', device: 'cpu', reason, attempts })
})

test('a device that takes longer than the CPU is not taken', async () => {
  const { device, attempts } = await choice(withCard({ slow: 'cuda' }))
  expect(device).toBe('cpu')
  expect(attempts[0]!.error).toMatch(/^in \d+ trial steps it took [\d.]+ times as long as the CPU$/)
})

test('a device that fails, or whose loss is no number, is not taken; a failure is not kept', async () => {
  const failing = withCard({ train: () => Promise.reject(lost('the driver was reset')) })
  const found = await choice(failing)
  expect(found).toMatchObject({ device: 'cpu', attempts: [{ device: 'cuda' }] })
  expect(found.reason).toBe('cuda: trial steps failed: the driver was reset')
  expect(await choice(withCard({ slow: 'cpu' }))).toMatchObject({ device: 'cuda' })
  const wrong = withCard({ slow: 'cpu', train: async () => ({ losses: Float32Array.of(Number.NaN) }) })
  const { attempts } = await choice(wrong, { batchSize: 32 })
  expect(attempts[0]!.error).toBe('its loss stops being a number in the first steps')
})

test('software that plays a card is no choice of ours, and what is not there says why', async () => {
  const adapter = { name: 'SwiftShader Device', type: 'software' } as const
  const engine = withCard({ device: { name: 'webgpu', adapter } })
  expect(await choice(engine)).toMatchObject({
    device: 'cpu',
    attempts: [{ device: 'webgpu', error: expect.stringContaining('SwiftShader Device, is software') }],
  })
  expect(engine.compiled).toEqual([])
  expect(await choice(engine, { device: 'webgpu' })).toMatchObject({ device: 'webgpu', reason: 'asked for', adapter })
  const absent = withCard({ device: { available: false, reason: 'no driver is loaded', fix: 'sudo modprobe nvidia' } })
  const found = await choice(absent)
  expect(found.attempts).toEqual([{ device: 'cuda', error: 'no driver is loaded', fix: 'sudo modprobe nvidia' }])
  await expect(choice(absent, { device: 'cuda' })).rejects.toMatchObject({
    code: 'TRAIN_DEVICE_UNAVAILABLE',
    params: { device: 'cuda', reason: 'no driver is loaded', fix: 'sudo modprobe nvidia', wasBegun: false },
    sentence: 'Device "cuda" cannot be used by engine onnxruntime: no driver is loaded.',
    advice: 'sudo modprobe nvidia',
  })
})

test('a precision is looked for among the devices, and refused by name where none has it', async () => {
  const card = withCard({ slow: 'cpu', device: { precisions: ['tf32', 'fp32'] } })
  expect(await choice(card, { precision: 'tf32' })).toMatchObject({ device: 'cuda' })
  await expect(choice(card, { precision: 'fp16' })).rejects.toMatchObject({
    code: 'TRAIN_PRECISION_UNAVAILABLE',
    params: { device: 'cpu', precision: 'fp16' },
  })
})

test('a training of a few large steps has no trial, for which its time does not suffice', async () => {
  const rows = quarters(20_000)
  const wide = mlp(rows, { hidden: [1000, 1000] })
  const engine = withCard()
  const found = await chooseDevice(wide, rows, { batchSize: 20_000, steps: 39, engine })
  expect(found).toMatchObject({
    device: 'cuda',
    reason: expect.stringMatching(/TFLOP; too few steps for trial steps$/),
  })
  expect(found.trial).toBeUndefined()
  expect(engine.compiled).toEqual([])
})

test('fit trains where it was said to, and its result says where, why and in what', async () => {
  const engine = withCard({ device: { precisions: ['tf32', 'fp32'] } })
  const options = { epochs: 2, batchSize: 64, threads: 1 }
  const onCpu = await fit(net, table, options)
  expect(onCpu).toMatchObject({ device: 'cpu', precision: 'fp32', choice: { device: 'cpu', attempts: [] } })
  const result = await fit(net, table, { ...options, engine, device: 'cuda' })
  expect(result).toMatchObject({
    engine: 'onnxruntime',
    device: 'cuda',
    precision: 'tf32',
    choice: { device: 'cuda', reason: 'asked for', adapter: { name: 'A Card' }, attempts: [] },
  })
  expect(result.moves).toBeUndefined()
  expect(bits(result.model.weights)).toEqual(bits(onCpu.model.weights))
  const exact = await fit(net, table, { ...options, engine, device: 'cuda', precision: 'fp32' })
  expect(exact.precision).toBe('fp32')
  await expect(fit(net, table, { ...options, precision: 'tf32' })).rejects.toMatchObject({
    code: 'TRAIN_PRECISION_UNAVAILABLE',
    params: { device: 'cpu', precision: 'tf32', known: ['fp32'] },
  })
})
