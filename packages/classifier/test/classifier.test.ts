import { type Classifier, createClassifier, describeModel, openRunner, type Session } from '@pixelrow/classifier'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Changes, corners, expectedProbabilities, metadataOf, onnxOf, type TestModel } from './model.ts'
import { openRecorded } from './recorded.ts'

const opened: Classifier[] = []

async function open(model: TestModel = corners, changes: Changes = {}) {
  const bytes = onnxOf(model, changes)
  const { session, tensor, runs, released } = await openRecorded(bytes)
  const runner = await openRunner({ session, tensor, model: describeModel(bytes) })
  const classifier = createClassifier({ runner, device: 'cpu' })
  opened.push(classifier)
  return { classifier, runs, released }
}

afterAll(async () => {
  for (const classifier of opened) await classifier.close()
})

/** `rows` images of 2×2 pixels, all different from their neighbours. */
function manyRows(rows: number): Uint8Array {
  return Uint8Array.from({ length: rows * 4 }, (_, i) => (i * 7 + (i >> 5)) % 17)
}

describe('one image', () => {
  let classifier: Classifier
  beforeAll(async () => {
    classifier = (await open()).classifier
  })

  test('gets its class, and the best classes in falling order', async () => {
    const result = await classifier.classify(Uint8Array.of(1, 16, 8, 0))
    const expected = expectedProbabilities(corners, [1, 16, 8, 0])
    expect(result.label).toBe('right')
    expect(result.index).toBe(1)
    expect(result.top.map(({ label, index }) => [label, index])).toEqual([
      ['right', 1],
      ['below', 2],
      ['left', 0],
    ])
    for (const { index, probability } of result.top) expect(probability).toBeCloseTo(expected[index]!, 6)
    expect(result.probability).toBe(result.top[0]!.probability)
  })

  test('is described with the model: classes, shape, largest value, device', () => {
    expect(classifier.classes).toEqual(['left', 'right', 'below'])
    expect(classifier.shape).toEqual({ height: 2, width: 2, channels: 1, channelOrder: 'interleaved' })
    expect(classifier.maxValue).toBe(16)
    expect(classifier.device).toBe('cpu')
    expect(classifier.attempts).toEqual([])
  })

  test('has as many scores as asked for, at most one a class', async () => {
    const pixels = Uint8Array.of(1, 16, 8, 0)
    expect((await classifier.classify(pixels, { top: 1 })).top.map((score) => score.label)).toEqual(['right'])
    expect((await classifier.classify(pixels, { top: 99 })).top).toHaveLength(3)
    await expect(classifier.classify(pixels, { top: 0 })).rejects.toThrow(
      'classify: top must be a whole number of at least 1; found 0.',
    )
    await expect(classifier.classify(pixels, { top: 1.5 })).rejects.toThrow('found 1.5')
  })

  test('may change as soon as the call is made', async () => {
    const pixels = Uint8Array.of(1, 16, 8, 0)
    const result = classifier.classify(pixels)
    pixels.set([16, 0, 0, 0])
    expect((await result).label).toBe('right')
  })

  test.each([
    [3, 'expected 4 bytes (2×2×1), found 3'],
    [0, 'expected 4 bytes (2×2×1), found 0'],
    [5, 'expected 4 bytes (2×2×1), found 5. Is one of them the label? Leave it out'],
    [8, 'expected 4 bytes (2×2×1), found 8'],
  ])('of %i bytes is refused', async (length, message) => {
    await expect(classifier.classify(new Uint8Array(length))).rejects.toMatchObject({
      name: 'ClassifierError',
      message,
    })
  })

  test('that is no array of bytes is refused', async () => {
    await expect(classifier.classify([1, 16, 8, 0] as unknown as Uint8Array)).rejects.toThrow('expected a Uint8Array')
  })

  test('with a value above the largest is refused, the largest itself is not', async () => {
    await expect(classifier.classify(Uint8Array.of(0, 16, 17, 0))).rejects.toThrow(
      'row 0, pixel 2: expected a value of 0..16, found 17',
    )
    expect((await classifier.classify(Uint8Array.of(0, 0, 16, 0))).label).toBe('below')
  })
})

describe('many images', () => {
  test('are a list, clamped arrays among them, or one array: the same results', async () => {
    const { classifier } = await open()
    const images = [Uint8Array.of(16, 1, 2, 3), new Uint8ClampedArray([1, 2, 16, 3]), Buffer.from([0, 9, 1, 0])]
    const listed = await classifier.classifyMany(images)
    const flat = await classifier.classifyMany(Uint8Array.from(images.flatMap((image) => [...image])))
    const single = await Promise.all(images.map((image) => classifier.classify(image)))
    expect(listed.map((result) => result.label)).toEqual(['left', 'below', 'right'])
    expect(flat).toEqual(listed)
    expect(single).toEqual(listed)
    expect(await classifier.classifyMany([])).toEqual([])
  })

  test('are refused by the place of the wrong one', async () => {
    const { classifier } = await open()
    const images = [new Uint8Array(4), new Uint8Array(3)]
    await expect(classifier.classifyMany(images)).rejects.toThrow('image 1: expected 4 bytes (2×2×1), found 3')
    await expect(classifier.classifyMany(new Uint8Array(11))).rejects.toThrow(
      'expected a multiple of 4 bytes (2×2×1), found 11: 2 images and 3 bytes',
    )
  })
})

describe('predict', () => {
  test('runs chunks of 256 rows, reports them, and agrees with single images', async () => {
    const { classifier, runs } = await open()
    const pixels = manyRows(1000)
    const progress: number[] = []
    const { labels, probabilities } = await classifier.predict(pixels, { onProgress: (rows) => progress.push(rows) })
    expect(runs).toEqual([256, 256, 256, 232])
    expect(progress).toEqual([256, 512, 768, 1000])
    expect(labels).toBeInstanceOf(Uint16Array)
    for (const row of [0, 255, 256, 767, 999]) {
      const image = pixels.subarray(row * 4, row * 4 + 4)
      const expected = expectedProbabilities(corners, image)
      expect(labels[row]).toBe((await classifier.classify(image)).index)
      expected.forEach((value, k) => {
        expect(probabilities[row * 3 + k]).toBeCloseTo(value, 6)
      })
    }
  })

  test('names the row of a value that is too large', async () => {
    const { classifier, runs } = await open()
    const pixels = manyRows(600)
    pixels[4 * 512 + 1] = 200
    await expect(classifier.predict(pixels)).rejects.toThrow('row 512, pixel 1: expected a value of 0..16, found 200')
    expect(runs).toEqual([])
  })

  test('takes shared memory, Buffers inside a pool, and no rows at all', async () => {
    const { classifier } = await open()
    const shared = new Uint8Array(new SharedArrayBuffer(8))
    shared.set([16, 0, 0, 0, 0, 0, 16, 0])
    expect([...(await classifier.predict(shared)).labels]).toEqual([0, 2])
    expect([...(await classifier.predict(Buffer.from([0, 16, 0, 0]))).labels]).toEqual([1])
    expect(await classifier.predict(new Uint8Array(0))).toEqual({
      labels: new Uint16Array(0),
      probabilities: new Float32Array(0),
    })
  })

  test('stops between chunks when aborted, with the reason given', async () => {
    const { classifier, runs } = await open()
    const controller = new AbortController()
    const reason = new Error('enough')
    const onProgress = () => controller.abort(reason)
    await expect(classifier.predict(manyRows(600), { signal: controller.signal, onProgress })).rejects.toBe(reason)
    expect(runs).toEqual([256])
    await expect(classifier.predict(manyRows(1), { signal: controller.signal })).rejects.toBe(reason)
    expect(runs).toEqual([256])
  })

  test('lets timers run between chunks', async () => {
    const { classifier } = await open()
    let ticks = 0
    const timer = setInterval(() => ticks++, 0)
    await classifier.predict(manyRows(256 * 200))
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(0)
  })
})

test('the first of `top` is the model’s own answer, whatever the pixels, ties included', async () => {
  const { classifier } = await open()
  const image = fc.uint8Array({ minLength: 4, maxLength: 4, max: 16 })
  await fc.assert(
    fc.asyncProperty(image, async (pixels) => {
      const { index, top } = await classifier.classify(pixels)
      const { labels, probabilities } = await classifier.predict(pixels)
      expect(index).toBe(labels[0])
      expect(top[0]!.probability).toBe(Math.max(...probabilities))
      expect(top.map((score) => score.probability)).toEqual([...probabilities].sort((a, b) => b - a))
    }),
  )
  // All three probabilities are 1/3.
  expect((await classifier.classify(new Uint8Array(4))).top.map((score) => score.index)).toEqual([0, 1, 2])
})

test('a model without a label output gets the same classes from its probabilities', async () => {
  const pixels = manyRows(300)
  const { labels } = await (await open()).classifier.predict(pixels)
  expect((await (await open(corners, { withoutLabel: true })).classifier.predict(pixels)).labels).toEqual(labels)
})

test('a model that takes images [N, H, W, C] is fed so', async () => {
  const { classifier } = await open(corners, { imageDims: [2, 2, 1] })
  expect((await classifier.classify(Uint8Array.of(1, 16, 8, 0))).label).toBe('right')
})

test('a model whose graph is not what its metadata says is refused', async () => {
  await expect(open(corners, { metadata: metadataOf({ ...corners, width: 3 }) })).rejects.toThrow(
    'expected an input of uint8 [N, 6] as its metadata says, found uint8 [N, 4]',
  )
  await expect(open(corners, { probabilitiesName: 'scores' })).rejects.toThrow(
    "expected an output named 'probabilities', found 'scores', 'label'",
  )
  const fewer = onnxOf({ ...corners, classes: ['a', 'b'], weight: new Float32Array(8) })
  const { session, tensor } = await openRecorded(fewer)
  const runner = await openRunner({ session, tensor, model: describeModel(onnxOf(corners)) })
  const classifier = createClassifier({ runner, device: 'cpu' })
  await expect(classifier.classify(new Uint8Array(4))).rejects.toThrow('expected float32 probabilities [1, 3]')
  await classifier.close()
})

describe('close', () => {
  test('waits for the run under way, ends the rest, and releases once', async () => {
    const { classifier, runs, released } = await open()
    const long = expect(classifier.predict(manyRows(1000))).rejects.toThrow('the classifier is closed')
    const short = classifier.classify(new Uint8Array(4))
    const closed = classifier.close()
    expect(released()).toBe(0)
    await Promise.all([closed, classifier.close()])
    expect(released()).toBe(1)
    await long
    expect((await short).index).toBe(0)
    expect(runs.toSorted((a, b) => a - b)).toEqual([1, 256])
    await expect(classifier.classify(new Uint8Array(4))).rejects.toThrow(
      'the classifier is closed. Load the model again',
    )
  })
})

test('onnxruntime’s own session fits as it is', async () => {
  const { raw, tensor } = await openRecorded(onnxOf(corners))
  const session: Session = raw as Session
  const runner = await openRunner({ session, tensor, model: describeModel(onnxOf(corners)) })
  const classifier = createClassifier({ runner, device: 'cpu' })
  expect((await classifier.classify(Uint8Array.of(0, 0, 3, 0))).label).toBe('below')
  await classifier.close()
})
