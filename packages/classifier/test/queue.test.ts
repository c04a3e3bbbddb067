import { type Classifier, type ClassifierParts, createClassifier, type Runner } from '@pixelrow/classifier'
import { expect, test, vi } from 'vitest'

/** Runs are let go one by one, so that nothing here depends on time. A row's class is its first pixel. */
function held(options: Partial<ClassifierParts> = {}) {
  const runs: { rows: number; go: () => void }[] = []
  const runner: Runner = {
    model: {
      classes: ['a', 'b', 'c'],
      shape: { height: 1, width: 2, channels: 1, channelOrder: 'interleaved' },
      maxValue: 255,
    },
    run(pixels, rows) {
      const labels = Uint16Array.from({ length: rows }, (_, row) => pixels[row * 2]!)
      const probabilities = Float32Array.from({ length: rows * 3 }, (_, i) =>
        i % 3 === labels[Math.floor(i / 3)] ? 1 : 0,
      )
      return new Promise((resolve) => runs.push({ rows, go: () => resolve({ labels, probabilities }) }))
    },
    async release() {},
  }
  return { classifier: createClassifier({ runner, device: 'test', ...options }), runs }
}

const image = (index: number) => Uint8Array.of(index, 0)
const turn = () => new Promise((resolve) => setImmediate(resolve))
const many = (classifier: Classifier, count: number) =>
  Array.from({ length: count }, (_, i) => classifier.classify(image(i % 3)))

test('calls made together share a run, those made meanwhile the next one, each with its own result', async () => {
  const { classifier, runs } = held()
  const first = many(classifier, 5)
  // What runs several together is loaded with the first of them.
  await vi.waitFor(() => expect(runs).toHaveLength(1))
  const second = many(classifier, 64)
  await turn()
  expect(runs.map(({ rows }) => rows)).toEqual([5])
  runs[0]!.go()
  await Promise.all(first)
  await turn()
  expect(runs.map(({ rows }) => rows)).toEqual([5, 64])
  runs[1]!.go()
  const indices = (await Promise.all([...first, ...second])).map(({ index }) => index)
  expect(indices).toEqual([
    ...Array.from({ length: 5 }, (_, i) => i % 3),
    ...Array.from({ length: 64 }, (_, i) => i % 3),
  ])
})

test('a run has at most maxBatch images', async () => {
  const { classifier, runs } = held({ maxBatch: 4, depth: 2 })
  const results = many(classifier, 10)
  await turn()
  // Two full ones, as a worker may have one ahead; what is left is not full and waits.
  expect(runs.map(({ rows }) => rows)).toEqual([4, 4])
  for (let next = 0; next < 3; next++) {
    runs[next]!.go()
    await turn()
  }
  expect(runs.map(({ rows }) => rows)).toEqual([4, 4, 2])
  expect((await Promise.all(results)).map(({ index }) => index)).toEqual(Array.from({ length: 10 }, (_, i) => i % 3))
})

test('of a stream, the next piece is read while runs are under way, and begins when one ends, not when its answers are taken', async () => {
  const { classifier, runs } = held({ depth: 2 })
  let read = 0
  function* pieces() {
    for (; read < 6; read++) yield new Uint8Array(2 * 256)
  }
  const answers = classifier.predictRows(pieces())
  const first = answers.next()
  await vi.waitFor(() => expect(runs).toHaveLength(2))
  // The third one waits in the queue, and no more are asked for.
  expect(read).toBe(2)
  runs[0]!.go()
  expect((await first).value.labels).toHaveLength(256)
  await turn()
  expect([runs.length, read]).toEqual([3, 2])
  const second = answers.next()
  await turn()
  expect([runs.length, read]).toEqual([3, 3])
  for (let next = 1; next < 6; next++) {
    runs[next]!.go()
    await (next === 1 ? second : answers.next())
  }
  expect(await answers.next()).toEqual({ done: true, value: undefined })
})

test('each lane has a run at once, full or not, and full ones ahead', async () => {
  const { classifier, runs } = held({ maxBatch: 4, lanes: 2, depth: 2 })
  const first = classifier.classify(image(0))
  await turn()
  const second = classifier.classify(image(1))
  await turn()
  const third = classifier.classify(image(2))
  await turn()
  expect(runs.map(({ rows }) => rows)).toEqual([1, 1])
  const more = many(classifier, 8)
  await turn()
  expect(runs.map(({ rows }) => rows)).toEqual([1, 1, 4, 4])
  for (let next = 0; next < 5; next++) {
    runs[next]!.go()
    await turn()
  }
  expect(runs.map(({ rows }) => rows)).toEqual([1, 1, 4, 4, 1])
  const found = await Promise.all([first, second, third, ...more])
  expect(found.map(({ index }) => index)).toEqual([0, 1, 2, ...Array.from({ length: 8 }, (_, i) => i % 3)])
})

test('maxDelayMs lets an idle classifier wait for more', async () => {
  const { classifier, runs } = held({ maxDelayMs: 30, maxBatch: 3 })
  const one = classifier.classify(image(0))
  await turn()
  expect(runs).toEqual([])
  const others = many(classifier, 2)
  await turn()
  expect(runs.map(({ rows }) => rows)).toEqual([3])
  runs[0]!.go()
  await Promise.all([one, ...others])
  const late = classifier.classify(image(1))
  while (runs.length < 2) await turn()
  runs[1]!.go()
  expect((await late).index).toBe(1)
})

test('beyond maxQueue callers are refused at once, and welcome again later', async () => {
  const { classifier, runs } = held({ maxQueue: 2 })
  const running = classifier.classify(image(0))
  await turn()
  const waiting = many(classifier, 2)
  await turn()
  await expect(classifier.classify(image(0))).rejects.toMatchObject({ name: 'ClassifierError', code: 'busy' })
  runs[0]!.go()
  await running
  await turn()
  const later = classifier.classify(image(2))
  runs[1]!.go()
  await Promise.all(waiting)
  await turn()
  runs[2]!.go()
  expect((await later).index).toBe(2)
})

test('an abort and a deadline reject at once, before a run and during it', async () => {
  const { classifier, runs } = held()
  const controller = new AbortController()
  const during = classifier.classify(image(0), { signal: controller.signal })
  await turn()
  const before = classifier.classify(image(1), { signal: controller.signal })
  const expected = { code: 'deadline', message: 'the model: no result within 1 ms' }
  const late = expect(classifier.classify(image(1), { timeoutMs: 1 })).rejects.toMatchObject(expected)
  const stays = classifier.classify(image(2))
  await turn()
  controller.abort(new Error('enough'))
  await expect(during).rejects.toThrow('enough')
  await expect(before).rejects.toThrow('enough')
  await late
  await expect(classifier.classify(image(0), { signal: controller.signal })).rejects.toThrow('enough')
  // The run under way ends in the background; those that left take no place in the next.
  runs[0]!.go()
  await turn()
  expect(runs.map(({ rows }) => rows)).toEqual([1, 1])
  runs[1]!.go()
  expect((await stays).index).toBe(2)
})

test('a run that fails rejects all that share it, and none after', async () => {
  let times = 0
  const { classifier, runs } = held()
  const failing: Runner = {
    model: { classes: classifier.classes, shape: classifier.shape, maxValue: 255 },
    run: async (_, rows) => {
      if (times++ === 0) throw new Error('out of memory')
      return { labels: new Uint16Array(rows), probabilities: new Float32Array(rows * 3) }
    },
    release: async () => {},
  }
  const other = createClassifier({ runner: failing, device: 'test' })
  const results = await Promise.allSettled(many(other, 3))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect((await other.classify(image(0))).label).toBe('a')
  expect(runs).toEqual([])
})

test('a stream is asked for more only as there is room, keeps its order, and its source is closed', async () => {
  const { classifier, runs } = held({ depth: 2 })
  let [asked, closed] = [0, false]
  async function* source() {
    try {
      for (let i = 0; ; i++) {
        asked++
        yield Uint8Array.from({ length: 2 * 256 }, (_, at) => (at % 2 ? 0 : i % 3))
      }
    } finally {
      closed = true
    }
  }
  const rows: number[] = []
  for await (const { labels } of classifier.predictRows(letting(source()))) {
    rows.push(labels[255]!)
    expect(asked).toBeLessThanOrEqual(rows.length + 2)
    if (rows.length === 7) break
  }
  expect(rows).toEqual([0, 1, 2, 0, 1, 2, 0])
  expect(closed).toBe(true)

  /** Lets every run go that is there when the next piece is asked for. */
  async function* letting(pieces: AsyncIterable<Uint8Array>) {
    let next = 0
    const go = () => {
      while (next < runs.length) runs[next++]!.go()
    }
    const timer = setInterval(go, 1)
    try {
      yield* pieces
    } finally {
      clearInterval(timer)
    }
  }
})

test('a slow source gets each result as soon as it is there', async () => {
  const { classifier, runs } = held()
  let more = () => {}
  async function* source() {
    yield image(1)
    await new Promise<void>((resolve) => {
      more = resolve
    })
    yield image(2)
  }
  const results = classifier.classifyRows(source(), { top: 1 })
  const first = results.next()
  await turn()
  runs[0]!.go()
  expect((await first).value).toMatchObject({ label: 'b', top: [{ index: 1 }] })
  const second = results.next()
  await turn()
  more()
  await turn()
  runs[1]!.go()
  expect((await second).value).toMatchObject({ label: 'c' })
  expect((await results.next()).done).toBe(true)
})

test('an abort ends a stream whose source keeps silent', async () => {
  const { classifier } = held()
  const controller = new AbortController()
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
  const result = classifier.predictRows(silent, { signal: controller.signal }).next()
  controller.abort(new Error('enough'))
  await expect(result).rejects.toThrow('enough')
})
