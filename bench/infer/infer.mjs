// How long do 1, 256 and 28,000 rows take, inline, through the worker and through a process of its own, beside bare onnxruntime-node and Python's
// onnxruntime on the same model and cores? What do shared runs gain for 64 callers, and how late are the host's timers during a long run?
// TensorFlow.js runs the same net in processes of its own, as Python does; the other contenders alternate in one. ROUNDS (7), THREADS (2),
// PYTHON (one with onnxruntime and numpy), TFJS_NODE (the folder of a tfjs-node; default: what `pixelrow setup tfjs` has built).
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from 'pixelrow'
import { tfjsNode, tfjsThreads } from '../tfjs.mjs'
import { writeModel } from './model.mjs'

process.env.ORT_DISABLE_TELEMETRY ??= '1'
const rounds = Number(process.env.ROUNDS ?? 7)
const threads = Number(process.env.THREADS ?? 2)
const python = process.env.PYTHON
const cli = createRequire(createRequire(import.meta.url).resolve('pixelrow'))
const { InferenceSession, Tensor } = cli('onnxruntime-node')

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-bench-'))
const path = join(folder, 'model.onnx')
writeModel(path)

const session = await InferenceSession.create(path, { intraOpNumThreads: threads, interOpNumThreads: 1 })
const inline = await load(path, { device: 'cpu', threads, worker: false })
const worker = await load(path, { device: 'cpu', threads })
const isolated = await load(path, { device: 'cpu', threads, isolate: true })

/** Chunks of 256 rows, as one run of 28,000 is slower for everybody. */
async function bare(pixels) {
  const rows = pixels.length / 784
  const labels = new Uint16Array(rows)
  const probabilities = new Float32Array(rows * 10)
  for (let from = 0; from < rows; from += 256) {
    const count = Math.min(256, rows - from)
    const part = new Tensor('uint8', pixels.subarray(from * 784, (from + count) * 784), [count, 784])
    const results = await session.run({ [session.inputNames[0]]: part })
    probabilities.set(results.probabilities.data, from * 10)
    for (let row = 0; row < count; row++) labels[from + row] = Number(results.label.data[row])
  }
  return { labels, probabilities }
}

const contenders = {
  'bare onnxruntime-node': bare,
  'pixelrow inline': (pixels) => inline.predict(pixels),
  'pixelrow worker': (pixels) => worker.predict(pixels),
  'pixelrow process': (pixels) => isolated.predict(pixels),
}
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const sameAs = (a, b) =>
  a.labels.every((label, row) => label === b.labels[row]) && a.probabilities.every((p, i) => p === b.probabilities[i])

for (const [rows, repeats] of [
  [1, 400],
  [256, 40],
  [28_000, 1],
]) {
  const pixels = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 37 + (i >> 9)) % 256)
  const times = {}
  const expected = await bare(pixels)
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      if (!sameAs(await run(pixels), expected)) throw new Error(`${name} gives other results`)
      for (let repeat = 0; repeat < repeats; repeat++) {
        const start = performance.now()
        await run(pixels)
        const time = performance.now() - start
        // The first round warms up.
        if (round >= 0) times[name] = [...(times[name] ?? []), time]
      }
    }
  }
  if (python) times['Python onnxruntime'] = inPython(rows, repeats)
  const peers = { ...(tfjsNode() && { 'tfjs-node': 'node' }), 'tfjs wasm': 'wasm', 'tfjs plain': 'cpu' }
  for (const [name, backend] of Object.entries(peers)) times[name] = inTfjs(backend, rows, repeats, expected)
  const base = median(times['bare onnxruntime-node'])
  console.log(`\n${rows.toLocaleString('en')} row${rows > 1 ? 's' : ''}, ${threads} threads`)
  const line = (values) => ({
    'ms, median': Number(median(values).toFixed(3)),
    least: Number(Math.min(...values).toFixed(3)),
    'over bare, ms': Number((median(values) - base).toFixed(3)),
    'of bare': Number((median(values) / base).toFixed(3)),
  })
  console.table(Object.fromEntries(Object.entries(times).map(([name, values]) => [name, line(values)])))
  const share = (name) => (median(times[name]) / median(times['tfjs-node'])).toFixed(3)
  if (times['tfjs-node'])
    console.log(`Of tfjs-node's time: pixelrow inline ${share('pixelrow inline')}, worker ${share('pixelrow worker')}`)
}
if (!tfjsNode()) console.log('No tfjs-node: run pixelrow setup tfjs, or set TFJS_NODE to the folder of a built one.')
if (!python) console.log('No Python: set PYTHON to an interpreter that has onnxruntime and numpy.')

function inPython(rows, repeats) {
  const script = fileURLToPath(new URL('infer.py', import.meta.url))
  const args = [script, path, String(rows), String(repeats * rounds), String(threads)]
  return JSON.parse(execFileSync(python, args, { encoding: 'utf8', maxBuffer: 1 << 26 }))
}

/** The times of a TensorFlow.js, whose probabilities must be the expected ones. */
function inTfjs(backend, rows, repeats, { probabilities }) {
  const script = fileURLToPath(new URL('infer-tfjs.mjs', import.meta.url))
  // Plain JavaScript takes minutes for the many rows.
  const times = backend === 'node' ? repeats * rounds : backend === 'cpu' && rows > 1000 ? 1 : Math.ceil(repeats / 10)
  const stdio = ['ignore', 'pipe', 'ignore']
  const env = { ...process.env, ...tfjsThreads(threads) }
  const args = [script, backend, String(rows), String(times), String(threads)]
  const found = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26, stdio, env }))
  const wrong = found.first.findIndex((value, i) => Math.abs(value - probabilities[i]) > 1e-4)
  if (wrong >= 0)
    throw new Error(`tfjs on ${backend} gives ${found.first[wrong]} for ${probabilities[wrong]} at ${wrong}`)
  return found.times
}

// 64 callers, each waiting for its answer before it asks again.
const throughput = {}
for (const maxBatch of [1, 256]) {
  const shared = await load(path, { device: 'cpu', threads, maxBatch })
  const images = Array.from({ length: 64 }, (_, i) => new Uint8Array(784).fill(i))
  const rates = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    await Promise.all(
      images.map(async (image) => {
        for (let i = 0; i < 100; i++) await shared.classify(image)
      }),
    )
    rates.push((64 * 100 * 1000) / (performance.now() - start))
  }
  throughput[maxBatch] = median(rates)
  await shared.close()
}
console.log(
  `\n64 callers: ${Math.round(throughput[1])} images a second one by one, ${Math.round(throughput[256])} in shared runs: ${(throughput[256] / throughput[1]).toFixed(2)} times`,
)

// A 10 ms timer during a long run.
for (const [name, classifier] of [
  ['worker', worker],
  ['inline', inline],
]) {
  const late = []
  let before = performance.now()
  const timer = setInterval(() => {
    late.push(performance.now() - before - 10)
    before = performance.now()
  }, 10)
  await classifier.predict(new Uint8Array(784 * 100_000))
  clearInterval(timer)
  console.log(
    `${name}: a 10 ms timer is ${Math.max(0, median(late)).toFixed(1)} ms late (median of ${late.length}), ${Math.max(...late).toFixed(1)} at most`,
  )
}

await Promise.all([inline.close(), worker.close(), isolated.close(), session.release()])
rmSync(folder, { recursive: true })
