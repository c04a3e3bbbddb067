import { linear, mlp } from '@pixelrow/model'
import {
  adam,
  chain,
  constant,
  cosine,
  type FitOptions,
  fit,
  flatCosine,
  measurePace,
  type Optimizer,
  oneCycle,
  type Schedule,
  scaleByLearningRate,
  sgd,
  warmUp,
} from '@pixelrow/train'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quarters } from './quarters.ts'

const table = quarters(400)
const options = { epochs: 3, batchSize: 100, seed: 3 }
const train = (more: FitOptions) => fit(mlp(table, { hidden: [8] }), table, { ...options, ...more })

const share = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }))
const amount = fc.double({ min: 0, max: 4, noNaN: true })
const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  fc.constant(constant()),
  amount.map((end) => cosine({ end })),
  fc.record({ warmup: share, start: amount, end: amount, linear: fc.boolean() }).map((given) => oneCycle(given)),
  fc.record({ flat: share, end: amount }).map((given) => flatCosine(given)),
)
const warmed = fc.tuple(schedules, share, amount).map(([next, part, start]) => warmUp(next, { share: part, start }))

test('every schedule is finite and not negative at every step, also at the ends of its options', () => {
  fc.assert(
    fc.property(fc.oneof(schedules, warmed), fc.integer({ min: 1, max: 60 }), (schedule, steps) => {
      for (let step = 0; step < steps; step++) {
        expect(schedule(step, steps)).toBeGreaterThanOrEqual(0)
        expect(schedule(step, steps)).toBeLessThanOrEqual(4 * (1 + 1e-12))
      }
    }),
    { numRuns: 500 },
  )
})

test('a cycle that only warms up ends at 1, a flat schedule never falls, and one step is taken at 1', () => {
  const rising = oneCycle({ warmup: 1, start: 0.2 })
  expect(rising(0, 11)).toBeCloseTo(0.2, 12)
  expect(rising(5, 11)).toBeCloseTo(0.6, 12)
  expect(rising(10, 11)).toBe(1)
  expect(oneCycle({ warmup: 1, start: 0, linear: true })(9, 11)).toBeCloseTo(0.9, 12)
  expect(oneCycle({ warmup: 0 })(0, 11)).toBe(1)
  expect(oneCycle({ warmup: 0, end: 0.1 })(10, 11)).toBeCloseTo(0.1, 12)
  expect([0, 5, 10].map((step) => flatCosine({ flat: 1 })(step, 11))).toEqual([1, 1, 1])
  expect([0, 5, 10].map((step) => flatCosine({ flat: 0 })(step, 11).toFixed(9))).toEqual(
    [0, 5, 10].map((step) => cosine()(step, 11).toFixed(9)),
  )
  expect(warmUp(constant(), { share: 1 })(10, 11)).toBeCloseTo(10 / 11, 12)
  expect(warmUp(cosine(), { share: 0 })(0, 11)).toBe(1)
  for (const schedule of [
    cosine(),
    oneCycle(),
    oneCycle({ start: 0, end: 0 }),
    flatCosine(),
    flatCosine({ flat: 0 }),
  ]) {
    expect(schedule(0, 1)).toBe(1)
  }
})

test.each<[string, Schedule, string]>([
  ['NaN', (step, steps) => (step === steps - 1 ? Number.NaN : 1), 'NaN at step 12'],
  ['infinite', (step) => (step === 5 ? Infinity : 1), 'Infinity at step 6'],
  ['more than 32 bits hold', (step) => (step === 5 ? 1e39 : 1), '1e+39 at step 6'],
  ['negative', (step) => 0.5 - step, '-0.5 at step 2'],
])('a rate that is %s is refused before the first step', async (_, schedule, found) => {
  let steps = 0
  const training = train({ schedule, learningRate: 1, onStep: () => steps++ })
  await expect(training).rejects.toMatchObject({
    code: 'TRAIN_SCHEDULE_INVALID',
    message: `The learning rate is ${found}; expected a finite number of at least 0. Look at the schedule.`,
  })
  expect(steps).toBe(0)
})

test('a schedule that changes its mind is refused at the step', async () => {
  let calls = 0
  const schedule = () => (calls++ < 15 ? 1 : Number.NaN)
  await expect(train({ schedule })).rejects.toMatchObject({ code: 'TRAIN_SCHEDULE_INVALID' })
})

test("so is an optimiser's number", async () => {
  const optimizer: Optimizer = {
    name: 'mine',
    options: {},
    transform: chain(
      (update, { g, scalar }) => g.op('Div', [update, scalar('mine', (step) => 1 / (3 - step))]),
      scaleByLearningRate,
    ),
  }
  await expect(train({ optimizer })).rejects.toMatchObject({
    code: 'TRAIN_SCHEDULE_INVALID',
    params: { what: 'mine', step: 4, expected: 'a finite number', found: 'Infinity' },
  })
  await expect(measurePace(linear(table), table, { schedule: () => Number.NaN })).rejects.toMatchObject({
    code: 'TRAIN_SCHEDULE_INVALID',
  })
})

/** A rate that ruins the net in its very last step. */
const ruin: Schedule = (step, steps) => (step === steps - 1 ? 1e38 : 1)

test.each<[string, FitOptions]>([
  ['one step', { steps: 1, learningRate: 1e38 }],
  ['the last of many', { schedule: ruin, learningRate: 1 }],
  ['with an optimiser that remembers', { schedule: ruin, learningRate: 1, optimizer: sgd({ momentum: 0.9 }) }],
  ['with validation', { schedule: ruin, learningRate: 1, validation: 0.25 }],
  ['with the best epoch kept', { schedule: ruin, learningRate: 1, validation: 0.25, keepBest: true }],
  ['with checkpoints', { schedule: ruin, learningRate: 1, onCheckpoint: () => {} }],
])('a training that blows up in its last step rejects: %s', async (_, more) => {
  const { pixels } = table
  // Bright pictures: their gradients are large.
  const bright = { ...table, pixels: pixels.map((value) => Math.min(255, 2 * value)) }
  const training = fit(mlp(bright, { hidden: [8] }), bright, { ...options, ...more })
  await expect(training).rejects.toMatchObject({
    name: 'TrainError',
    code: 'TRAIN_DIVERGED',
    message: expect.stringMatching(
      /^The (loss|validation loss|state \S+) is (NaN|-?Infinity) at step \d+: training diverged\. Try a learning rate ten times smaller\. With debug: true the error names the first value that is not finite\.$/,
    ),
  })
})

test('the optimiser’s memory is looked at, too', async () => {
  // The squares overflow where the weights, divided by their root, stay as they are.
  const optimizer: Optimizer = {
    name: 'huge',
    options: {},
    transform: (update, context) => {
      const { g, remember } = context
      const memory = remember('memory')
      const large = g.op('Exp', [g.op('Mul', [g.op('Mul', [update, update]), g.constant(hundredMillion)])])
      memory.next(g.op('Add', [memory.value, large]))
      return scaleByLearningRate(update, context)
    },
  }
  await expect(train({ optimizer, learningRate: 1e-6, steps: 1 })).rejects.toMatchObject({
    code: 'TRAIN_DIVERGED',
    params: { what: 'state 1.weight:memory', found: 'Infinity', step: 1, epoch: 1 },
  })
})

const hundredMillion = { dataType: 'float32' as const, dims: [], data: Float32Array.of(1e8) }

test('what learns well is not disturbed', async () => {
  const { outcome } = await train({
    optimizer: adam(),
    learningRate: 0.05,
    epochs: 10,
    schedule: oneCycle({ warmup: 1 }),
  })
  expect(outcome.verdict).toBe('learned')
})
