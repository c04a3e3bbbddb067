import { type Dim, float, int } from '@pixelrow/onnx'
import { cast, clip, nary, scalar, unary } from '../elementwise.ts'
import { dense } from '../linear.ts'
import { batchNorm, layerNorm } from '../normalize.ts'
import { along, reduce } from '../reduce.ts'
import { channelsLast, expand, flatten, pad, reshape, slice, tile, transpose } from '../shaping.ts'
import { alike, beside, constant, emit, fail, plain, type Signal, type Site, toPlain } from '../signal.ts'
import { activate } from './activations.ts'
import { axesOf, axisOf, booleanOf, type Config, numberOf, numbersOf, refuseOfTfjs, sidesOf, wordOf } from './config.ts'
import { image } from './convolutions.ts'
import { type Call, type Rule, rule, withBias } from './layer.ts'
import { isKeras } from './writtenby.ts'

const unchanged: Rule = { lower: (_, x) => x, passive: true }

const denseRule: Rule = {
  weights: withBias('kernel'),
  lower: ({ site, config, weight }, x) => {
    const bias = config.use_bias === false ? undefined : weight('bias')
    return activate(site, dense(site, x, weight('kernel'), bias), config)
  },
}

const scaling = ({ scale, center }: Config) => [
  ...(scale === false ? [] : ['gamma']),
  ...(center === false ? [] : ['beta']),
]

const trained = ({ config, weight }: Call) => ({
  gamma: config.scale === false ? undefined : weight('gamma'),
  beta: config.center === false ? undefined : weight('beta'),
})

const batchNormalization: Rule = {
  weights: (config) => [...scaling(config), 'moving_mean', 'moving_variance'],
  lower: (call, x) => {
    const { site, config, weight } = call
    const axis = axisOf(site, config, 'axis', -1)
    const epsilon = numberOf(site, config, 'epsilon', 1e-3)
    const running = { mean: weight('moving_mean'), variance: weight('moving_variance') }
    return batchNorm(site, x, { ...trained(call), ...running, epsilon }, axis)
  },
}

const layerNormalization: Rule = {
  weights: scaling,
  lower: (call, x) => {
    const { site, config } = call
    if (config.rms_scaling) fail(site, 'rms_scaling is true; expected false.')
    const epsilon = numberOf(site, config, 'epsilon', 1e-3)
    return layerNorm(site, x, { ...trained(call), epsilon }, axesOf(site, config, 'axis', -1))
  },
}

const prelu: Rule = {
  weights: () => ['alpha'],
  lower: ({ site, weight }, x) => {
    const alpha = weight('alpha')
    const slope = constant(site, 'alpha', beside(x, { ...alpha, dims: [1, ...alpha.dims] }))
    return alike(x, emit(site, 'PRelu', [x.value, slope]))
  },
}

const softmax = rule(({ site, config }, x) => {
  if (site.lowering.masked)
    fail(site, 'a Softmax behind a mask (Masking, or Embedding with mask_zero) is not supported.')
  const axes = axesOf(site, config, 'axis', 1)
  if (axes.length === 1) return along(site, 'Softmax', x, axes[0]!)
  const powers = unary(site, 'Exp', nary(site, 'Sub', [x, reduce(site, 'Max', x, axes, true)]))
  return nary(site, 'Div', [powers, reduce(site, 'Sum', powers, axes, true)])
})

const relu = rule(({ site, config }, x) => {
  const [slope, threshold] = [numberOf(site, config, 'negative_slope', 0), numberOf(site, config, 'threshold', 0)]
  refuseOfTfjs(site, config, { negative_slope: 0, threshold: 0 })
  const most = config.max_value == null ? undefined : numberOf(site, config, 'max_value')
  if (most === undefined && !threshold) {
    return slope ? unary(site, 'LeakyRelu', x, { alpha: float(slope) }) : unary(site, 'Relu', x)
  }
  const kept = threshold ? above(site, x, threshold) : x
  const limited = most === undefined ? kept : clip(site, kept, 0, most)
  if (!slope) return limited
  const below = unary(site, 'Relu', nary(site, 'Sub', [scalar(threshold), x]))
  return nary(site, 'Sub', [limited, nary(site, 'Mul', [below, scalar(slope)])])
})

/** x where it is above a threshold, else 0. */
function above(site: Site, x: Signal, threshold: number): Signal {
  return nary(site, 'Mul', [x, cast(site, nary(site, 'Greater', [x, scalar(threshold)]), 'float32')])
}

const leaky = rule(({ site, config }, x) => {
  const field = config.negative_slope == null ? 'alpha' : 'negative_slope'
  return unary(site, 'LeakyRelu', x, { alpha: float(numberOf(site, config, field, 0.3)) })
})

function globalPool(kind: 'Mean' | 'Max', axes: number): Rule {
  const lower: Rule['lower'] = ({ site, config }, x) => {
    if (x.dims.length !== axes + 2) fail(site, `expected an input of rank ${axes + 2}, found [${x.dims}].`)
    if (site.lowering.masked && kind === 'Mean' && axes === 1 && isKeras(site, 'a mean behind a mask'))
      fail(site, 'a mean behind a mask (Masking, or Embedding with mask_zero) is not supported.')
    const order = wordOf(site, config, 'data_format', ['channels_last', 'channels_first'], 'channels_last')
    const start = order === 'channels_first' ? 2 : 1
    const spatial = Array.from({ length: axes }, (_, axis) => axis + start)
    return reduce(site, kind, x, spatial, booleanOf(site, config, 'keepdims', false))
  }
  return rule(lower)
}

const flattenRule = rule(({ site, config }, x) => {
  const order = wordOf(site, config, 'data_format', ['channels_last', 'channels_first'], 'channels_last')
  const last = order === 'channels_first' && x.dims.length > 2 ? channelsLast(site, x) : x
  return flatten(site, last)
})

const reshapeRule = rule(({ site, config }, x) => {
  const target = config.target_shape
  if (!Array.isArray(target) || !target.every((dim) => dim === null || Number.isInteger(dim)))
    return fail(site, `target_shape is ${JSON.stringify(target)}; expected a list of whole numbers.`)
  return reshape(site, x, [x.dims[0] as Dim, ...target.map((dim) => (dim === null || dim < 0 ? -1 : dim))])
})

const permute = rule(({ site, config }, x) => {
  const dims = numbersOf(site, config, 'dims', x.dims.length - 1)
  return transpose(site, x, [0, ...dims])
})

const repeatVector = rule(({ site, config }, x) =>
  tile(site, expand(site, toPlain(site, x), [1]), [1, numberOf(site, config, 'n'), 1]),
)

const zeroPadding = rule(
  image(({ site, config }, x) => {
    const [before, after] = sidesOf(site, config, 'padding', 1)
    return pad(site, x, [
      [0, ...before, 0],
      [0, ...after, 0],
    ])
  }),
)

const cropping = rule(
  image(({ site, config }, x) => {
    const [before, after] = sidesOf(site, config, 'cropping', 0)
    const ends = after.map((count) => (count === 0 ? Number.MAX_SAFE_INTEGER : -count))
    return before.concat(after).some(Boolean) ? slice(site, x, { axes: [1, 2], starts: before, ends }) : x
  }),
)

const embedding: Rule = {
  weights: () => ['embeddings'],
  lower: ({ site, config, weight }, x) => {
    if (config.mask_zero === true) site.lowering.masked = true
    const table = constant(site, 'embeddings', weight('embeddings'))
    const rows = cast(site, toPlain(site, x), 'int64')
    return plain(emit(site, 'Gather', [table, rows.value], { axis: int(0) }))
  },
}

const masking = rule(({ site, config }, x) => {
  site.lowering.masked = true
  const same = nary(site, 'Equal', [x, scalar(numberOf(site, config, 'mask_value', 0))])
  const other = cast(site, unary(site, 'Not', same), 'float32')
  return nary(site, 'Mul', [x, reduce(site, 'Max', other, [-1], true)])
})

/** Of a wrapped layer, tfjs calls each step by itself; the steps become part of the batch instead. */
export function eachStep(call: Call, x: Signal, inner: Rule): Signal {
  const { site } = call
  const source = toPlain(site, x)
  const [, steps, ...rest] = source.dims
  const batch = reshape(site, source, [-1, ...rest])
  const result = toPlain(site, inner.lower({ ...call, inputs: [batch] }, batch))
  return reshape(site, result, [source.dims[0] === '' ? -1 : source.dims[0]!, steps!, ...result.dims.slice(1)])
}

/** Layers of training only: afterwards they do nothing, in Keras 2, Keras 3 and tfjs. */
export const ofTraining = [
  ...['Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D', 'GaussianNoise', 'GaussianDropout'],
  ...['AlphaDropout', 'ActivityRegularization', 'RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomTranslation'],
  ...['RandomContrast', 'RandomBrightness', 'RandomHeight', 'RandomWidth', 'RandomHue', 'RandomSaturation'],
  ...['RandomSharpness', 'RandomShear', 'RandomPosterization', 'RandomColorDegeneration', 'RandomColorJitter'],
  ...['RandomGrayscale', 'RandomInvert', 'RandomErasing', 'RandomPerspective', 'RandomGaussianBlur'],
  ...['RandomElasticTransform', 'RandAugment', 'AugMix', 'CutMix', 'MixUp', 'Solarization'],
] as const

/** Layers of vectors and of any shape. */
export const core: Readonly<Record<string, Rule>> = {
  Dense: denseRule,
  BatchNormalization: batchNormalization,
  BatchNormalizationV1: batchNormalization,
  LayerNormalization: layerNormalization,
  Activation: rule(({ site, config }, x) => activate(site, x, config)),
  ReLU: relu,
  LeakyReLU: leaky,
  PReLU: prelu,
  ELU: rule(({ site, config }, x) => unary(site, 'Elu', x, { alpha: float(numberOf(site, config, 'alpha', 1)) })),
  ThresholdedReLU: rule(({ site, config }, x) =>
    unary(site, 'ThresholdedRelu', x, { alpha: float(numberOf(site, config, 'theta', 1)) }),
  ),
  Softmax: softmax,
  Flatten: flattenRule,
  Reshape: reshapeRule,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  GlobalAveragePooling1D: globalPool('Mean', 1),
  GlobalAveragePooling2D: globalPool('Mean', 2),
  GlobalMaxPooling1D: globalPool('Max', 1),
  GlobalMaxPooling2D: globalPool('Max', 2),
  Embedding: embedding,
  Masking: masking,
  ...Object.fromEntries(ofTraining.map((name) => [name, unchanged])),
}
