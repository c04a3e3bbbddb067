import type { PixelTable } from '@pixelrow/data'
import { type Architecture, cnn, mlp } from '@pixelrow/model'
import {
  adam,
  addDecayedWeights,
  chain,
  cosine,
  type FitOptions,
  fit,
  oneCycle,
  scaleByLearningRate,
  sgd,
  topK,
} from '@pixelrow/train'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'

const table = quarters(400)
const options = { epochs: 6, batchSize: 16, validation: 0.25, seed: 3, threads: 1, augment: { shift: 1 } }

/** The checkpoints of a training, one an epoch. */
async function checkpointsOf(more: FitOptions = {}, source: PixelTable = table): Promise<Uint8Array[]> {
  const checkpoints: Uint8Array[] = []
  await fit(mlp(source), source, { ...options, ...more, onCheckpoint: (bytes) => checkpoints.push(bytes) })
  return checkpoints
}

const inverted = { ...table, pixels: table.pixels.map((value) => 255 - value) }
const turned = { ...table, labels: table.labels!.map((label) => (label + 1) % 4) }
const renamed = { ...table, classes: ['se', 'sw', 'ne', 'nw'] }
const transform = chain(addDecayedWeights(0.5), scaleByLearningRate)
const other = quarters(80)

test.each<[string, { source?: PixelTable; architecture?: Architecture } & FitOptions]>([
  ['pixels', { source: inverted }],
  ['labels', { source: turned }],
  ['classes', { source: renamed }],
  ['rows', { source: quarters(404) }],
  ['architecture', { architecture: mlp(table, { hidden: [8] }) }],
  ['architecture', { architecture: cnn(table, { filters: [4] }) }],
  // Equal at the first, the middle and the last step.
  ['schedule', { schedule: (step) => (step % 5 === 1 ? 3 : 1) }],
  ['schedule', { schedule: cosine() }],
  ['learningRate', { learningRate: 0.2 }],
  ['optimizer', { optimizer: adam() }],
  ['optimizer', { optimizer: sgd({ momentum: 0.9 }) }],
  ['graph', { optimizer: { ...sgd(), transform, scalesLoss: false } }],
  ['labelSmoothing', { labelSmoothing: 0.1 }],
  ['classWeights', { classWeights: [1, 1, 1, 2] }],
  ['augment', { augment: { shift: 2 } }],
  ['augment', { augment: undefined }],
  ['seed', { seed: 4 }],
  ['steps', { epochs: 7 }],
  ['batchSize', { batchSize: 15, epochs: 5.4 }],
  ['layout', { layout: 'plain' }],
  ['rows', { validation: 0 }],
  ['rows', { validation: other }],
  ['ending', { patience: 2 }],
  ['ending', { keepBest: true }],
  ['ending', { targetAccuracy: 0.9 }],
])(
  'a checkpoint of another training is refused by what differs: %s',
  async (part, { source = table, architecture, ...more }) => {
    const [resume] = await checkpointsOf({ epochs: 6 })
    const resumed = fit(architecture ?? mlp(source), source, { ...options, ...more, resume })
    await expect(resumed).rejects.toMatchObject({
      name: 'TrainError',
      code: 'TRAIN_CHECKPOINT_OTHER',
      params: { part },
      message: expect.stringMatching(
        /^The checkpoint is of another training: its .* Pass what it began with, or train anew\.$/,
      ),
    })
  },
)

test('validation rows are part of it: they decide what is kept', async () => {
  const inTwo = { ...options, validation: other, keepBest: true }
  const [resume] = await checkpointsOf(inTwo)
  const changed = { ...other, pixels: other.pixels.map((value) => value >> 1) }
  await expect(fit(mlp(table), table, { ...inTwo, validation: changed, resume })).rejects.toMatchObject({
    code: 'TRAIN_CHECKPOINT_OTHER',
    params: { part: 'validation' },
    message: expect.stringContaining('its validation rows are others'),
  })
})

test('what decides no bit may change: callbacks, metrics, and functions made anew', async () => {
  const given = { schedule: oneCycle(), optimizer: adam() }
  const whole = await fit(mlp(table), table, { ...options, ...given })
  const [resume] = await checkpointsOf(given)
  const resumed = await fit(mlp(table), table, {
    ...options,
    schedule: oneCycle(),
    optimizer: adam(),
    metrics: { top2: topK(2) },
    onEpoch: () => {},
    resume,
  })
  expect(bits(resumed.model.weights)).toEqual(bits(whole.model.weights))
})

test('the versions that give the bits are part of it', async () => {
  const [resume] = await checkpointsOf()
  const text = new TextDecoder('latin1').decode(resume)
  const versions = /\\"onnxruntime\\":\\"(\d)/.exec(text)!
  const changed = Uint8Array.from(resume!)
  changed[versions.index + versions[0].length - 1] = '9'.charCodeAt(0)
  await expect(fit(mlp(table), table, { ...options, resume: changed })).rejects.toMatchObject({
    code: 'TRAIN_CHECKPOINT_OTHER',
    params: { part: 'versions' },
  })
})

/** A rate that ruins the net after the second epoch. */
const ruin = (step: number) => (step < 38 ? 1 : 3000)
test.each<[string, FitOptions]>([
  ['patience', { patience: 2, keepBest: true, schedule: ruin, learningRate: 0.01, optimizer: adam(), epochs: 20 }],
  ['targetAccuracy', { targetAccuracy: 0.9, epochs: 20 }],
  ['onEpoch', { onEpoch: ({ epoch }) => (epoch === 3 ? 'stop' : undefined), epochs: 20 }],
])('a training that was ended early (%s) is not gone on with', async (stopped, more) => {
  const given = { ...options, ...more }
  const checkpoints: Uint8Array[] = []
  const whole = await fit(mlp(table), table, { ...given, onCheckpoint: (bytes) => checkpoints.push(bytes) })
  expect(whole.stopped).toBe(stopped)
  expect(whole.history.length).toBeLessThan(20)
  expect(whole.steps).toBe(18 * whole.history.length)
  let steps = 0
  const { onEpoch: _, ...rest } = given
  const count = () => steps++
  const last = await fit(mlp(table), table, { ...rest, resume: checkpoints.at(-1)!, onStep: count })
  expect({ steps, stopped: last.stopped, history: last.history, outcome: last.outcome }).toEqual({
    steps: 0,
    stopped,
    history: whole.history,
    outcome: whole.outcome,
  })
  expect(bits(last.model.weights)).toEqual(bits(whole.model.weights))
  // From any earlier checkpoint it ends where it ended.
  const earlier = await fit(mlp(table), table, { ...given, resume: checkpoints.at(-2)!, onStep: count })
  expect(bits(earlier.model.weights)).toEqual(bits(whole.model.weights))
  expect([earlier.stopped, steps]).toEqual([stopped, 18])
})

test('a training that went to its end was not stopped', async () => {
  expect(await fit(mlp(table), table, options)).not.toHaveProperty('stopped')
})

test('a checkpoint whose position or identity is no JSON is damaged', async () => {
  const [resume] = await checkpointsOf()
  const text = new TextDecoder('latin1').decode(resume)
  for (const begin of ['"identity":"{', '"position":"{']) {
    const changed = Uint8Array.from(text.replace(begin, begin.replace('{', '!')), (char) => char.charCodeAt(0))
    await expect(fit(mlp(table), table, { ...options, resume: changed })).rejects.toMatchObject({
      code: 'TRAIN_CHECKPOINT_DAMAGED',
    })
  }
})
