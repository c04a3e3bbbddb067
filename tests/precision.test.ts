import { describe as describeFile, ExportError, fromOnnx, reducePrecision, toOnnx } from '@pixelrow/export'
import { cnn } from '@pixelrow/model'
import { adam, fit } from '@pixelrow/train'
import { beforeAll, expect, test } from 'vitest'
import { run } from '../packages/export/test/runtime.ts'
import { digits } from './digits.ts'

const train = digits('train', 4000)
const unseen = digits('t10k', 10_000)
const calibration = { pixels: train.pixels.subarray(0, 512 * 784) }

let bytes: Uint8Array

beforeAll(async () => {
  const options = { epochs: 2, batchSize: 64, learningRate: 0.004, optimizer: adam(), seed: 1 }
  bytes = toOnnx((await fit(cnn(train), train, options)).model)
})

function weightBytes(file: Uint8Array): number {
  const { weights } = describeFile(file)
  return Object.values(weights).reduce((sum, { bytes }) => sum + bytes, 0)
}

// int8 also has a scale for each channel, and biases of 32 bits.
test.each([
  ['float16', 0.501, 0.001],
  ['int8', 0.265, 0.003],
] as const)(
  '%s keeps %f of the weights’ bytes and loses at most %f on 10,000 digits',
  async (precision, share, most) => {
    const reduced = await reducePrecision(bytes, { precision, rows: unseen, calibration, run, maxLoss: most })
    const { accuracy, loss, changed, rows } = reduced.report
    expect(accuracy!.before).toBeGreaterThan(0.93)
    expect(loss).toBeLessThanOrEqual(most)
    expect(loss).toBeCloseTo(accuracy!.before - accuracy!.after, 10)
    expect(rows).toBe(10_000)
    expect(changed.length).toBeLessThan(60)
    expect(weightBytes(reduced.bytes) / weightBytes(bytes)).toBeLessThan(share)
    expect(() => fromOnnx(reduced.bytes)).toThrow(ExportError)
  },
)

test('int8’s weights themselves are a quarter', async () => {
  const reduced = await reducePrecision(bytes, { precision: 'int8', rows: unseen, calibration, run })
  const { int8, float32, int32 } = describeFile(reduced.bytes).weights
  const products = 16 * 25 + 32 * 16 * 9 + 64 * 32 * 9
  expect(int8!.bytes).toBeGreaterThan(products)
  expect(int8!.bytes).toBe(int8!.values)
  expect(int8!.values + int32!.values).toBe(
    describeFile(bytes).parameters - describeFile(bytes).weights.int64!.values - 1,
  )
  expect(float32!.values).toBeLessThan(400)
})
