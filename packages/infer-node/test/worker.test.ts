import { Readable } from 'node:stream'
import { load } from '@pixelrow/infer-node'
import { expect, test } from 'vitest'
import { corners, onnxOf } from '../../classifier/test/model.ts'
import { slowModel } from './slow.ts'

const bytes = onnxOf(corners)
const image = Uint8Array.of(1, 16, 8, 0)
const rows = (count: number) => Uint8Array.from({ length: 4 * count }, (_, i) => (i * 7 + (i >> 5)) % 17)

test('the worker and inline give the same bits, for tables, lists, streams and single images', async () => {
  const pixels = rows(700)
  const images = Array.from({ length: 700 }, (_, row) => pixels.slice(row * 4, row * 4 + 4))
  const found = []
  for (const worker of [true, false]) {
    await using classifier = await load(bytes, { worker })
    const table = await classifier.predict(pixels)
    const many = await classifier.classifyMany(images)
    const single = await Promise.all(images.map((each) => classifier.classify(each)))
    const streamed = []
    for await (const result of classifier.classifyRows(images)) streamed.push(result)
    const pieces = []
    for await (const { labels } of classifier.predictRows([pixels.subarray(0, 1200), pixels.subarray(1200)]))
      pieces.push(...labels)
    expect(many).toEqual(single)
    expect(streamed).toEqual(single)
    expect(pieces).toEqual([...table.labels])
    expect(single.map(({ index }) => index)).toEqual([...table.labels])
    found.push(table)
  }
  expect(found[0]).toEqual(found[1])
})

test('timers of the host go on during a long run, which they do not inline', async () => {
  const late = async (worker: boolean) => {
    await using classifier = await load(slowModel(), { worker, threads: 1 })
    const delays: number[] = []
    let before = performance.now()
    const timer = setInterval(() => {
      delays.push(performance.now() - before - 10)
      before = performance.now()
    }, 10)
    await classifier.predict(new Uint8Array(784 * 256 * 2))
    clearInterval(timer)
    return delays.sort((a, b) => a - b)
  }
  const besideWorker = await late(true)
  expect(besideWorker[besideWorker.length >> 1]).toBeLessThanOrEqual(20)
  // The longest: before the run begins, timers go on here, too.
  expect((await late(false)).at(-1)).toBeGreaterThan(20)
})

test('several workers give the same bits as one, and a short run does not wait for a long one', async () => {
  const pixels = rows(3000)
  await using one = await load(bytes, { threads: 1 })
  await using three = await load(bytes, { threads: 1, workers: 3 })
  expect(await three.predict(pixels)).toEqual(await one.predict(pixels))

  const model = slowModel()
  const orderWith = async (workers: number) => {
    await using classifier = await load(model, { workers, threads: 1, maxBatch: 256 })
    const order: string[] = []
    const long = classifier.predict(new Uint8Array(784 * 256)).then(() => order.push('long'))
    // A turn of the event loop, so that the long one is under way.
    await new Promise((resolve) => setImmediate(resolve))
    const short = classifier.classify(new Uint8Array(784)).then(() => order.push('short'))
    await Promise.all([long, short])
    return order
  }
  expect(await orderWith(2)).toEqual(['short', 'long'])
  expect(await orderWith(1)).toEqual(['long', 'short'])
  await expect(load(bytes, { workers: 0 })).rejects.toThrow(
    'load: workers must be a whole number of at least 1; found 0.',
  )
  await expect(load(bytes, { workers: 2, worker: false })).rejects.toThrow('workers: 2 of them need worker: true')
})

test('long pieces of a stream give the same as a table, and are left alone unless they are given away', async () => {
  const pixels = rows(5000)
  await using classifier = await load(bytes, { workers: 2, threads: 1 })
  const table = await classifier.predict(pixels)
  for (const transfer of [false, true]) {
    const pieces = [0, 1024, 3000].map((from, at) => pixels.slice(4 * from, 4 * [1024, 3000, 5000][at]!))
    const shared = pixels.slice()
    const labels: number[] = []
    const probabilities: number[] = []
    const source = [...pieces, shared.subarray(0, 40)]
    for await (const found of classifier.predictRows(source, { transfer })) {
      labels.push(...found.labels)
      probabilities.push(...found.probabilities)
    }
    expect(labels).toEqual([...table.labels, ...table.labels.subarray(0, 10)])
    expect(probabilities.slice(0, table.probabilities.length)).toEqual([...table.probabilities])
    expect(pieces.map(({ length }) => length > 0)).toEqual(transfer ? [false, true, true] : [true, true, true])
    // Others look at the same memory.
    expect(shared).toEqual(pixels)
  }
})

test('an abort is heard at once though the run goes on, and closing waits for that', async () => {
  const classifier = await load(slowModel(), { threads: 1 })
  const order: string[] = []
  const pixels = new Uint8Array(784 * 256)
  const run = classifier.predict(pixels).then(() => order.push('run'))
  const aborted = classifier
    .predict(pixels, { signal: AbortSignal.timeout(1) })
    .catch((error: Error) => order.push(error.name))
  await aborted
  const closed = classifier.close().then(() => order.push('closed'))
  await Promise.all([run, closed])
  expect(order).toEqual(['TimeoutError', 'run', 'closed'])
  await expect(classifier.classify(new Uint8Array(784))).rejects.toMatchObject({ code: 'closed' })
  await classifier.close()
})

test('a model comes from streams and blobs, too', async () => {
  const sources = [
    Readable.from([bytes.subarray(0, 50), bytes.subarray(50)]),
    new Blob([Uint8Array.from(bytes)]),
    new Response(Uint8Array.from(bytes)).body!,
  ]
  for (const source of sources) {
    await using classifier = await load(source)
    expect((await classifier.classify(image)).label).toBe('right')
  }
  await expect(load(42 as unknown as string)).rejects.toThrow(
    'the model: expected a path, a URL, bytes or a stream, found 42',
  )
})

test('WebAssembly runs in Node, in a worker and inline', async () => {
  for (const worker of [true, false]) {
    await using classifier = await load(bytes, { device: 'wasm', worker })
    expect(classifier.device).toBe('wasm')
    expect((await classifier.classify(image)).label).toBe('right')
    expect((await classifier.predict(rows(600))).labels).toHaveLength(600)
  }
  await using fallback = await load(bytes, { device: ['coreml', 'wasm'] })
  expect([fallback.device, fallback.attempts.map(({ device }) => device)]).toEqual(
    process.platform === 'darwin' ? ['coreml', []] : ['wasm', ['coreml']],
  )
})
