import type { AugmentOptions } from '@pixelrow/data'
import { type Architecture, initialize, type Layer, linear, mlp, resnet } from '@pixelrow/model'
import {
  adam,
  adamw,
  type Chunk,
  type CompileOptions,
  type Engine,
  engines,
  fit,
  muon,
  type Optimizer,
  sgd,
  trainingGraph,
} from '@pixelrow/train'
import { expect, test } from 'vitest'
import { quarters } from './quarters.ts'

// What CUDA is given, run by onnxruntime's CPU provider.
const cuda: Engine = {
  ...engines.onnxruntime,
  compile: (graph, options) => engines.onnxruntime.compile(graph, { ...options, device: 'cuda', provider: 'cpu' }),
}
const cpu: Engine = {
  ...engines.onnxruntime,
  compile: (graph, options) => engines.onnxruntime.compile(graph, { ...options, layout: 'plain' }),
}

const table = quarters(120)
const BATCH = 6
const { input } = linear(table)
const net = (...layers: Layer[]): Architecture => ({ input, layers: [...layers, { type: 'dense', units: 4 }] })
const pooled = net(
  { type: 'conv2d', filters: 4, kernelSize: 3, padding: 1 },
  { type: 'relu' },
  { type: 'maxPool2d', size: 2, stride: 1 },
  { type: 'conv2d', filters: 3, kernelSize: 2, stride: 2 },
  { type: 'gelu' },
  { type: 'averagePool2d', size: 1 },
  { type: 'flatten' },
)
const dropped = net({ type: 'flatten' }, { type: 'dense', units: 9 }, { type: 'relu' }, { type: 'dropout', rate: 0.4 })

interface Run {
  net?: Architecture
  optimizer?: Optimizer
  /** Steps of each chunk. */
  chunks?: readonly number[]
  rate?: (step: number) => number
  augment?: CompileOptions['augment']
  tableBytes?: number
  /** What a chunk says of those that follow. */
  next?: (chunk: Chunk, steps: number) => Chunk['next']
}

/** Trains on an engine, chunk by chunk over the same rows, and gives what came of it. */
async function trained(engine: Engine, { net: of = mlp(table, { hidden: [7] }), chunks = [1, 8, 23], ...run }: Run) {
  const { optimizer = sgd({ momentum: 0.9 }), rate = () => 0.05, augment, tableBytes, next } = run
  const { graph, scalars } = trainingGraph(of, optimizer, BATCH)
  const weights = initialize(of, (from, at) => ((from * 31 + at * 7919) % 1009) / 1009)
  const state = Object.fromEntries(
    graph.state.map(({ name, dims }) => [
      name,
      weights[name]?.data ?? new Float32Array(dims.reduce((a, b) => a * b, 1)),
    ]),
  )
  const { pixels, labels = new Uint16Array() } = table
  const options = { device: 'cpu', threads: 2, seed: 5, pixels, labels, state, tableBytes, ...(augment && { augment }) }
  const trainer = await engine.compile(graph, options)
  const losses: number[] = []
  const stepsOf = (first: number, steps: number, epoch = 1): NonNullable<Chunk['next']> => ({
    rows: Uint32Array.from({ length: steps * BATCH }, (_, i) => ((first * BATCH + i) * 7) % table.rows),
    first,
    epoch,
  })
  for (let [first, i] = [0, 0]; i < chunks.length; first += chunks[i++]!) {
    const steps = chunks[i]!
    const values = (name: string) =>
      Float32Array.from({ length: steps }, (_, t) => scalars[name]?.(first + t, 100) ?? rate(first + t))
    const chunk: Chunk = {
      ...stepsOf(first, steps),
      scalars: Object.fromEntries(graph.scalars.map((name) => [name, values(name)])),
    }
    const following = next?.({ ...chunk, ...stepsOf(first + steps, steps) }, steps)
    const found = await trainer.train({ ...chunk, ...(following && { next: following }) })
    losses.push(...found.losses)
    if (found.losses.length < steps) break
  }
  const result = { losses, state: await trainer.state(), logits: await trainer.logits(pixels) }
  await trainer.close()
  return result
}

type Result = Awaited<ReturnType<typeof trained>>

function expectSame(found: Result, expected: Result, tolerance = 1e-4): void {
  const all = ({ losses, logits, state }: Result) => ({ losses, logits, ...state })
  for (const [name, values] of Object.entries(all(expected))) {
    const other: ArrayLike<number> = all(found)[name as 'losses']
    expect(other.length, name).toBe(values.length)
    const largest = Math.max(1, ...Array.from(values, Math.abs))
    values.forEach((value, i) => {
      expect(Math.abs(other[i]! - value), `${name}[${i}]`).toBeLessThan(tolerance * largest)
    })
  }
}

test.each<[string, Run]>([
  ['an MLP with SGD', {}],
  ['plain SGD', { optimizer: sgd() }],
  ['Adam', { optimizer: adam() }],
  ['AdamW on a net with pools', { optimizer: adamw(), net: pooled }],
  ['Muon on a net with pools', { optimizer: muon(), net: pooled }],
  ['Muon of filters alone', { optimizer: muon({ filtersOnly: true, weightDecay: 0 }), net: pooled }],
  ['batch norm in residual layers', { net: resnet(table, { filters: [4, 6] }), optimizer: muon(), rate: () => 0.01 }],
  ['dropout', { net: dropped }],
])('eight steps an iteration train as one by one: %s', async (_, run) => {
  // Five iterations of Muon's make rounding in a direction without a gradient up to 500 times as large.
  const tolerance = run.optimizer?.name === 'muon' ? 5e-4 : 1e-4
  expectSame(await trained(cuda, run), await trained(cpu, run), tolerance)
})

test('chunks of every remainder train to the same bits', async () => {
  const expected = await trained(cuda, { chunks: [45], net: dropped })
  expect(await trained(cuda, { chunks: [1, 2, 3, 4, 5, 6, 7, 8, 9], net: dropped })).toEqual(expected)
})

test.each([0, 7, 17])(
  'a loss that is not finite after step %i ends the losses, and the chunk leaves no trace',
  async (at) => {
    const rate = (step: number) => (step === 6 + at ? 1e38 : 0.05)
    const chunks = [6, 19]
    const [found, expected] = [await trained(cuda, { chunks, rate }), await trained(cpu, { chunks, rate })]
    expect(found.losses.length).toBe(expected.losses.length)
    expect(found.losses.slice(0, -1).every(Number.isFinite)).toBe(true)
    expect(Number.isFinite(found.losses.at(-1))).toBe(false)
    const { state } = await trained(cuda, { chunks: [6], rate })
    expect(found.state).toEqual(state)
  },
)

test('what is made ahead is what is made at once, whether the foresight was right or not', async () => {
  const moved: Omit<AugmentOptions, 'rows' | 'seed' | 'epoch'> = { shift: 1, rotation: 20, background: 3 }
  const augment = { shape: table.shape, options: moved }
  const foresights: Run['next'][] = [
    ({ rows, first, epoch }) => ({ rows, first, epoch }),
    ({ rows, first, epoch }) => ({ rows: rows.slice(0, -BATCH), first, epoch }),
    ({ rows, first, epoch }) => ({ rows: rows.map((row, i) => (i < 2 * BATCH ? row : 0)), first, epoch }),
    ({ rows, first, epoch }) => ({ rows, first, epoch: epoch + 1 }),
  ]
  const run: Run = { net: dropped, augment, chunks: [1, 3, 3, 8, 5] }
  const expected = await trained(cuda, run)
  expectSame(expected, await trained(cpu, run))
  for (const next of foresights) expect(await trained(cuda, { ...run, next })).toEqual(expected)
})

test('of a table that is too large for the device the rows of each chunk go up', async () => {
  const run: Run = { net: dropped, next: (following) => following }
  expect(await trained(cuda, { ...run, tableBytes: 1000 })).toEqual(await trained(cuda, run))
})

test('fit foresees the steps that follow, in this epoch and the next one', async () => {
  const chunks: Chunk[] = []
  const listening: Engine = {
    ...engines.onnxruntime,
    name: 'listening',
    devices: async () => [{ name: 'cpu', available: true }],
    compile: async (graph, options) => {
      const trainer = await engines.onnxruntime.compile(graph, options)
      const train = (chunk: Chunk) => {
        chunks.push(chunk)
        return trainer.train(chunk)
      }
      return { ...trainer, train, looksAhead: true }
    },
  }
  await fit(linear(table), table, { engine: listening, device: 'cpu', epochs: 3, batchSize: BATCH })
  const last = chunks.pop()!
  expect(last.next).toBeUndefined()
  expect(last.epoch).toBe(3)
  const followers = [...chunks.slice(1), last]
  expect(chunks.length).toBeGreaterThan(3)
  for (const [i, { next }] of chunks.entries()) {
    const { rows, first, epoch } = followers[i]!
    const common = Math.min(rows.length, next!.rows.length)
    expect(common).toBeGreaterThan(0)
    expect({ ...next, rows: next!.rows.slice(0, common) }).toEqual({ rows: rows.slice(0, common), first, epoch })
  }
})
