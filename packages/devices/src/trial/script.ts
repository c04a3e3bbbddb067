import { models } from './models.ts'

/** What the process of a trial writes to standard output, a line each, as far as it comes. */
export type Line =
  | { stage: 'session'; ms: number }
  | { stage: 'product'; firstMs: number; ms: number; wrong?: string }
  | { stage: 'convolution'; wrong?: string }
  /** What onnxruntime threw, and what it was doing. */
  | { stage: 'failed'; at: 'load' | 'session' | 'product' | 'convolution'; message: string }

/**
 * What a process of its own carries out, with onnxruntime's path, the device and the libraries to load before as arguments. The values are
 * small whole numbers, whose products every device has exactly, TF32 and float16 included.
 */
export const script = `
  const { writeSync } = require('node:fs')
  const { dlopen } = require('node:os').constants
  const [runtime, device, libraries] = process.argv.slice(1)
  const say = (line) => writeSync(1, '\\n' + JSON.stringify(line) + '\\n')
  const now = () => performance.now()
  const values = (count, most) => Float32Array.from({ length: count }, (_, i) => ((i * 7 + (i >> 4)) % (2 * most + 1)) - most)
  let at = 'load'

  function product(a, b) {
    const y = new Float32Array(64 * 64)
    for (let i = 0; i < 64; i++)
      for (let j = 0; j < 64; j++)
        for (let k = 0; k < 64; k++) y[i * 64 + j] += a[i * 64 + k] * b[k * 64 + j]
    return y
  }

  // 8 channels of 16 × 16, 8 filters of 3 × 3, no padding.
  function convolution(a, b) {
    const y = new Float32Array(8 * 14 * 14)
    for (let f = 0; f < 8; f++)
      for (let row = 0; row < 14; row++)
        for (let column = 0; column < 14; column++)
          for (let c = 0; c < 8; c++)
            for (let i = 0; i < 3; i++)
              for (let j = 0; j < 3; j++)
                y[(f * 14 + row) * 14 + column] += a[(c * 16 + row + i) * 16 + column + j] * b[((f * 8 + c) * 3 + i) * 3 + j]
    return y
  }

  function wrongIn(found, expected) {
    const index = expected.findIndex((value, i) => value !== found[i])
    return index < 0 ? {} : { wrong: 'value ' + index + ' is ' + found[index] + ', and should be ' + expected[index] }
  }

  async function main() {
    // Each throws, for it is no addon, and stays loaded: 0x1000 is RTLD_NODELETE.
    for (const path of JSON.parse(libraries))
      try { process.dlopen({ exports: {} }, path, dlopen.RTLD_NOW | dlopen.RTLD_GLOBAL | 0x1000) } catch {}
    const start = now()
    const { InferenceSession, Tensor, env } = require(runtime)
    // Where no Vulkan loader tells the adapter, onnxruntime's own search for devices does.
    if (process.platform === 'win32') env.logLevel = 'info'
    const open = (model) => InferenceSession.create(Buffer.from(model, 'base64'), { executionProviders: [device] })
    at = 'session'
    const session = await open('${models.product}')
    say({ stage: at, ms: now() - start })
    at = 'product'
    const [a, b] = [values(4096, 3), values(4096, 2)]
    const feeds = { a: new Tensor('float32', a, [64, 64]), b: new Tensor('float32', b, [64, 64]) }
    const began = now()
    const { y } = await session.run(feeds)
    const firstMs = now() - began
    await session.run(feeds)
    say({ stage: at, firstMs, ms: now() - began - firstMs, ...wrongIn(y.data, product(a, b)) })
    at = 'convolution'
    const [image, filters] = [values(2048, 2), values(576, 2)]
    const convolving = await open('${models.convolution}')
    const convolved = await convolving.run({ a: new Tensor('float32', image, [1, 8, 16, 16]), b: new Tensor('float32', filters, [8, 8, 3, 3]) })
    say({ stage: at, ...wrongIn(convolved.y.data, convolution(image, filters)) })
  }

  main().catch((error) => say({ stage: 'failed', at, message: String(error?.message ?? error) }))`
