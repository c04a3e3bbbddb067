import { mlp } from '@pixelrow/model'
import { profile } from '@pixelrow/train'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { quarters } from '../../packages/train/test/quarters.ts'
import { softwareVulkan } from '../chromium.ts'

beforeAll(() => {
  for (const [name, value] of Object.entries(softwareVulkan())) vi.stubEnv(name, value)
})
afterAll(() => {
  vi.unstubAllEnvs()
})

test('a profile on WebGPU tells its kernels by the device’s clock', async () => {
  const table = quarters(640)
  const options = { device: 'webgpu', batchSize: 16, seconds: 0.2 }
  const { operators, ...whole } = await profile(mlp(table, { hidden: [32] }), table, options)
  expect(whole).toMatchObject({ device: 'webgpu', batchSize: 16, timesOf: 'kernels' })
  expect(whole.flopsPerStep).toBe(2 * 16 * (2 * 16 * 32 + 3 * 32 * 4))
  expect(whole.shareOfLimit).toBeGreaterThan(0)
  expect(operators.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10)
  // A step's own products, whichever the number of steps a run: two forward, two of weights and one of what lies between.
  const products = operators.filter(({ name }) => ['Gemm', 'MatMul'].includes(name))
  expect(products.reduce((sum, { calls }) => sum + calls, 0)).toBeCloseTo(5, 10)
})
