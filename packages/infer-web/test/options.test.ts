import { runInNewContext } from 'node:vm'
import { ClassifierError, type LoadOptions, load, open } from '@pixelrow/infer-web'
import { expect, test } from 'vitest'
import { corners, onnxOf } from '../../classifier/test/model.ts'

// The package's WASM build also runs in Node.
const bytes = onnxOf(corners)

test.each<[object, string]>([
  [{ devcie: 'wasm' }, 'load: there is no option devcie. Did you mean device?'],
  [
    { device: ['wasm', 'cpu'] },
    "load: device must be 'auto', 'webgpu' or 'wasm', or a list of the last two; found [\"wasm\",\"cpu\"].",
  ],
  [{ device: [] }, 'or a list of the last two; found [].'],
  [{ threads: 1.5 }, 'load: threads must be a whole number of at least 1; found 1.5.'],
  [{ wasmPath: '/' }, 'load: there is no option wasmPath. Did you mean wasmPaths?'],
  [
    { wasmPaths: { wsam: '/' } },
    'load: wasmPaths must be a folder, the address of a file, or { wasm, mjs }; found {"wsam":"/"}.',
  ],
  [{ warmup: 'yes' }, "load: warmup must be true or false; found 'yes'."],
  [{ worker: 1 }, 'load: worker must be true, false or a function that makes one; found 1.'],
  [{ cache: 7 }, 'load: cache must be true, false or a version as text; found 7.'],
  [{ onProgress: true }, 'load: onProgress must be a function; found true.'],
  [{ signal: true }, 'load: signal must be an AbortSignal; found true.'],
  [{ maxQueue: 0 }, 'load: maxQueue must be a whole number of at least 1; found 0.'],
  [{ model: { scael: 1 } }, 'load: there is no option model.scael. Did you mean scale?'],
  [{ prepare: {} }, "load: prepare must be 'digit' or { size, resize, color, background }; found {}."],
])('load refuses %o before it fetches anything', async (options, message) => {
  const error = await load('nowhere.onnx', options as LoadOptions).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ClassifierError)
  expect(error).toMatchObject({ message: expect.stringContaining(message), params: { where: 'load' } })
  expect((error as ClassifierError).code).toMatch(/^CLASSIFIER_OPTION_(UNKNOWN|INVALID)$/)
})

test('open has those of the runtime and of a download alone', async () => {
  await expect(open(bytes, { device: 'wasm' } as object)).rejects.toMatchObject({
    code: 'CLASSIFIER_OPTION_UNKNOWN',
    message: 'open: there is no option device. There are: maxBytes, stallTimeout, wasmPaths, threads.',
  })
})

test('what is no source is refused, and what another realm made is one', async () => {
  await expect(load(42 as unknown as string)).rejects.toMatchObject({
    code: 'CLASSIFIER_SOURCE_INVALID',
    message: 'the model: expected a URL, bytes or a Blob, found 42',
  })
  const theirs = (values: Iterable<number>): Uint8Array =>
    runInNewContext('Uint8Array.from(values)', { values: [...values] })
  const classifier = await load(theirs(bytes))
  const image = theirs([1, 16, 8, 0])
  expect((await classifier.classify(image)).label).toBe('right')
  expect([...(await classifier.predict(image)).labels]).toEqual([1])
  await classifier.close()
})
