import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { engines } from '@pixelrow/train'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { architecture, expectDefinedStep } from '../../packages/train/test/random-nets.ts'
import { root } from '../../scripts/workspace.mjs'
import { nodeOf } from './nodes.ts'
import { builtForTests } from './tfjs-build.ts'

const script = join(root, 'packages/train/test/fixtures/tfjs-child.mjs')
const before = process.env.PIXELROW_CACHE

beforeAll(async () => {
  Object.assign(process.env, (await builtForTests()).env)
}, 1_200_000)

afterAll(() => {
  if (before === undefined) delete process.env.PIXELROW_CACHE
  else process.env.PIXELROW_CACHE = before
})

interface Compared {
  lossDifference: number
  firstLoss: number
  lastLoss: number
  otherClasses: number
  probabilityDifference: number
  right: number
  tensors: number
}

describe.each([20, 26] as const)('the engine tfjs on the tfjs-node of pixelrow setup tfjs, Node %s', (major) => {
  test('trains linear, mlp and cnn with the losses of onnxruntime, and the exported files predict the same', async () => {
    const words = [script, '150', '64', 'linear', 'mlp', 'cnn']
    const { stdout, stderr } = await promisify(execFile)(nodeOf(major), words, { env: process.env })
    expect(stderr).toBe('')
    const found = JSON.parse(stdout)
    expect(found.node).toMatch(new RegExp(`^v${major}\\.`))
    expect(found).toMatchObject({
      engine: 'tfjs',
      device: 'cpu',
      runtime: { name: 'tfjs-node', version: '4.22.0', tensorflow: '2.21.0' },
    })
    expect(Object.keys(found.nets)).toEqual(['linear', 'mlp', 'cnn'])
    for (const [name, net] of Object.entries<Compared>(found.nets)) {
      expect(net.lossDifference, name).toBeLessThan(1e-4)
      expect(net.otherClasses, name).toBe(0)
      expect(net.probabilityDifference, name).toBeLessThan(1e-5)
      expect(net.lastLoss, name).toBeLessThan(net.firstLoss / 2)
      expect(net.right, name).toBeGreaterThan(0.8)
      expect(net.tensors, name).toBe(0)
    }
  })
})

test('a step on the native addon does what its definition says, for random nets', async () => {
  await fc.assert(
    fc.asyncProperty(architecture, fc.integer({ min: 1, max: 1 << 30 }), (net, seed) =>
      expectDefinedStep(engines.tfjs, net, seed),
    ),
    { numRuns: 30, seed: 6 },
  )
})
