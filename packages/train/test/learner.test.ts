import { type Layer, linear, mlp } from '@pixelrow/model'
import { adam, createLearner, type FitOptions, fit, muon, type Optimizer, predict, sgd } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'

const table = quarters(400)
const options = { batchSize: 16, learningRate: 0.02, seed: 3, validation: 0.25 }

/** A net in which every step is random: dropout, and pictures that are shifted and turned. */
const { input, layers } = mlp(table, { hidden: [8] })
const dropout: Layer = { type: 'dropout', rate: 0.3 }
const net = { input, layers: [...layers.slice(0, -1), { type: 'batchNorm' as const }, dropout, ...layers.slice(-1)] }
const augment = { shift: 1, rotation: 20 }

const untimed = (history: readonly object[]) => history.map((record) => ({ ...record, seconds: 0 }))

test.each<[string, Optimizer]>([
  ['sgd', sgd()],
  ['momentum', sgd({ momentum: 0.9 })],
  ['adam', adam()],
  ['muon', muon()],
])('%s: fit(1) again and again gives the bits, the history and the counts of one fit', async (_, optimizer) => {
  const given = { ...options, optimizer, augment }
  const counted: number[][] = []
  const whole = await fit(net, table, { ...given, epochs: 3, onStep: ({ step, epoch }) => counted.push([epoch, step]) })
  const seen: number[][] = []
  const epochs: number[] = []
  const learner = createLearner(net, table, {
    ...given,
    onStep: ({ step, epoch }) => seen.push([epoch, step]),
    onEpoch: ({ epoch }) => epochs.push(epoch),
  })
  for (const epoch of [1, 2, 3]) {
    expect((await learner.fit(1)).map((record) => record.epoch)).toEqual([epoch])
  }
  expect(bits(learner.model!.weights)).toEqual(bits(whole.model.weights))
  expect(untimed(learner.history)).toEqual(untimed(whole.history))
  expect(seen).toEqual(counted)
  expect(epochs).toEqual([1, 2, 3])
})

test('an epoch that ended in its middle is gone on with', async () => {
  const given = { ...options, optimizer: adam(), augment }
  const whole = await fit(net, table, { ...given, epochs: 3 })
  const learner = createLearner(net, table, given)
  expect((await learner.fit(1.5)).map(({ epoch }) => epoch)).toEqual([1, 2])
  expect(learner.history).toHaveLength(2)
  expect((await learner.fit(1.5)).map(({ epoch }) => epoch)).toEqual([2, 3])
  expect(bits(learner.model!.weights)).toEqual(bits(whole.model.weights))
  expect(untimed(learner.history)).toEqual(untimed(whole.history))
  // In other batches there is no middle to go on from: the next epoch begins.
  await learner.fit(0.5)
  await learner.fit(1, { batchSize: 20 })
  expect(learner.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5])
})

test('no epoch of several fits takes the batches of another', async () => {
  const learner = createLearner(net, table, { ...options, augment, learningRate: 1e-9 })
  const losses: string[] = []
  for (let time = 0; time < 3; time++) {
    const seen: string[] = []
    await learner.fit(1, { onStep: ({ loss }) => seen.push(loss.toFixed(4)) })
    losses.push(seen.join())
  }
  expect(new Set(losses).size).toBe(3)
})

test('given weights are where the first fit begins, and no other', async () => {
  const { weights } = (await fit(mlp(table), table, { epochs: 5, batchSize: 16, seed: 8 })).model
  const learner = createLearner(mlp(table), table, { ...options, weights })
  const [first] = await learner.fit(1)
  const [second] = await learner.fit(1)
  expect(second!.trainLoss).toBeLessThan(first!.trainLoss)
  const same = await fit(mlp(table), table, { ...options, weights, epochs: 2 })
  expect(bits(learner.model!.weights)).toEqual(bits(same.model.weights))
  // Weights given to a later fit are its own beginning.
  const [again] = await learner.fit(1, { weights })
  expect(again).toMatchObject({ epoch: 3 })
  expect(again!.trainLoss).toBeCloseTo(first!.trainLoss, 2)
})

test('another optimiser begins with nothing remembered, and its corrections with it', async () => {
  const learner = createLearner(mlp(table), table, { ...options, optimizer: sgd({ momentum: 0.9 }) })
  await learner.fit(1)
  const [begun] = await learner.fit(1, { optimizer: adam(), learningRate: 0.001 })
  const weights = learner.model!.weights
  const other = createLearner(mlp(table), table, { ...options, optimizer: sgd({ momentum: 0.9 }) })
  await other.fit(1)
  const fresh = createLearner(mlp(table), table, { ...options, optimizer: adam(), weights: other.model!.weights })
  const losses: number[] = []
  await fresh.fit(1, { learningRate: 0.001, onStep: ({ loss }) => losses.push(loss) })
  // Not the same order of rows, but steps of the same size: an Adam that took itself for an old one would hardly move.
  const moved = (after: Record<string, { data: Float32Array }>) =>
    Math.max(...after['1.weight']!.data.map((value, i) => Math.abs(value - other.model!.weights['1.weight']!.data[i]!)))
  expect(moved(weights) / moved(fresh.model!.weights)).toBeGreaterThan(0.5)
  expect(moved(weights) / moved(fresh.model!.weights)).toBeLessThan(2)
  expect(begun!.epoch).toBe(2)
})

test('a schedule belongs to one fit', async () => {
  const learner = createLearner(linear(table), table, { ...options, schedule: (step, steps) => 1 - step / steps })
  const rates = async () => {
    const seen: number[] = []
    await learner.fit(1, { onStep: ({ learningRate }) => seen.push(learningRate) })
    return seen
  }
  expect(await rates()).toEqual(await rates())
})

test('one fit at a time: another one is refused, and the first is not disturbed', async () => {
  const learner = createLearner(mlp(table), table, options)
  const first = learner.fit(2)
  await expect(learner.fit(1)).rejects.toMatchObject({ name: 'TrainError', code: 'TRAIN_LEARNER_BUSY' })
  await first
  const alone = await fit(mlp(table), table, { ...options, epochs: 2 })
  expect(bits(learner.model!.weights)).toEqual(bits(alone.model.weights))
  await learner.fit(1)
  expect(learner.history).toHaveLength(3)
})

test('a fit that fails or is aborted leaves the learner as it was', async () => {
  const learner = createLearner(mlp(table), table, options)
  await learner.fit(1)
  const before = { weights: bits(learner.model!.weights), history: [...learner.history] }
  const controller = new AbortController()
  const onStep = () => controller.abort(new Error('enough'))
  await expect(learner.fit(3, { signal: controller.signal, onStep })).rejects.toThrow('enough')
  await expect(learner.fit(1, { learningRate: 1e30 })).rejects.toMatchObject({ code: 'TRAIN_DIVERGED' })
  expect({ weights: bits(learner.model!.weights), history: [...learner.history] }).toEqual(before)
  await learner.fit(1)
  const whole = await fit(mlp(table), table, { ...options, epochs: 2 })
  expect(bits(learner.model!.weights)).toEqual(bits(whole.model.weights))
})

test('an aborted fit goes on from its checkpoint, in the learner and elsewhere', async () => {
  const given = { ...options, optimizer: adam(), augment }
  const learner = createLearner(net, table, given)
  await learner.fit(2)
  const controller = new AbortController()
  let resume: Uint8Array | undefined
  const interrupted = learner.fit(2, {
    signal: controller.signal,
    onStep: ({ step }) => step === 50 && controller.abort(),
    onCheckpoint: (bytes) => {
      resume = bytes
    },
  })
  await expect(interrupted).rejects.toThrow()
  const records = await learner.fit(2, { resume })
  expect(records.map(({ epoch }) => epoch)).toEqual([3, 4])
  const whole = await fit(net, table, { ...given, epochs: 4 })
  expect(bits(learner.model!.weights)).toEqual(bits(whole.model.weights))
  expect(untimed(learner.history)).toEqual(untimed(whole.history))
  const elsewhere = createLearner(net, table, { ...given, resume })
  await elsewhere.fit(2)
  await elsewhere.fit(1)
  const longer = await fit(net, table, { ...given, epochs: 5 })
  expect(bits(elsewhere.model!.weights)).toEqual(bits(longer.model.weights))
})

test('keepBest gives the best epoch of its fit, and the learner goes on from it', async () => {
  // The rate explodes after the second epoch, so what follows is worse.
  const schedule = (step: number) => (step < 36 ? 1 : 3000)
  const given = { ...options, learningRate: 0.01, optimizer: adam() }
  const learner = createLearner(mlp(table), table, given)
  await learner.fit(6, { schedule, keepBest: true })
  const kept = bits(learner.model!.weights)
  const last = await fit(mlp(table), table, { ...given, schedule, epochs: 6 })
  expect(kept).not.toEqual(bits(last.model.weights))
  // Steps too small to change anything.
  const [next] = await learner.fit(1, { learningRate: 1e-30 })
  expect(next!.epoch).toBe(7)
  expect(bits(learner.model!.weights)).toEqual(kept)
})

test('rows that it was trained on are not taken to validate on', async () => {
  const learner = createLearner(linear(table), table, { batchSize: 16, seed: 3 })
  await learner.fit(1)
  const code = 'TRAIN_LEARNER_SPLIT'
  await expect(learner.fit(1, { validation: 0.25 })).rejects.toMatchObject({ code })
  const split = createLearner(linear(table), table, options)
  await split.fit(1)
  await split.fit(1)
  await expect(split.fit(1, { seed: 4 })).rejects.toMatchObject({ code })
  await expect(split.fit(1, { validation: 0.5 })).rejects.toMatchObject({
    code,
    params: { found: '0.5 by seed 3', expected: '0.25 by seed 3' },
  })
  // Rows of another table are others.
  expect((await split.fit(1, { validation: quarters(40) })).map(({ epoch }) => epoch)).toEqual([3])
})

test.each<[unknown, FitOptions, RegExp]>([
  [0, {}, /^learner\.fit: epochs must be a number above 0, e\.g\. 10 or 1\.5; found 0\.$/],
  [undefined, {}, /^learner\.fit: epochs must be a number above 0, e\.g\. 10 or 1\.5; found null\.$/],
  [1, { learningRate: -1 }, /^learner\.fit: learningRate must be a number above 0/],
])('learner.fit(%j, %j) is refused', async (epochs, more, message) => {
  const learner = createLearner(linear(table), table, options)
  await expect(learner.fit(epochs as number, more)).rejects.toThrow(message)
})

test('before the first fit has ended there is nothing to predict with', async () => {
  const learner = createLearner(linear(table), table, options)
  await expect(learner.predict(table.pixels)).rejects.toMatchObject({ code: 'TRAIN_LEARNER_UNTRAINED' })
  expect(learner.outcome).toBeUndefined()
  await learner.fit(3)
  expect(learner.outcome).toMatchObject({ verdict: 'learned' })
  expect(await learner.predict(table.pixels)).toEqual(await predict(learner.model!, table.pixels))
})
