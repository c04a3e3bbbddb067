import { engines } from '@pixelrow/train'
import fc from 'fast-check'
import { test } from 'vitest'
import { architecture, expectDefinedStep } from './random-nets.ts'

test('a lowered step in onnxruntime does what its definition says, for random nets', async () => {
  await fc.assert(
    fc.asyncProperty(architecture, fc.integer({ min: 1, max: 1 << 30 }), (net, seed) =>
      expectDefinedStep(engines.onnxruntime, net, seed),
    ),
    { numRuns: 60, seed: 5 },
  )
})
