import { mlp } from '@pixelrow/model'
import { createLearner, type DeviceMove, type Engine, type FitOptions, fit, type TrainingGraph } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { lost, withCard } from './card.ts'
import { bits, quarters } from './quarters.ts'

const table = quarters(640)
const net = mlp(table, { hidden: [16] })
const options = { validation: 0.1, batchSize: 64, epochs: 4, threads: 1 } satisfies FitOptions
const stepsAnEpoch = 9

/** A card that is lost once, in the chunk in which this step is done. */
function lostAt(step: number, cause?: 'memory') {
  let isGone = false
  return withCard({
    train: async (trainer, chunk) => {
      const done = chunk.first + chunk.rows.length / options.batchSize
      if (isGone || step <= done) {
        isGone = true
        throw lost('the driver was reset', cause)
      }
      return trainer.train(chunk)
    },
  })
}

const ofWeights = async (training: ReturnType<typeof fit>) => bits((await training).model.weights)

test('a training whose device is lost goes on from the last epoch’s end on the CPU, and says so', async () => {
  const engine = lostAt(2 * stepsAnEpoch + 4)
  const moves: DeviceMove[] = []
  const epochs: number[] = []
  const result = await fit(net, table, {
    ...options,
    engine,
    device: 'cuda',
    onMove: (move) => moves.push(move),
    onEpoch: ({ epoch }) => void epochs.push(epoch),
  })
  const [move] = moves
  expect(moves).toHaveLength(1)
  expect(move).toMatchObject({ from: 'cuda', to: 'cpu', wentOnFrom: 2 * stepsAnEpoch, reason: 'the driver was reset' })
  expect(move!.lostAt).toBeGreaterThanOrEqual(2 * stepsAnEpoch)
  expect(result).toMatchObject({ device: 'cpu', choice: { device: 'cuda' }, moves, steps: 4 * stepsAnEpoch })
  expect(epochs).toEqual([1, 2, 3, 4])
  expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
  expect(engine.compiled).toEqual(['cuda', 'cpu'])
  // This card computes as the CPU does: nothing is lost and nothing done twice.
  expect(bits(result.model.weights)).toEqual(await ofWeights(fit(net, table, options)))
})

test('before its first epoch’s end it goes on from the start, and at its very end from there', async () => {
  const whole = await ofWeights(fit(net, table, options))
  expect(await ofWeights(fit(net, table, { ...options, engine: lostAt(1), device: 'cuda' }))).toEqual(whole)
  let logits = 0
  const base = withCard()
  const atTheEnd: Engine = {
    ...base,
    async compile(graph, how) {
      const trainer = await base.compile(graph, how)
      if (how.device === 'cpu') return trainer
      return { ...trainer, logits: () => Promise.reject(++logits && lost('the driver was reset')) }
    },
  }
  const result = await fit(net, table, { ...options, engine: atTheEnd, device: 'cuda' })
  expect(logits).toBe(1)
  expect(result.moves).toMatchObject([{ lostAt: 4 * stepsAnEpoch, wentOnFrom: 4 * stepsAnEpoch }])
  expect(bits(result.model.weights)).toEqual(whole)
})

test('a point is kept within an epoch, too, where much would be done again', async () => {
  const batchSize = 10_000
  const rows = quarters(60 * batchSize)
  const wide = mlp(rows, { hidden: [2100, 2100] })
  const engine = withCard({
    // Nothing is computed: what is asked is only when a point is kept. Eight steps are what a CPU does in ten seconds.
    async train(_, chunk) {
      if (chunk.first >= 8) throw lost('the driver was reset')
      return { losses: new Float32Array(chunk.rows.length / batchSize).fill(1) }
    },
  })
  const controller = new AbortController()
  const moves: DeviceMove[] = []
  const onMove = (move: DeviceMove) => {
    moves.push(move)
    controller.abort(new Error('seen'))
  }
  const { signal } = controller
  await expect(fit(wide, rows, { batchSize, epochs: 1, engine, device: 'cuda', onMove, signal })).rejects.toThrow(
    'seen',
  )
  expect(moves[0]!.wentOnFrom).toBeGreaterThanOrEqual(8)
})

test('a checkpoint of a training that moved goes on where it went on', async () => {
  const checkpoints: Uint8Array[] = []
  const first = await fit(net, table, {
    ...options,
    engine: lostAt(stepsAnEpoch + 1),
    device: 'cuda',
    onCheckpoint: (bytes) => checkpoints.push(bytes),
  })
  const [onCard, ...onCpu] = checkpoints
  const resumed = await fit(net, table, { ...options, engine: withCard(), resume: onCpu[0]! })
  expect(resumed).toMatchObject({ device: 'cpu', moves: first.moves!, choice: { reason: 'the training began on it' } })
  expect(bits(resumed.model.weights)).toEqual(bits(first.model.weights))
  // One that the card wrote stays on the card.
  expect(await fit(net, table, { ...options, engine: withCard(), resume: onCard! })).toMatchObject({ device: 'cuda' })
  const absent = withCard({ device: { available: false, reason: 'no driver is loaded', fix: 'sudo modprobe nvidia' } })
  await expect(fit(net, table, { ...options, engine: absent, resume: onCard! })).rejects.toMatchObject({
    code: 'TRAIN_DEVICE_UNAVAILABLE',
    params: { device: 'cuda', wasBegun: true },
    advice: expect.stringMatching(
      /^sudo modprobe nvidia The training began on it; with a device named, such as cpu, it/,
    ),
  })
  // Unless another device is named.
  const elsewhere = await fit(net, table, { ...options, engine: absent, device: 'cpu', resume: onCard! })
  expect(elsewhere).toMatchObject({
    device: 'cpu',
    moves: [{ from: 'cuda', to: 'cpu', wentOnFrom: stepsAnEpoch, reason: 'another device was asked for' }],
  })
  expect(bits(elsewhere.model.weights)).toEqual(bits(first.model.weights))
  await expect(
    fit(net, table, { ...options, resume: onCard!, engine: withCard(), precision: 'fp16' }),
  ).rejects.toMatchObject({ code: 'TRAIN_CHECKPOINT_OTHER', params: { part: 'precision', was: 'fp32', is: 'fp16' } })
})

test('a learner, and the best epoch’s weights, outlive a lost device', async () => {
  const learner = createLearner(net, table, { ...options, engine: lostAt(stepsAnEpoch + 3), device: 'cuda' })
  await learner.fit(2, { keepBest: true })
  const plain = createLearner(net, table, options)
  await plain.fit(2, { keepBest: true })
  expect(bits(learner.model!.weights)).toEqual(bits(plain.model!.weights))
})

test('a batch that is too large for a device says which one fits; halves are tried', async () => {
  const sizes: number[] = []
  const small = (graph: TrainingGraph) => {
    sizes.push(graph.batchSize)
    return graph.batchSize <= 20
  }
  const engine = withCard({
    train: (trainer, chunk, graph) =>
      small(graph) ? trainer.train(chunk) : Promise.reject(lost('out of memory', 'memory')),
  })
  await expect(fit(net, table, { ...options, engine, device: 'cuda' })).rejects.toMatchObject({
    code: 'TRAIN_DEVICE_MEMORY',
    params: { device: 'cuda', batchSize: 64, fits: 16 },
    sentence: 'A batch of 64 rows does not fit into the memory of cuda; 16 do, found by halving.',
    advice: "Pass batchSize: 16, or device: 'cpu'.",
  })
  expect(sizes).toEqual([64, 32, 16])
  const advised = await fit(net, table, { ...options, engine, device: 'cuda', batchSize: 16 })
  expect(advised).toMatchObject({ device: 'cuda', steps: 4 * 36 })
  const none = withCard({ train: () => Promise.reject(lost('out of memory', 'memory')) })
  await expect(fit(net, table, { ...options, engine: none, device: 'cuda' })).rejects.toMatchObject({
    code: 'TRAIN_DEVICE_MEMORY',
    params: { fits: undefined },
  })
  // Memory that others take while it trains is a device lost.
  const moved = await fit(net, table, { ...options, engine: lostAt(stepsAnEpoch + 1, 'memory'), device: 'cuda' })
  expect(moved).toMatchObject({ device: 'cpu', moves: [{ reason: 'the driver was reset' }] })
})
