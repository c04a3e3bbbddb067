import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { random } from '@pixelrow/data'
import { toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import { type Architecture, initialize, type Layer, mlp, parameters } from '@pixelrow/model'
import {
  adam,
  adamw,
  type CompileOptions,
  engines,
  muon,
  type Optimizer,
  recipes,
  sgd,
  trainingGraph,
} from '@pixelrow/train'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { softwareVulkan } from '../chromium.ts'
import { digits } from '../digits.ts'
import { childrenCalled } from '../processes.ts'

const BATCH = 16
const STEPS = 20
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-webgpu-'))

// The processes that train on WebGPU find the software driver as they would find a card's.
beforeAll(() => {
  for (const [name, value] of Object.entries(softwareVulkan())) vi.stubEnv(name, value)
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** Digits of 14×14 pixels, each the mean of four. */
function smallDigits(set: 'train' | 't10k', rows: number) {
  const large = digits(set, rows)
  const at = (row: number, y: number, x: number) => large.pixels[(row * 28 + y) * 28 + x]!
  const pixels = Uint8Array.from({ length: rows * 196 }, (_, i) => {
    const [row, y, x] = [Math.floor(i / 196), 2 * Math.floor((i % 196) / 14), 2 * (i % 14)]
    return (at(row, y, x) + at(row, y, x + 1) + at(row, y + 1, x) + at(row, y + 1, x + 1)) >> 2
  })
  return { ...large, pixels, shape: { ...large.shape, height: 14, width: 14 } }
}
const table = smallDigits('train', STEPS * BATCH)
const unseen = smallDigits('t10k', 100)

interface Net {
  architecture: Architecture
  optimizer: Optimizer
  /** Of each step. */
  learningRate(step: number): number
  augment?: CompileOptions['augment']
}

const input = { shape: table.shape, maxValue: 255 }
const conv = (filters: number, more: Partial<Layer> = {}): Layer =>
  ({ type: 'conv2d', filters, kernelSize: 3, padding: 'same', ...more }) as Layer
const relu: Layer = { type: 'relu' }
const norm: Layer = { type: 'batchNorm' }
const fast = recipes.fast!.prepare({ ...table, rows: 2000 })

const nets: Record<string, Net> = {
  mlp: {
    architecture: {
      input,
      layers: [
        { type: 'flatten' },
        { type: 'dense', units: 32 },
        relu,
        { type: 'dropout', rate: 0.2 },
        { type: 'dense', units: 10 },
      ],
    },
    optimizer: sgd({ momentum: 0.9 }),
    learningRate: () => 0.1,
  },
  fast: {
    architecture: fast.architecture,
    optimizer: fast.options.optimizer ?? muon(), // The recipe's first steps of two epochs of MNIST.
    learningRate: (step) => 0.15 * fast.options.schedule!(step, 500),
  },
  'a padded max pool': {
    architecture: {
      input,
      layers: [
        conv(8),
        { type: 'maxPool2d', size: 3, stride: 2, padding: 1 },
        relu,
        { type: 'flatten' },
        { type: 'dense', units: 10 },
      ],
    },
    optimizer: adam(),
    learningRate: () => 0.003,
    augment: { shape: table.shape, options: { shift: 1, rotation: 10 } },
  },
  'batch norm in residual branches': {
    architecture: {
      input,
      layers: [
        conv(8, { stride: 2 }),
        norm,
        relu,
        {
          type: 'residual',
          layers: [conv(8, { stride: 2, bias: false }), norm, relu, conv(8, { bias: false }), norm],
          shortcut: [conv(8, { kernelSize: 1, stride: 2 })],
        },
        relu,
        { type: 'globalAveragePool' },
        { type: 'dense', units: 10 },
      ],
    },
    optimizer: adamw(),
    learningRate: () => 0.003,
  },
}

type Trained = Pick<Net, 'architecture' | 'optimizer' | 'learningRate' | 'augment'>

/** A trainer of a net on a device, and its chunks. */
async function open(
  { architecture, optimizer, learningRate, augment }: Trained,
  device: string,
  more: Partial<CompileOptions> = {},
) {
  const { graph, scalars } = trainingGraph(architecture, optimizer, BATCH)
  const weights = initialize(architecture, random(3, 0).uniform)
  const trainer = await engines.onnxruntime.compile(graph, {
    device,
    threads: 1,
    pixels: table.pixels,
    labels: table.labels,
    validation: unseen.pixels,
    seed: 3,
    state: Object.fromEntries(
      graph.state.map(({ name, dims }) => [
        name,
        weights[name]?.data ?? new Float32Array(dims.reduce((a, b) => a * b, 1)),
      ]),
    ),
    ...(augment && { augment }),
    ...more,
  })
  const series = (count: number, value: (step: number) => number) =>
    Float32Array.from({ length: count }, (_, i) => value(i))
  const chunk = (first: number, count: number) => ({
    rows: Uint32Array.from({ length: count * BATCH }, (_, i) => (first * BATCH + i) % table.rows),
    first,
    epoch: 1,
    scalars: {
      learning_rate: series(count, (step) => learningRate(first + step)),
      ...Object.fromEntries(
        Object.entries(scalars).map(([name, value]) => [name, series(count, (step) => value(first + step, STEPS))]),
      ),
    },
  })
  return { trainer, chunk }
}

/** Twenty steps in chunks of which none is a whole number of runs; gives losses, state and logits. */
async function trained(net: Trained, device: string, more: Partial<CompileOptions> = {}) {
  const { trainer, chunk } = await open(net, device, more)
  const losses: number[] = []
  for (const [first, count] of [
    [0, 9],
    [9, 11],
  ] as const)
    losses.push(...(await trainer.train(chunk(first, count))).losses)
  const found = { losses, state: await trainer.state(), logits: await trainer.validate(), layouts: trainer.layouts }
  await trainer.close()
  return found
}

/** The exported net's classes on the CPU, and how far apart each row's two largest probabilities are. */
async function exported(architecture: Architecture, state: Readonly<Record<string, Float32Array>>) {
  const weights = Object.fromEntries(
    parameters(architecture).map(({ name, dims }) => [name, { dims: [...dims], data: state[name]! }]),
  )
  const classifier = await load(toOnnx({ architecture, weights, classes: table.classes }), { device: 'cpu' })
  const { labels, probabilities } = await classifier.predict(unseen.pixels)
  await classifier.close()
  const margins = rowsOf(probabilities).map((row) => {
    const [largest = 0, second = 0] = row.toSorted().reverse()
    return largest - second
  })
  return { classes: [...labels], margins }
}

const rowsOf = (scores: Float32Array): Float32Array[] =>
  Array.from({ length: scores.length / 10 }, (_, row) => scores.subarray(row * 10, (row + 1) * 10))

/** Nodes of a training's profiles that onnxruntime ran on the CPU and that touch more than 64 numbers. */
function largeOnCpu(prefix: string): { nodes: number; onCpu: string[] } {
  interface Event {
    cat: string
    name: string
    args: { provider: string; op_name: string; input_type_shape?: Shapes; output_type_shape?: Shapes }
  }
  type Shapes = Record<string, number[]>[]
  const files = readdirSync(folder).filter((name) => name.startsWith(prefix))
  const events = files
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Event[])
    .filter(({ cat }) => cat === 'Node')
  const size = (shapes: Shapes = []) =>
    Math.max(0, ...shapes.flatMap((each) => Object.values(each).map((dims) => dims.reduce((a, b) => a * b, 1))))
  const onCpu = events.filter(
    ({ args }) =>
      args.provider !== 'WebGpuExecutionProvider' &&
      Math.max(size(args.input_type_shape), size(args.output_type_shape)) > 64,
  )
  return { nodes: events.length, onCpu: onCpu.map(({ name }) => name) }
}

test.each(Object.keys(nets))('20 steps of %s on WebGPU are the CPU’s, all on the device', async (name) => {
  const net = nets[name]!
  const profile = name.replaceAll(' ', '-')
  const found = await trained(net, 'webgpu', { profile: join(folder, profile) })
  const expected = await trained(net, 'cpu')
  expect(found.losses).toHaveLength(STEPS)
  found.losses.forEach((loss, step) => {
    expect(Math.abs(loss - expected.losses[step]!), `step ${step}`).toBeLessThan(1e-3)
  })
  const [onDevice, onCpu] = [
    await exported(net.architecture, found.state),
    await exported(net.architecture, expected.state),
  ]
  expect(rowsOf(found.logits).map((row) => row.indexOf(Math.max(...row)))).toEqual(onDevice.classes)
  const others = onDevice.classes.flatMap((label, row) => (label === onCpu.classes[row] ? [] : [onCpu.margins[row]!]))
  // After 20 steps some digits' two largest probabilities are all but equal.
  expect(others.filter((margin) => margin > 0.01)).toEqual([])
  expect(others.length).toBeLessThanOrEqual(1)
  const placed = largeOnCpu(profile)
  expect(placed.nodes).toBeGreaterThan(20)
  expect(placed.onCpu).toEqual([])
})

/** Resident memory of a process, in megabytes. */
function residentMegabytes(pid: number): number {
  const [, pages = ''] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')
  return (Number(pages) * 4096) / 2 ** 20
}

/** The one process that trains. */
function trainingProcess(): number {
  const [pid, ...others] = childrenCalled('pixelrow-train', process.pid)
  expect([typeof pid, others]).toEqual(['number', []])
  return pid!
}

const small: Net = {
  architecture: mlp(table, { hidden: [64] }),
  optimizer: sgd({ momentum: 0.9 }),
  learningRate: () => 0.05,
}

test('100 chunks leave memory as it was', async () => {
  const { trainer, chunk } = await open({ ...small, architecture: mlp(table, { hidden: [256] }) }, 'webgpu')
  const pid = trainingProcess()
  const megabytes: number[] = []
  for (let at = 0; at < 120; at++) {
    await trainer.train(chunk(at, 1))
    if (at >= 20) megabytes.push(residentMegabytes(pid))
  }
  await trainer.close()
  // Node's own memory comes and goes by some megabytes; one state a chunk that is not freed would be 0.42.
  expect(Math.abs(slope(megabytes))).toBeLessThan(0.1)
})

/** Of the line nearest to the values, by their places. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const [covariance, variance] = values.reduce(
    ([above, below], value, at) => [above + (at - middle) * (value - mean), below + (at - middle) ** 2],
    [0, 0],
  )
  return covariance / variance
}

/** What the CPU makes of the chunks from 9 on, when it begins with a state. */
async function goesOn(state: Record<string, Float32Array>) {
  const { trainer, chunk } = await open(small, 'cpu', { state })
  const { losses } = await trainer.train(chunk(9, 11))
  await trainer.close()
  return losses
}

test('a run that fails in the middle of a chunk is told, and leaves the state as it was', async () => {
  vi.stubEnv('NODE_OPTIONS', `--require ${join(import.meta.dirname, '../faults/device.cjs')}`)
  // Two runs of 7 and 1 + 1 steps, one that reads the state, and of the second chunk the second one.
  vi.stubEnv('FAULT_AT', '6')
  const { trainer, chunk } = await open(small, 'webgpu')
  vi.stubEnv('NODE_OPTIONS', '')
  await trainer.train(chunk(0, 9))
  const checkpoint = await trainer.state()
  const reason = 'the device is lost, as a test wants it'
  await expect(trainer.train(chunk(9, 11))).rejects.toMatchObject({
    code: 'TRAIN_DEVICE_LOST',
    params: { device: 'webgpu', reason },
  })
  expect(await trainer.state()).toEqual(checkpoint)
  const onDevice = await trainer.train(chunk(9, 11))
  await trainer.close()
  const onCpu = await goesOn(checkpoint)
  onCpu.forEach((loss, step) => {
    expect(Math.abs(loss - onDevice.losses[step]!)).toBeLessThan(1e-3)
  })
})

test('a process that is killed in the middle is told, and its last state trains on on the CPU', async () => {
  const { trainer, chunk } = await open(small, 'webgpu')
  await trainer.train(chunk(0, 9))
  const checkpoint = await trainer.state()
  const answer = trainer.train(chunk(9, 11))
  process.kill(trainingProcess(), 'SIGKILL')
  const reason = 'The process of pixelrow-train ended (SIGKILL)'
  const lost = { code: 'TRAIN_DEVICE_LOST', params: { device: 'webgpu', reason } }
  await expect(answer).rejects.toMatchObject(lost)
  await expect(trainer.state()).rejects.toMatchObject(lost)
  await trainer.close()
  const whole = await trained(small, 'cpu')
  ;(await goesOn(checkpoint)).forEach((loss, step) => {
    expect(Math.abs(loss - whole.losses[9 + step]!)).toBeLessThan(1e-3)
  })
})

test('losses end with the first that is no number, and the state is then as before the chunk', async () => {
  const { trainer, chunk } = await open(small, 'webgpu')
  await trainer.train(chunk(0, 2))
  const before = await trainer.state()
  const wild = chunk(2, 15)
  wild.scalars.learning_rate.fill(1e38, 8)
  const { losses } = await trainer.train(wild)
  expect(losses.length).toBeGreaterThan(8)
  expect(losses.length).toBeLessThan(15)
  expect(losses.findIndex((loss) => !Number.isFinite(loss))).toBe(losses.length - 1)
  expect(await trainer.state()).toEqual(before)
  await trainer.close()
})

test('without a driver WebGPU is refused with onnxruntime’s reason', async () => {
  vi.stubEnv('VK_ICD_FILENAMES', '/dev/null')
  await expect(open(small, 'webgpu')).rejects.toMatchObject({
    code: 'TRAIN_DEVICE_UNAVAILABLE',
    params: { engine: 'onnxruntime', device: 'webgpu', reason: expect.stringContaining('adapter') },
  })
})
