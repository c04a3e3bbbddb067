import { linear, mlp } from '@pixelrow/model'
import { createLearner, type FitOptions, fit } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'

const table = quarters(400)
const options = { epochs: 3, batchSize: 100, learningRate: 0.5, seed: 3 }

/** Other things that wait get their turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

const names = ['onStep', 'onEpoch', 'onProgress', 'onCheckpoint'] as const
const callback = (name: (typeof names)[number], work: () => unknown): FitOptions => ({ [name]: work })

test.each(names)('%s is awaited before the training goes on', async (name) => {
  let calls = 0
  let goOn = () => {}
  const first = new Promise<void>((begun) => {
    goOn = begun
  })
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let isEnded = false
  const work = () => {
    calls++
    goOn()
    return gate
  }
  const training = fit(linear(table), table, { ...options, ...callback(name, work) }).finally(() => {
    isEnded = true
  })
  await first
  // Meanwhile another training goes all its way.
  const plain = await fit(linear(table), table, options)
  expect({ calls, isEnded }).toEqual({ calls: 1, isEnded: false })
  release()
  const { model } = await training
  expect(calls).toBeGreaterThanOrEqual(3)
  expect(bits(model.weights)).toEqual(bits(plain.model.weights))
})

test.each(names)('what %s rejects with, or throws, ends the training', async (name) => {
  for (const asynchronous of [true, false]) {
    const reason = new Error('disk full')
    let calls = 0
    const work = () => {
      calls++
      if (asynchronous) return Promise.reject(reason)
      throw reason
    }
    await expect(fit(linear(table), table, { ...options, ...callback(name, work) })).rejects.toBe(reason)
    expect(calls).toBe(1)
  }
})

test('onEpoch ends the training by a criterion of its own, and the model is there', async () => {
  for (const stop of [() => 'stop', async () => 'stop']) {
    const epochs: number[] = []
    const checkpoints: Uint8Array[] = []
    const { model, history, steps, stopped } = await fit(mlp(table), table, {
      ...options,
      epochs: 50,
      validation: 0.25,
      onEpoch: ({ epoch, validationLoss }) => {
        epochs.push(epoch)
        return validationLoss! < 0.5 ? stop() : undefined
      },
      onCheckpoint: (bytes) => checkpoints.push(bytes),
    })
    expect(stopped).toBe('onEpoch')
    expect(history.at(-1)!.validationLoss).toBeLessThan(0.5)
    expect(history.slice(0, -1).every(({ validationLoss }) => validationLoss! >= 0.5)).toBe(true)
    expect(epochs).toEqual(history.map(({ epoch }) => epoch))
    expect([steps, checkpoints.length]).toEqual([3 * history.length, history.length])
    const same = await fit(mlp(table), table, { ...options, steps, validation: 0.25 })
    expect(bits(model.weights)).toEqual(bits(same.model.weights))
  }
})

test('whatever else onEpoch gives goes on', async () => {
  const seen: unknown[] = []
  for (const answer of [true, 'go on', 1, null, { stop: true }]) {
    const { history } = await fit(linear(table), table, { ...options, onEpoch: () => answer })
    seen.push(history.length)
  }
  expect(seen).toEqual([3, 3, 3, 3, 3])
})

test('a learner that was stopped goes on from there', async () => {
  const learner = createLearner(mlp(table), table, options)
  expect(await learner.fit(5, { onEpoch: ({ epoch }) => (epoch === 2 ? 'stop' : undefined) })).toHaveLength(2)
  expect((await learner.fit(1)).map(({ epoch }) => epoch)).toEqual([3])
  const whole = await fit(mlp(table), table, options)
  expect(bits(learner.model!.weights)).toEqual(bits(whole.model.weights))
})

test('an abort while a callback is awaited leaves its last checkpoint', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  let checkpoint: Uint8Array | undefined
  const training = fit(mlp(table), table, {
    ...options,
    signal: controller.signal,
    onStep: async ({ step }) => {
      await turn()
      if (step === 2) controller.abort(reason)
    },
    onCheckpoint: async (bytes) => {
      await turn()
      checkpoint = bytes
    },
  })
  await expect(training).rejects.toBe(reason)
  const resumed = await fit(mlp(table), table, { ...options, resume: checkpoint })
  const whole = await fit(mlp(table), table, options)
  expect(bits(resumed.model.weights)).toEqual(bits(whole.model.weights))
})
