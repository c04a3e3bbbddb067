import { cnn, linear } from '@pixelrow/model'
import { adam, fit, measurePace, profile } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'

const table = quarters(640)

test('a profile tells each operator’s part, and how near the whole is to the limit', async () => {
  const options = { batchSize: 32, optimizer: adam(), threads: 1, seconds: 0.4 }
  const { operators, ...whole } = await profile(cnn(table, { filters: [8, 16] }), table, options)
  expect(whole).toMatchObject({ batchSize: 32, engine: 'onnxruntime', device: 'cpu', threads: 1 })
  expect(operators.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10)
  expect(operators.map(({ name }) => name)).toEqual(expect.arrayContaining(['Conv', 'Gemm', 'Gather']))
  expect(operators.some(({ name }) => name === 'Loop')).toBe(false)
  // The step's own gathers: the batch's rows, their pixels and labels, and Adam's scalars.
  expect(operators.find(({ name }) => name === 'Gather')!.calls).toBeGreaterThanOrEqual(3)
  const times = operators.map(({ secondsPerStep }) => secondsPerStep)
  expect(times).toEqual(times.toSorted((a, b) => b - a))
  // 4×4, same padding: 5·5·1 to 8 channels on 16 places, 3·3·8 to 16 on 16, 256 to 4; gradients of weights and inputs
  // count as much again, but the first layer's input needs none.
  const layers = [16 * 8 * 25, 16 * 16 * 72, 256 * 4]
  const forward = layers.reduce((sum, products) => sum + 2 * 32 * products, 0)
  expect(whole.flopsPerStep).toBe(3 * forward - 2 * 32 * layers[0]!)
  expect(whole.shareOfLimit).toBeCloseTo(whole.flopsPerStep / whole.secondsPerStep / whole.flopLimit, 12)
  expect(whole.shareOfLimit).toBeGreaterThan(0)
  expect(whole.shareOfLimit).toBeLessThan(1)
  expect(whole.flopLimit).toBeGreaterThan(1e8)
})

test('measuring a pace leaves the training that follows as it would have been', async () => {
  const options = { batchSize: 16, steps: 20, seed: 5 }
  const before = await fit(linear(table), table, options)
  const { secondsPerStep, seconds } = await measurePace(linear(table), table, { ...options, measureSeconds: 0.1 })
  expect(secondsPerStep).toBeGreaterThan(0)
  expect(secondsPerStep).toBeLessThan(seconds)
  expect(bits((await fit(linear(table), table, options)).model.weights)).toEqual(bits(before.model.weights))
})

test('measuring ends when asked to', async () => {
  const controller = new AbortController()
  controller.abort(new Error('enough'))
  await expect(measurePace(linear(table), table, { signal: controller.signal })).rejects.toThrow('enough')
})
