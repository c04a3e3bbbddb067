import { createClassifier } from '@pixelrow/classifier'
import { expect, test } from 'vitest'

// In a file of its own: what bulk work needs is not loaded yet, so the first run fails before anybody awaits it.
test('a first run that fails at once is the call’s error, not the process’s', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', note)
  const classifier = createClassifier({
    device: 'cpu',
    runner: {
      model: {
        classes: ['a', 'b'],
        shape: { height: 1, width: 2, channels: 1, channelOrder: 'interleaved' },
        maxValue: 255,
      },
      run: () => Promise.reject(new Error('the run failed')),
      release: async () => {},
    },
  })
  await expect(classifier.predict(new Uint8Array(2 * 600))).rejects.toThrow('the run failed')
  await classifier.close()
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
