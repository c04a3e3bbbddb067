// pixelrow's side, on one device: step times, time to 99 %, inference. A process of its own, since a driver can end it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { epochOrder, random, streams } from '@pixelrow/data'
import { toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import { initialize, toSafetensors } from '@pixelrow/model'
import { engines, fit, recipes, trainingGraph } from '@pixelrow/train'
import { median } from '../csv/run.mjs'
import { readDigits } from './digits.mjs'
import { nets } from './nets.mjs'

/** Steps of a chunk, which is what a time is taken of; the losses of the first one, which warms up, are compared. */
export const STEPS = 40

/** What all sides read: each net's layers, its weights to begin with and the rows of its batches. */
export function prepare(folder, names, chunks) {
  const { train, test } = readDigits()
  const jobs = {}
  for (const name of names) {
    const { architecture, optimizer, learningRate, batchSize, table, labelSmoothing = 0 } = nets(train)[name]
    const weights = initialize(architecture, random(1, streams.weights).uniform)
    writeFileSync(join(folder, `${name}.safetensors`), toSafetensors(weights))
    writeFileSync(join(folder, `${name}.rows.u32`), rowsOf(table.rows, batchSize, STEPS * (chunks + 1)))
    const { name: kind, options } = optimizer
    jobs[name] = { architecture, optimizer: { kind, ...options }, learningRate, batchSize, labelSmoothing }
    writeFileSync(join(folder, `${name}.pixels.u8`), table.pixels)
    writeFileSync(join(folder, `${name}.labels.u8`), Uint8Array.from(table.labels))
  }
  writeFileSync(join(folder, 'test.pixels.u8'), test.pixels)
  writeFileSync(join(folder, 'test.labels.u8'), Uint8Array.from(test.labels))
  return jobs
}

/** Whole epochs in the order of pixelrow's shuffle, one after the other. */
function rowsOf(rows, batch, steps) {
  const perEpoch = Math.floor(rows / batch)
  const order = new Uint32Array(steps * batch)
  for (let first = 0; first < steps; first += perEpoch) {
    const count = Math.min(perEpoch, steps - first)
    order.set(epochOrder(rows, 1, first / perEpoch).subarray(0, count * batch), first * batch)
  }
  return order
}

/** Milliseconds of a step by net: chunks until `seconds` have passed, at least one after the first. */
export async function stepTimes(folder, device, { names, chunks, seconds }) {
  const found = {}
  for (const name of names) found[name] = await told(name, () => stepTime(folder, device, { name, chunks, seconds }))
  return found
}

/** A net that a device cannot train says why; the others are still measured. */
async function told(name, measure) {
  process.stderr.write(`  ${name} …\n`)
  try {
    return await measure()
  } catch (error) {
    return { error: error.message }
  }
}

async function stepTime(folder, device, { name, chunks, seconds }) {
  const { architecture, optimizer, learningRate, batchSize, table, labelSmoothing = 0 } = nets(readDigits().train)[name]
  const { graph, scalars } = trainingGraph(architecture, optimizer, batchSize, { labelSmoothing })
  const weights = initialize(architecture, random(1, streams.weights).uniform)
  // What the optimiser remembers begins at 0.
  const fresh = ({ name, dims }) => weights[name]?.data ?? new Float32Array(dims.reduce((all, dim) => all * dim, 1))
  const state = Object.fromEntries(graph.state.map((tensor) => [tensor.name, fresh(tensor)]))
  const { pixels, labels } = table
  const began = performance.now()
  const trainer = await engines.onnxruntime.compile(graph, { device, threads: 2, pixels, labels, seed: 1, state })
  const start = performance.now() - began
  try {
    const bytes = readFileSync(join(folder, `${name}.rows.u32`))
    const order = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    const values = { learning_rate: () => learningRate, ...scalars }
    return { start, ...(await timeChunks(trainer, { order, values, batchSize, chunks, seconds })) }
  } finally {
    await trainer.close()
  }
}

async function timeChunks(trainer, { order, values, batchSize, chunks, seconds }) {
  const all = STEPS * (chunks + 1)
  const end = performance.now() + seconds * 1000
  const ms = []
  let losses
  for (let first = 0; first < all && (ms.length < 2 || performance.now() < end); first += STEPS) {
    const series = (value) => Float32Array.from({ length: STEPS }, (_, i) => value(first + i, all))
    const scalars = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, series(value)]))
    const rows = order.slice(first * batchSize, (first + STEPS) * batchSize)
    const began = performance.now()
    const result = await trainer.train({ rows, first, epoch: 1, scalars })
    ms.push((performance.now() - began) / STEPS)
    losses ??= [...result.losses]
  }
  return { ms: median(ms.slice(1)), least: Math.min(...ms.slice(1)), chunks: ms.length - 1, losses }
}

/** Seconds that the recipe `fast` trains on 42,000 digits, and its accuracy on 10,000 others, for each of the seeds 1 to `seeds`. */
export async function timeTo99(device, seeds) {
  const { train, test } = readDigits()
  const { architecture, options } = recipes.fast.prepare(train)
  const runs = []
  let model
  for (let seed = 1; seed <= seeds; seed++) {
    const began = performance.now()
    const result = await fit(architecture, train, { ...options, device, seed, validation: test })
    const whole = (performance.now() - began) / 1000
    const training = result.history.reduce((sum, epoch) => sum + epoch.seconds, 0)
    runs.push({ seed, training, whole, accuracy: result.history.at(-1).accuracy, device: result.device })
    model = result.model
  }
  return { runs, training: median(runs.map(({ training }) => training)), model }
}

/** Rows a second of `predict` over 28,000 rows, and the labels it gave. */
export async function throughput(device, model) {
  const { train } = readDigits()
  const pixels = train.pixels.slice(0, 28_000 * 784)
  const classifier = await load(toOnnx(model), { device })
  try {
    const seconds = []
    let labels
    for (let round = 0; round < 6; round++) {
      const began = performance.now()
      labels = (await classifier.predict(pixels)).labels
      seconds.push((performance.now() - began) / 1000)
    }
    return { device: classifier.device, rowsPerSecond: 28_000 / median(seconds.slice(1)), labels: [...labels] }
  } finally {
    await classifier.close()
  }
}
