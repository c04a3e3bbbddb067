// Runs in the page: every contender on the same rows, one after the other, again and again.
import { load } from '@pixelrow/infer-web'

const { tf } = globalThis

/** Times in milliseconds by contender, `rounds` × `repeats` of each; the first round, which warms up, is not among them. */
export async function measure({ rows, repeats, rounds, weights }) {
  const pixels = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 37 + (i >> 9)) % 256)
  const contenders = {
    'bare onnxruntime-web': await bare(rows),
    pixelrow: await ours(rows),
    'tfjs wasm': await tfjs('wasm', weights, rows),
    'tfjs webgl': await tfjs('webgl', weights, rows),
  }
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  const expected = await contenders['bare onnxruntime-web'](pixels)
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const found = await run(pixels)
      const furthest = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i])), 0)
      if (!(furthest < 1e-4)) throw new Error(`${name}: probabilities differ by ${furthest}`)
      for (let repeat = 0; repeat < repeats; repeat++) {
        const start = performance.now()
        await run(pixels)
        if (round >= 0) times[name].push(performance.now() - start)
      }
    }
  }
  return { times, renderer: renderer() }
}

async function bare(rows) {
  const { InferenceSession, Tensor, env } = await import('onnxruntime-web/wasm')
  env.wasm.numThreads = 1
  const session = await InferenceSession.create('/files/model.onnx', { executionProviders: ['wasm'] })
  const [input] = session.inputNames
  return async (pixels) => {
    const { probabilities } = await session.run({ [input]: new Tensor('uint8', pixels, [rows, 784]) })
    return probabilities.data
  }
}

/** One row as an app asks for it, many as a table. */
async function ours(rows) {
  const classifier = await load('/files/model.onnx', { device: 'wasm', threads: 1 })
  if (rows > 1) return async (pixels) => (await classifier.predict(pixels)).probabilities
  return async (pixels) => {
    const { top } = await classifier.classify(pixels, { top: 10 })
    return top.toSorted((a, b) => a.index - b.index).map(({ probability }) => probability)
  }
}

/** The same net by hand: filters are [out, in, height, width] there and [height, width, in, out] here, and what is flattened has channels first there. */
async function tfjs(backend, weights, rows) {
  if (backend === 'wasm') {
    tf.wasm.setWasmPaths('/tfjs-wasm/')
    tf.wasm.setThreadsCount(1)
  }
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no ${backend} here`)
  await tf.ready()
  const tensor = (name) => tf.tensor(weights[name].data, weights[name].dims)
  const filter = (layer) => tensor(`${layer}.weight`).transpose([2, 3, 1, 0])
  const [first, second, dense] = [filter(0), filter(3), tensor('7.weight')]
  const [bias0, bias3, bias7] = [tensor('0.bias'), tensor('3.bias'), tensor('7.bias')]
  return async (pixels) => {
    await tf.setBackend(backend)
    const result = tf.tidy(() => {
      const images = tf.tensor(pixels, [rows, 28, 28, 1], 'float32').div(255)
      const a = tf.maxPool(images.conv2d(first, 2, 'same').add(bias0).relu(), 2, 2, 'valid')
      const b = tf.maxPool(a.conv2d(second, 1, 'same').add(bias3).relu(), 2, 2, 'valid')
      return b.transpose([0, 3, 1, 2]).reshape([rows, 288]).matMul(dense).add(bias7).softmax()
    })
    const data = await result.data()
    result.dispose()
    return data
  }
}

function renderer() {
  const gl = document.createElement('canvas').getContext('webgl2')
  const info = gl?.getExtension('WEBGL_debug_renderer_info')
  return info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : 'none'
}
