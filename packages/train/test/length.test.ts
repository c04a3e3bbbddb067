import { linear } from '@pixelrow/model'
import { type FitOptions, fit } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'

const table = quarters(400)
const options = { batchSize: 16, learningRate: 0.5, seed: 3 }
const train = (more: FitOptions) => fit(linear(table), table, { ...options, ...more })

test('an epoch may be begun and not ended: the schedule spans the steps there are', async () => {
  const rates: number[] = []
  const { history, steps } = await train({
    epochs: 1.5,
    schedule: (step, all) => (step + 1) / all,
    onStep: ({ learningRate }) => rates.push(learningRate),
  })
  // 25 steps an epoch; 37.5 round up.
  expect(steps).toBe(38)
  expect(rates).toHaveLength(38)
  expect(rates.at(-1)).toBe(0.5)
  expect(history.map(({ epoch }) => epoch)).toEqual([1, 2])
  expect(history.at(-1)!.learningRate).toBe(0.5)
})

test('steps go before epochs and mean the same', async () => {
  const [inSteps, inEpochs] = [await train({ epochs: 9, steps: 30 }), await train({ epochs: 1.2 })]
  expect(inSteps.steps).toBe(30)
  expect(bits(inSteps.model.weights)).toEqual(bits(inEpochs.model.weights))
})

test('a part of an epoch reports the mean loss of its own steps', async () => {
  const losses: number[] = []
  const { history } = await train({ steps: 28, onStep: ({ loss }) => losses.push(loss) })
  const mean = losses.slice(25).reduce((sum, loss) => sum + loss) / 3
  expect(history.at(-1)!.trainLoss).toBeCloseTo(mean, 10)
})

test('a target ends the training after the epoch that reaches it, at its weights', async () => {
  const { history, steps, model } = await train({ epochs: 50, validation: 0.25, targetAccuracy: 0.9 })
  expect(history.length).toBeLessThan(50)
  expect(history.at(-1)!.accuracy).toBeGreaterThanOrEqual(0.9)
  expect(history.slice(0, -1).every(({ accuracy }) => accuracy! < 0.9)).toBe(true)
  expect(steps).toBe(history.length * 18)
  const same = await train({ steps, validation: 0.25 })
  expect(bits(model.weights)).toEqual(bits(same.model.weights))
})

test('a training that reached its target is not gone on with', async () => {
  const checkpoints: Uint8Array[] = []
  const asked = { epochs: 50, validation: 0.25, targetAccuracy: 0.9 }
  const whole = await train({ ...asked, onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint) })
  const resumed = await train({ ...asked, resume: checkpoints.at(-1)! })
  expect(resumed.history).toEqual(whole.history)
  expect(bits(resumed.model.weights)).toEqual(bits(whole.model.weights))
})

test.each<[FitOptions, RegExp]>([
  [{ epochs: 0 }, /epochs must be a number above 0, e\.g\. 10 or 1\.5; found 0/],
  [{ epochs: Number.NaN }, /found NaN/],
  [{ steps: 1.5 }, /steps must be a whole number of at least 1; found 1\.5/],
  [
    { targetAccuracy: 99, validation: 0.1 },
    /targetAccuracy must be a share above 0 and up to 1, e\.g\. 0\.99; found 99/,
  ],
  [{ targetAccuracy: 0.9 }, /targetAccuracy needs validation rows/],
])('refuses %j', async (more, message) => {
  await expect(train(more)).rejects.toThrow(message)
})
