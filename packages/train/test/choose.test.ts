import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached } from '@pixelrow/files'
import { mlp } from '@pixelrow/model'
import { chooseEngine, fit } from '@pixelrow/train'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { quarters } from './quarters.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-choose-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  process.env.PIXELROW_CACHE = '/dev/null'
})

const plain = createRequire(import.meta.url).resolve('@tensorflow/tfjs')
let count = 0

/** Puts a tfjs where `pixelrow setup tfjs --gpu` would: the real, plain one, whose backend then says what TensorFlow's says of a GPU. */
async function setUpGpu(source: string): Promise<void> {
  const cache = join(folder, String(count++))
  await cached(
    `tfjs/${process.platform}-${process.arch}/gpu-2.21.0`,
    async (built) => {
      const { mkdirSync } = await import('node:fs')
      const dist = join(built, 'node_modules/@tensorflow/tfjs-node/dist')
      mkdirSync(dist, { recursive: true })
      writeFileSync(join(dist, 'index.js'), source)
    },
    { folder: cache },
  )
  process.env.PIXELROW_CACHE = cache
}

const onGpu = `
const tf = module.exports = require(${JSON.stringify(plain)})
tf.setBackend('cpu')
tf.backend().isUsingGpuDevice = process.env.CUDA_VISIBLE_DEVICES !== '-1'`

test('without a TensorFlow.js for GPUs onnxruntime trains, and nothing is probed', async () => {
  const choice = { engine: 'onnxruntime', device: 'cpu', reason: 'no TensorFlow.js for GPUs is installed' }
  expect(await chooseEngine()).toEqual(choice)
  expect(await chooseEngine({ engine: 'onnxruntime' })).toEqual({ engine: 'onnxruntime', device: 'cpu' })
})

test('tfjs trains where it alone sees a GPU; the result says why and where', async () => {
  await setUpGpu(onGpu)
  const reason = 'the tfjs-node of pixelrow setup tfjs sees a GPU, onnxruntime none'
  expect(await chooseEngine()).toEqual({ engine: 'tfjs', device: 'cuda', reason })
  const table = quarters(40)
  const result = await fit(mlp(table), table, { epochs: 1 })
  expect(result).toMatchObject({ engine: 'tfjs', device: 'cuda', engineReason: reason })
  expect(await chooseEngine({ device: 'cpu' })).toMatchObject({
    engine: 'onnxruntime',
    reason: 'the CPU was asked for',
  })
  const onCpu = await fit(mlp(table), table, { epochs: 1, engine: 'tfjs', device: 'cpu' })
  expect([onCpu.device, onCpu.engineReason]).toEqual(['cpu', undefined])
})

test('one that uses no GPU is not taken, and its own words are the reason', async () => {
  await setUpGpu(`
module.exports = require(${JSON.stringify(plain)})
console.error('W0000 00:00:1.2 3 gpu_device.cc:2342] Cannot dlopen some GPU libraries.')`)
  const words = 'TensorFlow uses no GPU here: Cannot dlopen some GPU libraries.'
  const reason = `the tfjs-node of pixelrow setup tfjs: ${words}`
  expect(await chooseEngine()).toEqual({ engine: 'onnxruntime', device: 'cpu', reason })
  await expect(chooseEngine({ engine: 'tfjs', device: 'cuda' })).rejects.toThrow(`engine tfjs: ${reason}`)
})

test('one that does not load, or takes its process down, gives way to the next', async () => {
  await setUpGpu(`throw new Error('libcudart.so.12: cannot open shared object file')`)
  const broken = 'loading it failed: libcudart.so.12: cannot open shared object file'
  expect((await chooseEngine()).reason).toContain(broken)
  expect(await chooseEngine({ engine: 'tfjs' })).toEqual({ engine: 'tfjs', device: 'cpu' })
  await setUpGpu(`process.abort()`)
  expect((await chooseEngine()).reason).toContain('loading it failed')
  expect(await chooseEngine({ engine: 'tfjs' })).toEqual({ engine: 'tfjs', device: 'cpu' })
})

test('a training whose process dies says so', async () => {
  await setUpGpu(`${onGpu}
if (process.send) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 0)`)
  const table = quarters(40)
  await expect(fit(mlp(table), table, { epochs: 1000, engine: 'tfjs', device: 'cuda' })).rejects.toThrow(
    /The process that trains ended \(SIGKILL\)/,
  )
})
