import { describe, fromOnnx, optimize, toFloat16, toOnnx } from '@pixelrow/export'
import { mlp } from '@pixelrow/model'
import { expect, test } from 'vitest'
import { fuzz } from '../scripts/fuzz.mjs'
import { modelOf } from './models.ts'

test('2,000 mutated files: each taken or refused in words, at once, in bounded memory', () => {
  const { failures, accepted, refused } = fuzz(2000)
  expect(failures).toEqual([])
  expect(accepted + refused).toBe(2000 * 8)
  expect(accepted).toBeGreaterThan(1000)
  expect(refused).toBeGreaterThan(5000)
})

test.each([
  ['describe', describe],
  ['fromOnnx', fromOnnx],
  ['optimize', optimize],
  ['toFloat16', toFloat16],
] as const)('%s of a large file takes less than ten times its memory', (_, operation) => {
  const shape = { height: 64, width: 64, channels: 1, channelOrder: 'interleaved' as const }
  const bytes = toOnnx(modelOf(mlp({ shape, maxValue: 255, classes: ['a', 'b'] }, { hidden: [600] })))
  expect(bytes.length).toBeGreaterThan(9e6)
  const memory = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  const before = memory()
  operation(bytes)
  expect(memory() - before).toBeLessThan(10 * bytes.length)
})
