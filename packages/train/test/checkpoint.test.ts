import { augment, type PixelTable } from '@pixelrow/data'
import { fromSafetensors, linear, mlp, toSafetensors } from '@pixelrow/model'
import {
  adam,
  confusionMatrix,
  createLearner,
  type FitOptions,
  fit,
  oneCycle,
  type StepRecord,
  TrainError,
  topK,
} from '@pixelrow/train'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'

const table = quarters(400)
const options = {
  epochs: 6,
  batchSize: 16,
  learningRate: 0.01,
  optimizer: adam(),
  schedule: oneCycle(),
  validation: 0.25,
  seed: 3,
  threads: 2,
}

/** Trains until `stopAfter` steps have been done, and gives the checkpoint left behind. */
async function interrupted(
  stopAfter: number,
  resume?: Uint8Array,
  source: PixelTable = table,
  more: FitOptions = {},
): Promise<Uint8Array> {
  const controller = new AbortController()
  const reason = new Error('interrupted')
  let checkpoint: Uint8Array | undefined
  const training = fit(mlp(source), source, {
    ...options,
    ...more,
    resume,
    signal: controller.signal,
    onStep: ({ step }) => {
      if (step >= stopAfter) controller.abort(reason)
    },
    onCheckpoint: (bytes) => {
      checkpoint = bytes
    },
  })
  await expect(training).rejects.toBe(reason)
  return checkpoint!
}

test.each([1, 7, 18, 19, 40])(
  'interrupted at step %i and resumed, the weights and the history are the same',
  async (stopAfter) => {
    const whole = await fit(mlp(table), table, options)
    const steps: StepRecord[] = []
    const resumed = await fit(mlp(table), table, {
      ...options,
      resume: await interrupted(stopAfter),
      onStep: (step) => steps.push(step),
    })
    expect(bits(resumed.model.weights)).toEqual(bits(whole.model.weights))
    const untimed = ({ history }: typeof whole) => history.map(({ seconds, ...record }) => record)
    expect(untimed(resumed)).toEqual(untimed(whole))
    expect(steps[0]!.step).toBeGreaterThan(stopAfter)
    expect(steps.at(-1)!.step).toBe(6 * 18)
  },
)

test('resumed twice, with the thread count of the checkpoint', async () => {
  const whole = await fit(mlp(table), table, options)
  const twice = await interrupted(60, await interrupted(10))
  const resumed = await fit(mlp(table), table, { ...options, threads: 1, resume: twice })
  expect(resumed.threads).toBe(2)
  expect(bits(resumed.model.weights)).toEqual(bits(whole.model.weights))
})

test('a checkpoint of another training, version or format is refused', async () => {
  const checkpoint = await interrupted(20)
  const resume = (bytes: Uint8Array, other = {}, source = table, architecture = mlp(table)) =>
    fit(architecture, source, { ...options, resume: bytes, ...other })
  await expect(resume(checkpoint, { seed: 4 })).rejects.toThrow(/of another training: its seed is 3, here it is 4/)
  await expect(resume(checkpoint, { epochs: 7 })).rejects.toThrow(/its steps is 108, here it is 126/)
  await expect(resume(checkpoint, { schedule: () => 1 })).rejects.toThrow(/its schedule/)
  await expect(resume(checkpoint, {}, quarters(404))).rejects.toThrow(/its rows is/)
  await expect(resume(checkpoint, {}, table, linear(table))).rejects.toThrow(/its architecture is/)
  for (const length of [0, 5, 100, checkpoint.length - 1]) {
    await expect(resume(checkpoint.slice(0, length))).rejects.toThrow(/The checkpoint is damaged/)
  }
  const text = new TextDecoder('latin1').decode(checkpoint)
  const changed = (from: string, to: string) => Uint8Array.from(text.replace(from, to), (char) => char.charCodeAt(0))
  await expect(resume(changed('pixelrow-checkpoint', 'pixelrow-chockpoint'))).rejects.toThrow(/not a checkpoint/)
  // What an older version wrote says too little of its training.
  await expect(resume(changed('"version":"2"', '"version":"1"'))).rejects.toThrow(
    /has version 1, expected 2: .*Train anew/,
  )
})

test('a checkpoint from anybody is looked at before it is gone on from', async () => {
  const checkpoint = await interrupted(20)
  const { weights, metadata } = fromSafetensors(checkpoint)
  const resume = (bytes: Uint8Array) => fit(mlp(table), table, { ...options, resume: bytes })
  const says = async (name: 'position' | 'identity', change: object | string) => {
    const value = typeof change === 'string' ? change : JSON.stringify({ ...JSON.parse(metadata[name]!), ...change })
    const error = await resume(toSafetensors(weights, { ...metadata, [name]: value })).catch((caught) => caught)
    expect(error).toBeInstanceOf(TrainError)
    expect(error.code).toBe('TRAIN_CHECKPOINT_DAMAGED')
    return error.message.replace('The checkpoint is damaged: ', '')
  }
  expect(await says('position', '[1')).toBe('its position is no JSON.')
  expect(await says('position', 'null')).toBe('its position must be an object; found null.')
  expect(await says('position', { epoch: '2' })).toMatch(/^its position’s epoch must be a whole number of at least 1; /)
  expect(await says('position', { history: [{}] })).toMatch(/^its position’s history must be a list of epochs; found /)
  expect(await says('position', { tally: { rows: 1 } })).toMatch(
    /^its position’s tally.rows must be a list of counts; /,
  )
  expect(await says('position', { script: 'x' })).toBe("its position has a field 'script' that nobody knows.")
  expect(await says('position', { total: undefined })).toBe('its position’s total must be there; found nothing.')
  expect(await says('position', { step: 21, total: 20 })).toBe('its position has more steps begun than done.')
  expect(await says('position', { earlier: 9 })).toBe('its position has 1 epochs, of which 9 are older.')
  expect(await says('position', { losses: undefined })).toBe('its position has steps without losses.')
  expect(await says('identity', 'null')).toBe('its identity lacks engine or threads.')
  expect(await says('identity', { threads: 1e9 + 0.5 })).toBe('its identity lacks engine or threads.')
  const [name, tensor] = Object.entries(weights)[0]!
  const short = { ...weights, [name]: { dims: [1], data: tensor.data.slice(0, 1) } }
  await expect(resume(toSafetensors(short, metadata))).rejects.toThrow(`its ${name} has 1 values; expected`)
})

test('keepBest gives the best epoch back, patience ends the training', async () => {
  // The rate explodes after the second epoch, so what follows is worse.
  const schedule = (step: number) => (step < 36 ? 1 : 3000)
  const training = { ...options, epochs: 20, schedule, patience: 2 }
  const kept = await fit(mlp(table), table, { ...training, keepBest: true })
  const best = kept.history.reduce((a, b) => (b.validationLoss! < a.validationLoss! ? b : a))
  expect(kept.history.length).toBe(best.epoch + 2)
  const { model } = await fit(mlp(table), table, { ...training, patience: undefined, epochs: 20, keepBest: false })
  expect(bits(kept.model.weights)).not.toEqual(bits(model.weights))
  const onlyBest = await fit(mlp(table), table, { ...training, keepBest: true, monitor: 'accuracy', minDelta: 2 })
  expect(onlyBest.history).toHaveLength(3)
})

test('what needs validation rows says so', async () => {
  for (const option of [{ keepBest: true }, { patience: 2 }, { metrics: { top2: topK(2) } }]) {
    await expect(fit(mlp(table), table, { ...options, validation: 0, ...option })).rejects.toThrow(
      /needs validation rows/,
    )
  }
})

test('metrics: top-k in the record, and a confusion matrix', async () => {
  const metrics = { top1: topK(1), top2: topK(2), all: topK(4) }
  const { history } = await fit(mlp(table), table, { ...options, epochs: 1, metrics })
  const { accuracy, metrics: found } = history[0]!
  expect(found!.top1).toBe(accuracy)
  expect(found!.top2).toBeGreaterThanOrEqual(found!.top1!)
  expect(found!.all).toBe(1)
  expect(topK(2)(Float32Array.of(1, 1, 1), Uint16Array.of(2))).toBe(0)
  expect(confusionMatrix(Uint16Array.of(0, 0, 1, 2), Uint16Array.of(0, 1, 1, 2), 3)).toEqual([
    [1, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
  ])
})

test('a learner goes on from its model and numbers its history on', async () => {
  const learner = createLearner(mlp(table), table, { ...options, schedule: undefined })
  await expect(learner.predict(table.pixels)).rejects.toThrow(/call fit first/)
  await learner.fit(2)
  const first = bits(learner.model!.weights)
  await learner.fit(3, { learningRate: 0.001 })
  expect(learner.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5])
  expect(learner.history[2]!.trainLoss).toBeLessThan(learner.history[0]!.trainLoss)
  expect(bits(learner.model!.weights)).not.toEqual(first)
  const { labels } = await learner.predict(table.pixels)
  expect(labels).toHaveLength(400)
})

test('augmented pictures are those that data’s augment makes of each row in each epoch, also when resumed', async () => {
  const augmentation = { shift: 1, rotation: 20, elastic: 0.5 }
  const once = { ...options, epochs: 1, validation: 0 }
  const augmented = await fit(mlp(table), table, { ...once, augment: augmentation })
  const pixels = augment(table.pixels, table.shape, { ...augmentation, seed: options.seed, epoch: 1 })
  const same = await fit(mlp(table), { ...table, pixels }, once)
  expect(bits(augmented.model.weights)).toEqual(bits(same.model.weights))
  const plain = await fit(mlp(table), table, once)
  expect(bits(augmented.model.weights)).not.toEqual(bits(plain.model.weights))

  const whole = await fit(mlp(table), table, { ...options, augment: augmentation })
  const checkpoint = await interrupted(30, undefined, table, { augment: augmentation })
  const resumed = await fit(mlp(table), table, { ...options, augment: augmentation, resume: checkpoint })
  expect(bits(resumed.model.weights)).toEqual(bits(whole.model.weights))
})
