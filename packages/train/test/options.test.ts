import type { PixelTable } from '@pixelrow/data'
import { linear, mlp } from '@pixelrow/model'
import {
  adam,
  adamw,
  addDecayedWeights,
  chain,
  chooseDevice,
  confusionMatrix,
  constant,
  cosine,
  createLearner,
  type FitOptions,
  fit,
  flatCosine,
  measurePace,
  memberSeed,
  muon,
  oneCycle,
  orthogonalize,
  partition,
  predict,
  profile,
  recipes,
  scale,
  scaleByAdam,
  scaleByLearningRate,
  sgd,
  TrainError,
  topK,
  trace,
  trainingGraph,
  warmUp,
} from '@pixelrow/train'
import { expect, test } from 'vitest'
import { quarters } from './quarters.ts'

const table = quarters(40)

/** Options as somebody writes them who has no TypeScript. */
type Untyped = Record<string, unknown>

async function errorOf(work: () => unknown): Promise<TrainError> {
  try {
    await work()
  } catch (error) {
    expect(error).toBeInstanceOf(TrainError)
    return error as TrainError
  }
  throw new Error('Nothing was thrown.')
}

const fits: Record<string, (options: Untyped) => Promise<unknown>> = {
  fit: (options) => fit(linear(table), table, options),
  createLearner: async (options) => createLearner(linear(table), table, options),
  'learner.fit': (options) => createLearner(linear(table), table).fit(1, options),
  measurePace: (options) => measurePace(linear(table), table, options),
  profile: (options) => profile(linear(table), table, options),
}

test.each(Object.keys(fits))('%s: a misspelt option is refused with the one that was meant', async (where) => {
  for (const [option, suggestion] of [
    ['learnigRate', 'learningRate'],
    ['lr', 'learningRate'],
    ['bs', 'batchSize'],
    ['optimiser', 'optimizer'],
    ['class_weights', 'classWeights'],
    ['onepoch', 'onEpoch'],
  ] as const) {
    const error = await errorOf(() => fits[where]!({ [option]: 1 }))
    expect(error).toMatchObject({ code: 'TRAIN_OPTION_UNKNOWN', params: { where, option, suggestion } })
    expect(error.message).toBe(`${where}: there is no option ${option}. Did you mean ${suggestion}?`)
  }
  const { message } = await errorOf(() => fits[where]!({ dropout: 0.5 }))
  expect(message).toMatch(/^\S+: there is no option dropout\. There are: .*learningRate, .*signal/)
})

const share = 'a share from 0 to 0.5, e.g. 0.1, or a table'
const bytes = 'the bytes given to onCheckpoint'
test.each<[Untyped, string, string]>([
  [{ epochs: Number.NaN }, 'epochs must be a number above 0, e.g. 10 or 1.5', 'NaN'],
  [{ epochs: '3' }, 'epochs must be a number above 0, e.g. 10 or 1.5', "'3'"],
  [{ steps: 0 }, 'steps must be a whole number of at least 1', '0'],
  [{ batchSize: 1.5 }, 'batchSize must be a whole number of at least 1', '1.5'],
  [{ learningRate: Infinity }, 'learningRate must be a number above 0, e.g. 0.1', 'Infinity'],
  [{ optimizer: 'adam' }, 'optimizer must be an optimiser: pass adam(), not its name', "'adam'"],
  [{ optimizer: 'SGD' }, 'optimizer must be an optimiser: pass sgd(), not its name', "'SGD'"],
  [{ optimizer: adam }, 'optimizer must be an optimiser: call it, adam()', 'a function'],
  [{ optimizer: { momentum: 0.9 } }, 'optimizer must be an optimiser, such as sgd()', '{"momentum":0.9}'],
  [{ schedule: 'cosine' }, 'schedule must be a schedule: pass cosine(), not its name', "'cosine'"],
  [{ schedule: oneCycle }, 'schedule must be a schedule: call it, oneCycle()', 'a function'],
  [{ schedule: [1, 0.1] }, 'schedule must be a schedule, such as constant()', '[1,0.1]'],
  [{ validation: 0.6 }, `validation must be ${share}`, '0.6'],
  [{ validation: 'val.csv' }, `validation must be ${share}`, "'val.csv'"],
  [{ engine: 3 }, 'engine must be a text, or an engine', '3'],
  [{ layout: 'nchw' }, "layout must be 'auto' or 'plain'", "'nchw'"],
  [{ threads: 0 }, 'threads must be a whole number of at least 1', '0'],
  [{ seed: -1 }, 'seed must be a whole number of at least 0 and at most 4294967295', '-1'],
  [{ seed: 2 ** 32 }, 'seed must be a whole number of at least 0 and at most 4294967295', '4294967296'],
  [{ weights: [1] }, 'weights must be the weights of a model, by name', '[1]'],
  [{ augment: { shift: Number.NaN } }, 'augment.shift must be a number of at least 0', 'NaN'],
  [{ augment: { scale: 1 } }, 'augment.scale must be a number of at least 0 and at most 0.9', '1'],
  [{ augment: { rotation: -5 } }, 'augment.rotation must be a number of at least 0 and at most 180', '-5'],
  [{ augment: { flip: 1 } }, 'augment.flip must be true or false', '1'],
  [{ augment: { grid: 0 } }, 'augment.grid must be a whole number of at least 1', '0'],
  [{ augment: { background: 256 } }, 'augment.background must be a number at most 255', '256'],
  [{ augment: 'shift' }, 'augment must be an object', "'shift'"],
  [{ labelSmoothing: 1 }, 'labelSmoothing must be a number of at least 0 and below 1, e.g. 0.1', '1'],
  [{ classWeights: { a: 1 } }, 'classWeights must be numbers of at least 0, one for each class', '{"a":1}'],
  [{ classWeights: [1, -1, 1, 1] }, 'classWeights must be numbers of at least 0, one for each class', '[1,-1,1,1]'],
  [{ metrics: [topK(1)] }, 'metrics must be an object of functions, e.g. { top3: topK(3) }', '[null]'],
  [{ metrics: { top: 3 } }, 'metrics must be an object of functions, e.g. { top3: topK(3) }', '{"top":3}'],
  [{ monitor: 'val_loss' }, "monitor must be 'validationLoss' or 'accuracy'", "'val_loss'"],
  [{ keepBest: 'yes' }, 'keepBest must be true or false', "'yes'"],
  [{ patience: 0 }, 'patience must be a whole number of at least 1', '0'],
  [{ patience: -3 }, 'patience must be a whole number of at least 1', '-3'],
  [{ minDelta: Number.NaN }, 'minDelta must be a number of at least 0', 'NaN'],
  [{ targetAccuracy: 99 }, 'targetAccuracy must be a share above 0 and up to 1, e.g. 0.99', '99'],
  [{ resume: 'checkpoint.safetensors' }, `resume must be ${bytes}`, "'checkpoint.safetensors'"],
  [{ onEpoch: true }, 'onEpoch must be a function', 'true'],
  [{ signal: new AbortController() }, 'signal must be an AbortSignal', 'an AbortController'],
])('fit refuses %j', async (options, expected, found) => {
  const error = await errorOf(() => fits.fit!(options))
  expect(error).toMatchObject({
    code: 'TRAIN_OPTION_INVALID',
    params: { where: 'fit', option: expected.split(' must')[0], expected: expected.replace(/^.* must be /, ''), found },
    message: `fit: ${expected}; found ${found}.`,
  })
  // A learner finds it at once, before anything is trained.
  expect((await errorOf(() => fits.createLearner!(options))).message).toBe(
    error.message.replace('fit', 'createLearner'),
  )
})

test('augment: an option of an option has its suggestion, too', async () => {
  const { message, params } = await errorOf(() => fits.fit!({ augment: { rotate: 10 } }))
  expect(message).toBe('fit: there is no option augment.rotate. Did you mean rotation?')
  expect(params).toMatchObject({ option: 'augment.rotate', suggestion: 'rotation' })
})

test('what lies outside of a picture cannot be brighter than white', async () => {
  const faint = { ...table, maxValue: 15, pixels: table.pixels.map((value) => value >> 4) }
  const augment = { shift: 1, background: 200 }
  const { message } = await errorOf(() => fit(linear(faint), faint, { augment }))
  expect(message).toBe("fit: augment.background must be at most 15, the table's maxValue; found 200.")
})

test.each<[string, () => unknown, string]>([
  ['sgd', () => sgd({ momentum: 1.5 }), 'sgd: momentum must be a number of at least 0 and below 1; found 1.5.'],
  ['sgd', () => sgd({ momentum: Number.NaN }), 'sgd: momentum must be a number of at least 0 and below 1; found NaN.'],
  ['sgd', () => sgd({ weightDecay: -1 }), 'sgd: weightDecay must be a number of at least 0; found -1.'],
  ['adam', () => adam({ beta2: 1 }), 'adam: beta2 must be a number of at least 0 and below 1; found 1.'],
  ['adam', () => adam({ epsilon: 0 }), 'adam: epsilon must be a number above 0; found 0.'],
  [
    'adam',
    () => adam({ weightDecay: 0.1 } as object),
    'adam: weightDecay must be left to adamw, which has it; found 0.1.',
  ],
  ['adamw', () => adamw({ weightDecay: -0.1 }), 'adamw: weightDecay must be a number of at least 0; found -0.1.'],
  ['muon', () => muon({ steps: 0 }), 'muon: steps must be a whole number of at least 1; found 0.'],
  ['muon', () => muon({ adamShare: -1 }), 'muon: adamShare must be a number of at least 0; found -1.'],
  ['cosine', () => cosine({ end: -1 }), 'cosine: end must be a number of at least 0; found -1.'],
  [
    'oneCycle',
    () => oneCycle({ warmup: 1.1 }),
    'oneCycle: warmup must be a number of at least 0 and at most 1; found 1.1.',
  ],
  [
    'flatCosine',
    () => flatCosine({ flat: -0.1 }),
    'flatCosine: flat must be a number of at least 0 and at most 1; found -0.1.',
  ],
  [
    'warmUp',
    () => warmUp(constant(), { share: 2 }),
    'warmUp: share must be a number of at least 0 and at most 1; found 2.',
  ],
  [
    'addDecayedWeights',
    () => addDecayedWeights(-1),
    'addDecayedWeights: weightDecay must be a number of at least 0; found -1.',
  ],
  ['trace', () => trace(2), 'trace: decay must be a number of at least 0 and at most 1; found 2.'],
  [
    'scaleByAdam',
    () => scaleByAdam({ beta1: -1 }),
    'scaleByAdam: beta1 must be a number of at least 0 and below 1; found -1.',
  ],
  ['scale', () => scale(Number.NaN), 'scale: factor must be a number; found NaN.'],
  ['orthogonalize', () => orthogonalize({ epsilon: 0 }), 'orthogonalize: epsilon must be a number above 0; found 0.'],
  ['topK', () => topK(0), 'topK: k must be a whole number of at least 1; found 0.'],
  [
    'memberSeed',
    () => memberSeed(1, 0),
    'memberSeed: member must be a whole number of at least 1 and at most 4294967295; found 0.',
  ],
  [
    'confusionMatrix',
    () => confusionMatrix(Uint16Array.of(0, 3), Uint16Array.of(0, 1), 3),
    'confusionMatrix: labels must be class indices below 3; found 3 in row 1.',
  ],
  [
    'confusionMatrix',
    () => confusionMatrix(Uint16Array.of(0, 1), Uint16Array.of(0), 3),
    'confusionMatrix: labels must be 1 class indices, as many as of the other; found 2.',
  ],
  [
    'trainingGraph',
    () => trainingGraph(linear(table), sgd(), 0),
    'trainingGraph: batchSize must be a whole number of at least 1; found 0.',
  ],
  [
    'trainingGraph',
    () => trainingGraph(linear(table), sgd(), 4, { labelSmoothing: 2 }),
    'trainingGraph: labelSmoothing must be a number of at least 0 and below 1, e.g. 0.1; found 2.',
  ],
  [
    'measurePace',
    () => fits.measurePace!({ measureSeconds: 0 }),
    'measurePace: measureSeconds must be a number above 0; found 0.',
  ],
  ['profile', () => fits.profile!({ seconds: -1 }), 'profile: seconds must be a number above 0; found -1.'],
])('%s refuses what means nothing: %#', async (where, work, message) => {
  const error = await errorOf(work)
  expect(error.message).toBe(message)
  expect(error).toMatchObject({ code: 'TRAIN_OPTION_INVALID', params: { where } })
})

/** Calls with options under names that are not there; who writes TypeScript cannot make them. */
const unknown: Record<string, (options: Untyped) => unknown> = {
  sgd,
  adam,
  adamw,
  muon,
  cosine,
  oneCycle,
  flatCosine,
  warmUp: (options) => warmUp(constant(), options),
  trace: (options) => trace(0.9, options),
  scaleByAdam,
  orthogonalize,
  chooseDevice: (options) => chooseDevice(linear(table), table, options),
  predict: async (options) => {
    const { model } = await fit(linear(table), table, { epochs: 1 })
    return predict(model, table.pixels, options)
  },
  'recipes.fast.prepare': (options) => recipes.fast.prepare(table, options),
  'recipes.best.prepare': (options) => recipes.best.prepare(table, options),
  trainingGraph: (options) => trainingGraph(linear(table), sgd(), 4, options),
}

test.each(Object.keys(unknown))('%s has no other options than its own', async (where) => {
  const error = await errorOf(() => unknown[where]!({ wieghtDecay: 0.1 }))
  expect(error).toMatchObject({ code: 'TRAIN_OPTION_UNKNOWN', params: { where, option: 'wieghtDecay' } })
  expect((await errorOf(() => unknown[where]!(Object('x')))).code).toMatch(/^TRAIN_OPTION_(UNKNOWN|INVALID)$/)
})

test('what stands in the place of a transform must be one', async () => {
  const [nothing] = JSON.parse('[3]')
  for (const work of [
    () => chain(scaleByLearningRate, nothing),
    () => partition(() => true, nothing, scaleByLearningRate),
    () => warmUp(nothing),
  ]) {
    expect((await errorOf(work)).code).toBe('TRAIN_OPTION_INVALID')
  }
})

test('an option that means nothing without another one says so', async () => {
  expect(await errorOf(() => sgd({ nesterov: true }))).toMatchObject({
    code: 'TRAIN_OPTION_NEEDS',
    params: { where: 'sgd', option: 'nesterov', needs: 'momentum' },
  })
  expect(await errorOf(() => fit(linear(table), table, { patience: 2 }))).toMatchObject({
    code: 'TRAIN_OPTION_NEEDS',
    params: { where: 'fit', option: 'patience', needs: 'validation' },
  })
})

const { labels: _, ...unlabelled } = table
test.each<[string, object, RegExp]>([
  ['rows that are too many', { ...table, rows: 41 }, /pixels: .*656/],
  ['rows that are too few', { ...table, rows: 39 }, /pixels: .*624/],
  ['rows that are none', { ...table, rows: -1 }, /rows: .*-1/],
  ['a label of −1', { ...table, labels: Int32Array.from(table.labels!, (label) => label - 1) }, /labels: .*Int32Array/],
  [
    'a label of −1 in 16 bits',
    { ...table, labels: Uint16Array.from(table.labels!, (label) => label - 1) },
    /row 0.*65535/,
  ],
  ['too few labels', { ...table, labels: table.labels!.slice(1) }, /labels: .*40/],
  ['values above white', { ...table, maxValue: 100 }, /row \d+.*100/],
  ['white above 255', { ...table, maxValue: 1000 }, /maxValue: .*255.*1000/],
  [
    'pixels that are no bytes',
    { ...table, pixels: Float32Array.from(table.pixels) },
    /maxValue: expected 1, as the pixels are a Float32Array/,
  ],
  ['pixels as a list', { ...table, pixels: [...table.pixels] }, /pixels: .*Uint8Array/],
  ['a shape without channels', { ...table, shape: { height: 4, width: 4, channelOrder: 'interleaved' } }, /channels/],
  ['no shape', { ...table, shape: undefined }, /shape/],
  ['another shape', { ...table, shape: { ...table.shape, width: 5 } }, /pixels: .*800/],
])('a table made by hand is refused: %s', async (_, wrong, message) => {
  const given = wrong as PixelTable
  for (const work of [
    () => fit(linear(table), given),
    () => fit(linear(table), table, { validation: given }),
    () => createLearner(linear(table), given).fit(1),
    () => measurePace(linear(table), given),
    () => profile(linear(table), given),
  ]) {
    const training = work()
    await expect(training).rejects.toThrow(message)
    await expect(training).rejects.toMatchObject({ code: 'DATA_TABLE_INVALID' })
  }
})

test('a table without labels is another matter than one that is none', async () => {
  await expect(fit(linear(table), unlabelled)).rejects.toMatchObject({ code: 'TRAIN_LABELS_MISSING' })
  await expect(fit(linear(table), quarters(0))).rejects.toMatchObject({ code: 'TRAIN_TABLE_EMPTY' })
})

test('predict refuses pixels that its model cannot have been trained on', async () => {
  const faint = { ...table, maxValue: 15, pixels: table.pixels.map((value) => value >> 4) }
  const { model } = await fit(linear(faint), faint, { epochs: 1 })
  const wrong: [Uint8Array, string][] = [
    [table.pixels, 'pixels has '],
    [faint.pixels.subarray(1), 'pixels has 639 bytes, expected a multiple of 16 (4×4×1).'],
    [JSON.parse('[1, 2]'), 'pixels has the value [1,2], expected a Uint8Array.'],
  ]
  for (const [pixels, message] of wrong) {
    const error = await errorOf(() => predict(model, pixels))
    expect(error.code).toBe('TRAIN_PIXELS_INVALID')
    expect(error.message).toContain(message)
  }
})

test.each<[string, FitOptions, object]>([
  ['engine', { engine: 'steam' }, { code: 'TRAIN_ENGINE_UNKNOWN', params: { engine: 'steam' } }],
  ['engine of an object', { engine: 'toString' }, { code: 'TRAIN_ENGINE_UNKNOWN' }],
  [
    'device',
    { device: 'abacus' },
    { code: 'TRAIN_DEVICE_UNAVAILABLE', params: { known: expect.arrayContaining(['auto', 'cpu']) } },
  ],
  ['batch', { batchSize: 41 }, { code: 'TRAIN_BATCH_TOO_LARGE', params: { found: 41, expected: 40 } }],
])('another %s than there is has a code of its own', async (_, options, expected) => {
  expect(await errorOf(() => fit(mlp(table), table, options))).toMatchObject(expected)
})
