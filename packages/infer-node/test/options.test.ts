import { ClassifierError, type LoadOptions, load, open } from '@pixelrow/infer-node'
import { expect, test } from 'vitest'
import { corners, onnxOf } from '../../classifier/test/model.ts'

const bytes = onnxOf(corners)

test.each<[object, string]>([
  [{ devcie: 'cpu' }, 'load: there is no option devcie. Did you mean device?'],
  [{ device: ['cpu', 'gpu'] }, 'or a list of devices; found ["cpu","gpu"].'],
  [{ workres: 2 }, 'load: there is no option workres. Did you mean workers?'],
  [{ worker: 0 }, 'load: worker must be true or false; found 0.'],
  [{ isolate: 'yes' }, "load: isolate must be true or false; found 'yes'."],
  [{ maxBatch: 0 }, 'load: maxBatch must be a whole number of at least 1; found 0.'],
  [{ maxDelayMS: 1 }, 'load: there is no option maxDelayMS. Did you mean maxDelayMs?'],
  [{ model: { clases: [] } }, 'load: there is no option model.clases. Did you mean classes?'],
  [{ model: { scale: Number.NaN } }, 'load: model.scale must be a number other than 0, e.g. 1/255; found NaN.'],
  [{ prepare: 'number' }, "load: prepare must be 'digit' or { size, resize, color, background }; found 'number'."],
  [{ worker: false, workers: 2 }, 'load: workers: 2 of them need worker: true'],
])('load refuses %o', async (options, message) => {
  const error = await load(bytes, options as LoadOptions).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ClassifierError)
  expect(error).toMatchObject({ message: expect.stringContaining(message), params: { where: 'load' } })
  expect((error as ClassifierError).code).toMatch(/^CLASSIFIER_OPTION_(UNKNOWN|INVALID)$/)
})

test('open has fewer, and refuses those of load', async () => {
  await expect(open(bytes, { worker: false } as object)).rejects.toMatchObject({
    code: 'CLASSIFIER_OPTION_UNKNOWN',
    message: 'open: there is no option worker. There are: device, threads, isolate, maxBytes, stallTimeout.',
  })
  await expect(open(bytes, { threads: 0 })).rejects.toMatchObject({ code: 'CLASSIFIER_OPTION_INVALID' })
})

test('what is left out or undefined is the default', async () => {
  await using classifier = await load(bytes, { threads: undefined, prepare: undefined } as object)
  expect((await classifier.classify(Uint8Array.of(1, 16, 8, 0), {})).label).toBe('right')
})
