import { describe as describeFile, ExportError, fromOnnx, reducePrecision, toOnnx } from '@pixelrow/export'
import { fit, recipes } from '@pixelrow/train'
import { beforeAll, expect, test } from 'vitest'
import { run } from '../packages/export/test/runtime.ts'
import { digits } from './digits.ts'

// The net that `pixelrow run` trains where nothing is said, on all of MNIST's digits.
const train = digits('train', 60_000)
const unseen = digits('t10k', 10_000)
const calibration = { pixels: train.pixels.subarray(0, 512 * 784) }

let bytes: Uint8Array

beforeAll(async () => {
  const { architecture, options } = recipes.fast.prepare(train)
  const { model } = await fit(architecture, train, { ...options, validation: 0.05, seed: 1 })
  bytes = toOnnx(model)
}, 120_000)

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
    expect(accuracy!.before).toBeGreaterThan(0.985)
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
  const filters = 16 * 36 + 32 * 16 * 9 + 64 * 32 * 9
  const dense = 256 * 10
  // Each number of a filter or of the dense layer is a byte, and nothing of them is left in float32.
  expect(int8).toEqual({ values: filters + dense, bytes: filters + dense })
  expect(int32).toEqual({ values: 16 + 32 + 64 + 10, bytes: 4 * 122 })
  expect(float32!.values).toBeLessThan(300)
})
