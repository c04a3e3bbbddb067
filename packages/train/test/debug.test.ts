import { type Architecture, cnn, mlp } from '@pixelrow/model'
import { float32 } from '@pixelrow/onnx'
import {
  createLearner,
  type FitOptions,
  fit,
  type Optimizer,
  type Schedule,
  scaleByLearningRate,
  sgd,
  TrainError,
} from '@pixelrow/train'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'

const table = quarters(400)
const options = { epochs: 3, batchSize: 100, seed: 3, threads: 1 }

/** What a training that must diverge rejects with. */
async function errorOf(training: Promise<unknown>): Promise<TrainError & { params: { first?: First } }> {
  const error = await training.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(error instanceof TrainError)) throw new Error(`expected a TrainError, found ${error}`)
  expect(error.code).toBe('TRAIN_DIVERGED')
  return error
}

interface First {
  tensor: string
  step: number
  operator: string
  layer: string
  part: string
  numbers: { size: number; notFinite: number }
  inputs: { name: string; notFinite: number; least: number; most: number }[]
}

/** A rate that is harmless but at one step, counted from 1. */
const ruinAt =
  (place: number): Schedule =>
  (step) =>
    step + 1 === place ? 1e30 : 1

/** An optimiser whose memory, which nothing else reads, overflows where the learning rate is large: the sum of its exponentials. */
const overflowing: Optimizer = {
  name: 'overflowing',
  options: {},
  transform: (update, context) => {
    const { g, learningRate, remember, parameter } = context
    const memory = remember('memory')
    const zeros = g.op('Sub', [parameter, parameter])
    memory.next(g.op('Add', [memory.value, g.op('Exp', [g.op('Add', [zeros, learningRate])])]))
    return scaleByLearningRate(update, context)
  },
}

test('the very value and step are named where a memory overflows, in the middle of a chunk', async () => {
  const learningRate = 1e-3
  // exp(88.7…) is the largest that 32 bits hold; at the 9th step it is exp(1000).
  const schedule: Schedule = (step) => (step + 1 === 9 ? 1e6 : 1)
  const training = { ...options, learningRate, schedule, optimizer: overflowing, debug: true }
  const { params, message } = await errorOf(fit(mlp(table, { hidden: [8] }), table, training))
  expect(params.first).toMatchObject({
    step: 9,
    operator: 'Exp',
    layer: 'dense1',
    part: 'optimizer',
    numbers: { size: 16 * 8, notFinite: 16 * 8 },
    inputs: [{ notFinite: 0, least: Math.fround(1000), most: Math.fround(1000) }],
  })
  expect(message).toMatch(
    /The first value that is not finite is \S+ at step 9, made by Exp in dense1 \(optimizer\): 128 of 128 not finite/,
  )
  expect(message).toMatch(/Its inputs: \S+, 1000 to 1000\. Try a learning rate ten times smaller\.$/)
})

test.each<[string, Architecture, FitOptions]>([
  ['a dense net', mlp(table, { hidden: [8] }), {}],
  ['a dense net that is varied', mlp(table, { hidden: [8] }), { augment: { shift: 1, elastic: 1 } }],
  ['an optimiser that remembers', mlp(table, { hidden: [8] }), { optimizer: sgd({ momentum: 0.9 }) }],
  ['convolutions in blocks', cnn(table, { filters: [16, 16] }), {}],
])('a learning rate that ruins the weights is seen in the step after it: %s', async (_, architecture, more) => {
  const training = { ...options, ...more, schedule: ruinAt(7), learningRate: 1e-2, debug: true }
  const { params } = await errorOf(fit(architecture, table, training))
  const { step, numbers, inputs } = params.first!
  // The weights of step 7 are some 1e28; what overflows is made of them, in that step or the next one.
  expect([7, 8]).toContain(step)
  expect(numbers.notFinite).toBeGreaterThan(0)
  const sizes = inputs.flatMap(({ least, most }) => [Math.abs(least), Math.abs(most)])
  expect(inputs.every(({ notFinite }) => notFinite === 0)).toBe(true)
  expect(Math.max(...sizes)).toBeGreaterThan(1e18)
})

test('without debug the error says how to find out more', async () => {
  const training = { ...options, schedule: ruinAt(7), learningRate: 1e-2 }
  const { params, message } = await errorOf(fit(mlp(table, { hidden: [8] }), table, training))
  expect(params.first).toBeUndefined()
  expect(message).toMatch(/With debug: true the error names the first value that is not finite\.$/)
})

test('a training that is watched gives the same bits, and goes on in a learner', async () => {
  const architecture = mlp(table, { hidden: [8] })
  const whole = await fit(architecture, table, options)
  expect(bits((await fit(architecture, table, { ...options, debug: true })).model.weights)).toEqual(
    bits(whole.model.weights),
  )
  const learner = createLearner(architecture, table, { ...options, debug: true })
  for (let epoch = 0; epoch < options.epochs; epoch++) await learner.fit(1)
  expect(bits(learner.model!.weights)).toEqual(bits(whole.model.weights))
  const error = await errorOf(learner.fit(1, { learningRate: 1e30 }))
  expect(error.params.first!.step).toBeGreaterThan(12)
})

/** Divides by what is 0 where the learning rate is 0.05, and nowhere else. */
const dividing: Optimizer = {
  name: 'dividing',
  options: {},
  transform: (update, context) => {
    const { g, learningRate, remember, parameter } = context
    const zero = g.op('Sub', [learningRate, g.constant(float32(0.05))])
    const quotients = remember('quotients')
    quotients.next(g.op('Add', [quotients.value, g.op('Div', [parameter, zero])]))
    return scaleByLearningRate(update, context)
  },
}

const { layers, ...input } = mlp(table, { hidden: [32] })
const withDropout: Architecture = {
  ...input,
  layers: [...layers.slice(0, -1), { type: 'dropout', rate: 0.5 }, layers.at(-1)!],
}

test.each<[string, Architecture, FitOptions]>([
  ['random masks', withDropout, {}],
  ['augmentation', mlp(table, { hidden: [8] }), { augment: { shift: 1, rotation: 20, elastic: 1 } }],
  ['running statistics and blocks', cnn(table, { filters: [16, 16] }), {}],
])('what the failing step was given is what the training had by then: %s', async (_, architecture, more) => {
  const training: FitOptions = { ...options, batchSize: 20, ...more, learningRate: 0.05, optimizer: dividing }
  const until = (steps: number): FitOptions => ({ ...training, steps, schedule: (step) => (step === 27 ? 1 : 0.5) })
  const { params } = await errorOf(fit(architecture, table, { ...until(40), debug: true }))
  const { model } = await fit(architecture, table, until(27))
  const { step, operator, inputs } = params.first!
  expect({ step, operator }).toEqual({ step: 28, operator: 'Div' })
  const [weight, zero] = inputs
  const { data } = model.weights[weight!.name]!
  expect(weight!.least).toBeCloseTo(Math.min(...data), 4)
  expect(weight!.most).toBeCloseTo(Math.max(...data), 4)
  expect(zero).toMatchObject({ least: 0, most: 0 })
})

test('logits of rows to validate on are looked at, too', async () => {
  // The weights of the last step are finite, and too large for the pixels.
  const training = { ...options, steps: 4, validation: 0.25, batchSize: 75, schedule: ruinAt(4), learningRate: 1e-2 }
  const { params, message } = await errorOf(fit(mlp(table, { hidden: [8] }), table, { ...training, debug: true }))
  expect(message).toMatch(/^The validation loss is /)
  expect(params.first).toMatchObject({ step: 4, operator: 'Gemm', layer: 'dense3', part: 'forward' })
})
