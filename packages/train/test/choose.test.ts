import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached } from '@pixelrow/files'
import { mlp } from '@pixelrow/model'
import { chooseDevice, type FitOptions, fit } from '@pixelrow/train'
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

const table = quarters(1280)
const net = mlp(table)
/** A large job; nobody waits for its end. */
const choice = (more: FitOptions = {}) => chooseDevice(net, table, { batchSize: 64, steps: 100_000_000, ...more })
const small = (more: FitOptions) => chooseDevice(net, table, { epochs: 1, ...more })

test('TensorFlow is neither tried nor told of where none for GPUs is installed', async () => {
  const { engine, device, attempts } = await choice()
  expect([engine, device]).toEqual(['onnxruntime', 'cpu'])
  expect(attempts.filter(({ error }) => /TensorFlow/.test(error))).toEqual([])
})

test('a TensorFlow that alone sees a GPU is tried, and not taken where the CPU is faster', async () => {
  await setUpGpu(onGpu)
  const { engine, device, attempts } = await choice()
  expect([engine, device]).toEqual(['onnxruntime', 'cpu'])
  const [attempt] = attempts.filter(({ trial }) => trial)
  // Plain tfjs plays the GPU here.
  expect(attempt!.error).toMatch(/^in \d+ trial steps it took \d+ times as long as the CPU$/)
  expect(attempt!.trial!.lossDifference).toBeLessThan(1e-3)
})

test('tfjs trains on the GPU that it sees where it is asked to; the result says why and where', async () => {
  await setUpGpu(onGpu)
  const few = quarters(40)
  const result = await fit(mlp(few), few, { epochs: 1, device: 'cuda', engine: 'tfjs' })
  expect(result).toMatchObject({ engine: 'tfjs', device: 'cuda', choice: { reason: 'asked for' } })
  expect(await small({ device: 'cpu' })).toMatchObject({ engine: 'onnxruntime', reason: 'asked for' })
  const onCpu = await fit(mlp(few), few, { epochs: 1, engine: 'tfjs', device: 'cpu' })
  expect([onCpu.engine, onCpu.device]).toEqual(['tfjs', 'cpu'])
})

test('one that uses no GPU is not taken, and its own words are the reason', async () => {
  await setUpGpu(`
module.exports = require(${JSON.stringify(plain)})
console.error('W0000 00:00:1.2 3 gpu_device.cc:2342] Cannot dlopen some GPU libraries.')`)
  const error = 'the tfjs-node of pixelrow setup tfjs: TensorFlow uses no GPU here: Cannot dlopen some GPU libraries.'
  const { engine, attempts } = await choice()
  expect(engine).toBe('onnxruntime')
  expect(attempts).toContainEqual({ device: 'cuda', error })
  await expect(small({ engine: 'tfjs', device: 'cuda' })).rejects.toThrow(`engine tfjs: ${error}`)
})

test('one that does not load, or takes its process down, gives way to the next', async () => {
  await setUpGpu(`throw new Error('libcudart.so.12: cannot open shared object file')`)
  const broken = 'loading it failed: libcudart.so.12: cannot open shared object file'
  expect((await choice()).reason).toContain(broken)
  expect(await small({ engine: 'tfjs' })).toMatchObject({ engine: 'tfjs', device: 'cpu' })
  await setUpGpu(`process.abort()`)
  expect((await choice()).reason).toContain('loading it failed')
  expect(await small({ engine: 'tfjs' })).toMatchObject({ engine: 'tfjs', device: 'cpu' })
})

test('a training whose process dies says so', async () => {
  await setUpGpu(`${onGpu}
if (process.send) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 0)`)
  const table = quarters(40)
  await expect(fit(mlp(table), table, { epochs: 1000, engine: 'tfjs', device: 'cuda' })).rejects.toThrow(
    /The process that trains ended \(SIGKILL\)/,
  )
})
