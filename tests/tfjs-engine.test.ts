import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from '../scripts/workspace.mjs'

const script = join(root, 'packages/train/test/fixtures/tfjs-child.mjs')

// Plain tfjs is meant, whatever was built on this machine; tests/full has the native one, and the recipe cnn.
test('what the engine tfjs trains predicts the same once it is exported', async () => {
  const env = { ...process.env, PIXELROW_CACHE: '/dev/null' }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, '40', '32', 'linear', 'mlp'], { env })
  expect(stderr).toBe('')
  const { nets, runtime } = JSON.parse(stdout)
  expect(runtime).toEqual({ name: 'tfjs', version: '4.22.0' })
  for (const name of ['linear', 'mlp']) {
    expect(nets[name]).toMatchObject({ otherClasses: 0, tensors: 0 })
    expect(nets[name].lossDifference).toBeLessThan(1e-4)
    expect(nets[name].probabilityDifference).toBeLessThan(1e-5)
    expect(nets[name].right).toBeGreaterThan(0.7)
  }
})
