import { linear, mlp } from '@pixelrow/model'
import { adam, engines, type FitOptions, fit, predict, sgd, topK, trainingGraph } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'
import { firstSteps, trainings } from './tfjs-parity.ts'

// Plain tfjs is meant, whatever was built on this machine.
process.env.PIXELROW_CACHE = '/dev/null'

const table = quarters(400)
const options = {
  engine: 'tfjs',
  epochs: 4,
  batchSize: 16,
  learningRate: 0.01,
  optimizer: adam(),
  validation: 0.25,
  seed: 3,
  threads: 1,
}
// Plain tfjs takes a minute for the 20 steps of a whole `cnn`.
const tried = Object.keys(trainings).filter((name) => name !== 'cnn, Adam')

test.each(tried)('the first 20 losses of %s are those of the engine onnxruntime', async (name) => {
  const batch = 8
  const expected = await firstSteps(engines.onnxruntime, name, { batch })
  const found = await firstSteps(engines.tfjs, name, { batch })
  expect(found.losses).toHaveLength(20)
  found.losses.forEach((loss, step) => {
    expect(Math.abs(loss - expected.losses[step]!), `step ${step}: ${loss}`).toBeLessThan(1e-4)
  })
  expect(found.losses[19]).toBeLessThan(found.losses[0]!)
})

test('fit says what it ran on, learns, and reports epochs, metrics and progress', async () => {
  const seen: number[] = []
  const { model, history, engine, device, runtime } = await fit(mlp(table, { hidden: [8] }), table, {
    ...options,
    learningRate: 0.5,
    optimizer: sgd(),
    labelSmoothing: 0.05,
    metrics: { top2: topK(2) },
    onEpoch: ({ epoch }) => seen.push(epoch),
  })
  expect([engine, device, seen]).toEqual(['tfjs', 'cpu', [1, 2, 3, 4]])
  expect(runtime).toEqual({ name: 'tfjs', version: '4.22.0' })
  expect(history.at(-1)).toMatchObject({ accuracy: 1, metrics: { top2: 1 } })
  expect([...(await predict(model, table.pixels)).labels]).toEqual([...table.labels!])
})

test('interrupted and resumed, with dropout and augmentation, it ends in the same bits', async () => {
  const net = { ...mlp(table), layers: [...mlp(table).layers] }
  net.layers.splice(2, 0, { type: 'dropout', rate: 0.3 })
  const training: FitOptions = { ...options, augment: { shift: 1, rotation: 10 } }
  const whole = await fit(net, table, training)
  const controller = new AbortController()
  let checkpoint: Uint8Array | undefined
  const reason = new Error('interrupted')
  const interrupted = fit(net, table, {
    ...training,
    signal: controller.signal,
    onStep: ({ step }) => step >= 30 && controller.abort(reason),
    onCheckpoint: (bytes) => {
      checkpoint = bytes
    },
  })
  await expect(interrupted).rejects.toBe(reason)
  const resumed = await fit(net, table, { ...training, resume: checkpoint! })
  expect(bits(resumed.model.weights)).toEqual(bits(whole.model.weights))
  expect(resumed.history.map(({ trainLoss }) => trainLoss)).toEqual(whole.history.map(({ trainLoss }) => trainLoss))
})

test('a loss that is no number ends the chunk, and the state is as before it', async () => {
  const { graph } = trainingGraph(linear(table), sgd(), 4)
  const state = { '1.weight': new Float32Array(64).fill(1e38), '1.bias': new Float32Array(4) }
  const { pixels, labels } = table
  const given = { device: 'cpu', threads: 1, pixels, labels: labels!, seed: 0 }
  const names = graph.state.map(({ name }) => name)
  const weights = Object.fromEntries(names.map((name, i) => [name, Object.values(state)[i]!]))
  const trainer = await engines.tfjs.compile(graph, { ...given, state: weights })
  try {
    const rows = Uint32Array.from({ length: 12 }, (_, i) => i)
    const scalars = { learning_rate: new Float32Array(3).fill(1e30) }
    const { losses } = await trainer.train({ rows, first: 0, epoch: 1, scalars })
    expect(losses.length).toBeLessThan(3)
    expect(Number.isFinite(losses.at(-1))).toBe(false)
    expect(await trainer.state()).toEqual(weights)
  } finally {
    await trainer.close()
  }
  const diverging = fit(mlp(table), table, { ...options, optimizer: sgd(), learningRate: 1e30 })
  await expect(diverging).rejects.toThrow(/The loss is (NaN|Infinity) at step \d+: training diverged/)
})

test('every tensor is freed: after each chunk and each evaluation as many are alive as before', async () => {
  const name = 'small cnn, Muon'
  const { net, optimizer } = trainings[name]!
  const { graph } = trainingGraph(net, optimizer, 8)
  const state = Object.fromEntries(
    graph.state.map(({ name: key, dims }) => [key, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.01)]),
  )
  const pixels = new Uint8Array(16 * 784).fill(90)
  const labels = Uint16Array.from({ length: 16 }, (_, i) => i % 10)
  const trainer = await engines.tfjs.compile(graph, {
    device: 'cpu',
    threads: 1,
    pixels,
    labels,
    validation: pixels,
    seed: 0,
    state,
  })
  try {
    const counts = [await trainer.tensors!()]
    for (const rate of [0.01, 0.01, Number.POSITIVE_INFINITY]) {
      const scalars = Object.fromEntries(graph.scalars.map((key) => [key, new Float32Array(3).fill(rate)]))
      await trainer.train({ rows: Uint32Array.from({ length: 24 }, (_, i) => i % 16), first: 0, epoch: 1, scalars })
      await trainer.validate()
      counts.push(await trainer.tensors!())
    }
    expect(counts).toEqual(new Array(4).fill(counts[0]))
    expect(counts[0]).toBeGreaterThan(0)
  } finally {
    await trainer.close()
  }
})

test('a GPU that is not there is refused, never a run on the CPU', async () => {
  await expect(fit(mlp(table), table, { ...options, device: 'cuda' })).rejects.toThrow(
    /Device "cuda" cannot be used by engine tfjs: a GPU needs @tensorflow\/tfjs-node-gpu/,
  )
})
