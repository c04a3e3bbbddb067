import { createClassifier, type Runner } from '@pixelrow/classifier'
import { expect, test } from 'vitest'

// In a file of its own: what many images need is not loaded yet when `close` is called.
test('calls made before close are done, those after it refused, whatever is still to be loaded', async () => {
  const done: number[] = []
  const runner: Runner = {
    model: {
      classes: ['a', 'b'],
      shape: { height: 1, width: 2, channels: 1, channelOrder: 'interleaved' },
      maxValue: 255,
    },
    async run(_, rows) {
      done.push(rows)
      return { labels: new Uint16Array(rows), probabilities: new Float32Array(rows * 2) }
    },
    async release() {
      done.push(0)
    },
  }
  const classifier = createClassifier({ runner, device: 'cpu' })
  const many = classifier.predict(new Uint8Array(2 * 3))
  const closed = classifier.close()
  const late = [classifier.classify(new Uint8Array(2)), classifier.predict(new Uint8Array(2))]
  const messages = late.map((call) => call.catch((error: Error) => error.message))
  for (const message of await Promise.all(messages)) expect(message).toContain('the classifier is closed')
  expect((await many).labels).toHaveLength(3)
  await closed
  expect(done).toEqual([3, 0])
})
