import { ClassifierError, createClassifier, openRunner, type Runner } from '@pixelrow/classifier'
import { expect, test } from 'vitest'
import { corners, onnxOf } from './model.ts'
import { openRecorded } from './recorded.ts'

const bytes = onnxOf(corners)
const image = Uint8Array.of(1, 16, 8, 0)

async function runner(more = {}): Promise<Runner> {
  const { session, tensor } = await openRecorded(bytes)
  return openRunner({ session, tensor, model: { bytes }, ...more })
}

/** Each function that takes options, called with some that a type would refuse. */
const functions = {
  openRunner: (more: object) => runner(more),
  createClassifier: async (more: object) => createClassifier({ runner: await runner(), device: 'cpu', ...more }),
  classify: async (more: object) => (await open()).classify(image, more),
  classifyMany: async (more: object) => (await open()).classifyMany([image], more),
  predict: async (more: object) => (await open()).predict(image, more),
  classifyRows: async (more: object) => (await open()).classifyRows([image], more).next(),
  predictRows: async (more: object) => (await open()).predictRows([image], more).next(),
}

const open = async () => createClassifier({ runner: await runner(), device: 'cpu' })

test.each<[keyof typeof functions, object, string]>([
  ['openRunner', { nmae: 'x' }, 'there is no option nmae. Did you mean name?'],
  ['openRunner', { tensor: 1 }, 'tensor must be a function; found 1.'],
  ['openRunner', { model: { bytes, gven: {} } }, 'there is no option model.gven. Did you mean given?'],
  [
    'openRunner',
    { model: { bytes, given: { sofmax: true } } },
    'there is no option model.given.sofmax. Did you mean softmax?',
  ],
  [
    'openRunner',
    { model: { bytes, given: { scale: 0 } } },
    'model.given.scale must be a number other than 0, e.g. 1/255; found 0.',
  ],
  [
    'openRunner',
    { model: { bytes, given: { layout: 'NCWH' } } },
    "model.given.layout must be 'NCHW' or 'NHWC'; found 'NCWH'.",
  ],
  [
    'openRunner',
    { model: { bytes, given: { classes: [1, 2] } } },
    'model.given.classes must be a list of texts; found [1,2].',
  ],
  [
    'openRunner',
    { model: { bytes, given: { shape: { height: 0, width: 2 } } } },
    'model.given.shape.height must be a whole number of at least 1; found 0.',
  ],
  [
    'openRunner',
    { model: { bytes, given: { mean: [0, Number.NaN] } } },
    'model.given.mean must be a number, or a list of them, one a channel; found [0,null].',
  ],
  ['createClassifier', { maxBatch: 0 }, 'maxBatch must be a whole number of at least 1; found 0.'],
  ['createClassifier', { maxQueue: 1.5 }, 'maxQueue must be a whole number of at least 1; found 1.5.'],
  ['createClassifier', { maxDelayMs: -1 }, 'maxDelayMs must be a number of at least 0 and at most 60000; found -1.'],
  ['createClassifier', { maxDelay: 1 }, 'there is no option maxDelay. Did you mean maxDelayMs?'],
  ['createClassifier', { lanes: 0 }, 'lanes must be a whole number of at least 1; found 0.'],
  [
    'createClassifier',
    { prepare: 'digits' },
    "prepare must be 'digit' or { size, resize, color, background }; found 'digits'.",
  ],
  [
    'createClassifier',
    { prepare: { size: [2, 2], resize: 'cover', color: 'grey' } },
    'prepare must be \'digit\' or { size, resize, color, background }; found {"size":[2,2],"resize":"cover","color":"grey"}.',
  ],
  [
    'classify',
    { prepare: { size: [2, 2], resize: 'cover', color: 'gray', background: 0 } },
    "prepare.color must be 'grey' or 'rgb'; found 'gray'.",
  ],
  [
    'classify',
    { prepare: { size: [2], resize: 'cover', color: 'grey', background: 0 } },
    'prepare.size must be [height, width] in pixels; found [2].',
  ],
  ['classify', { tpo: 1 }, 'there is no option tpo. Did you mean top?'],
  ['classify', { timeout: 5 }, 'there is no option timeout. Did you mean timeoutMs?'],
  [
    'classify',
    { timeoutMs: 1e10 },
    'timeoutMs must be a number of at least 0 and at most 2147483647; found 10000000000.',
  ],
  ['classify', { signal: {} }, 'signal must be an AbortSignal; found {}.'],
  ['classifyMany', { top: '3' }, "top must be a whole number of at least 1; found '3'."],
  ['predict', { onprogress: () => {} }, 'there is no option onprogress. Did you mean onProgress?'],
  ['predict', { top: 1 }, 'there is no option top. There are: signal, timeoutMs, onProgress.'],
  ['classifyRows', { timeoutMs: 5 }, 'there is no option timeoutMs. There are: signal, top, prepare.'],
  ['predictRows', { transfer: 1 }, 'transfer must be true or false; found 1.'],
])('%s refuses %o', async (name, options, message) => {
  const error = await functions[name](options).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ClassifierError)
  const code = message.startsWith('there is no') ? 'CLASSIFIER_OPTION_UNKNOWN' : 'CLASSIFIER_OPTION_INVALID'
  expect(error).toMatchObject({ message: `${name}: ${message}`, code, params: { where: name } })
})
