import fc from 'fast-check'
import { layers, type tf } from './tfjsruntime.ts'

/** A model of one kind of layer with some options, and what goes in. */
export interface LayerCase {
  name: string
  /** Without the batch. */
  inputs: number[][]
  build(): layers.LayersModel
  /** Whole numbers below this instead of numbers around 0. */
  tokens?: number
  /** tfjs can call this layer alone, but in no model; what it says by itself then. */
  alone?(x: tf.Tensor): tf.Tensor
}

type Args = Record<string, unknown>
type Make = (args: never) => { apply(inputs: unknown): unknown }

const make = layers.layers as unknown as Record<string, Make>

const side = fc.integer({ min: 5, max: 9 })
const channels = fc.integer({ min: 1, max: 4 })
const small = fc.integer({ min: 1, max: 3 })
const pair = (each: fc.Arbitrary<number>) => fc.oneof(each, fc.tuple(each, each))
const padding = fc.constantFrom('same', 'valid')
const order = fc.constantFrom('channelsLast', 'channelsLast', 'channelsFirst')
const sides = fc.nat(2)
const edges = fc.oneof(sides, fc.tuple(sides, sides), fc.tuple(fc.tuple(sides, sides), fc.tuple(sides, sides)))
const activation = fc.constantFrom(
  ...'linear relu relu6 elu selu sigmoid hardSigmoid tanh softplus softsign softmax logSoftmax swish mish gelu gelu_new'.split(
    ' ',
  ),
)
const common = { activation, useBias: fc.boolean() }
const image = fc.tuple(side, side, channels).map((dims) => [dims])
const sequence = fc.tuple(side, channels).map((dims) => [dims])
const volume = fc
  .tuple(fc.constantFrom(4, 5), fc.constantFrom(4, 5), fc.constantFrom(4, 6), channels)
  .map((dims) => [dims])
const vector = fc.tuple(fc.integer({ min: 2, max: 12 })).map((dims) => [dims])
const anyShape = fc.oneof(image, sequence, vector)

interface Kind {
  inputs: fc.Arbitrary<number[][]>
  args: (inputs: number[][]) => fc.Arbitrary<Args>
  tokens?: number
}

const of = (
  inputs: fc.Arbitrary<number[][]>,
  args: Record<string, fc.Arbitrary<unknown>> = {},
  tokens?: number,
): Kind => ({
  inputs,
  args: () => fc.record(args),
  ...(tokens && { tokens }),
})

/** An image in the order that `dataFormat` names. */
const either = (args: Record<string, fc.Arbitrary<unknown>>): Kind => ({
  inputs: image,
  args: () => fc.record({ ...args, dataFormat: order }),
})

/** tfjs refuses strides and dilations of more than 1 together. */
const moves = (count: 1 | 2 | 3) => {
  const of = (each: fc.Arbitrary<number>) => (count === 2 ? pair(each) : each)
  // Of 3D windows smaller than their stride, tfjs pads a negative number of places: see tfjsmodels.test.ts.
  const [size, stride] = count === 3 ? [fc.constantFrom(2, 3), fc.constantFrom(1, 2)] : [small, small]
  return fc.oneof(
    fc.record({ kernelSize: of(size), strides: of(stride), padding }),
    fc.record({ kernelSize: of(small), dilationRate: of(fc.constantFrom(1, 2)), padding }),
  )
}

const convolution = (inputs: fc.Arbitrary<number[][]>, count: 1 | 2 | 3, dataFormat: fc.Arbitrary<unknown>): Kind => ({
  inputs,
  args: () =>
    fc
      .tuple(moves(count), fc.record({ ...common, filters: channels, dataFormat }))
      .map(([window, rest]) => ({ ...window, ...rest })),
})

const last = fc.constant('channelsLast')
const twoImages = fc
  .tuple(fc.tuple(side, side, channels), fc.constantFrom(2, 3))
  .map(([dims, count]) => new Array<number[]>(count).fill(dims))
const broadcastable = fc.oneof(
  twoImages,
  fc.tuple(side, side, channels).map(([h, w, c]) => [
    [h, w, c],
    [1, 1, c],
  ]),
  fc.tuple(side, side, channels).map(([h, w, c]) => [[h, w, c], [c]]),
  fc.tuple(side, channels).map(([length, c]) => [
    [length, c],
    [length, c],
  ]),
  vector.map(([dims]) => [dims!, dims!]),
)
const axisOf = (inputs: number[][]) => fc.integer({ min: 1, max: inputs[0]!.length })

/** Kinds of layers: shapes of their inputs and options. */
const kinds: Record<string, Kind> = {
  dense: of(fc.oneof(vector, sequence, image), { ...common, units: fc.integer({ min: 1, max: 6 }) }),
  conv1d: convolution(sequence, 1, last),
  conv2d: convolution(image, 2, order),
  conv3d: convolution(volume, 3, last),
  depthwiseConv2d: either({ ...common, kernelSize: pair(small), strides: small, padding, depthMultiplier: small }),
  // With channels first, tfjs adds the bias along the wrong axis.
  separableConv2d: either({
    ...common,
    useBias: fc.constant(false),
    filters: channels,
    kernelSize: pair(small),
    strides: small,
    padding,
    depthMultiplier: small,
  }),
  conv2dTranspose: either({
    ...common,
    filters: channels,
    kernelSize: pair(fc.integer({ min: 1, max: 4 })),
    strides: pair(small),
    padding,
  }),
  separableConv2d_: of(image, { ...common, filters: channels, kernelSize: small, padding, depthMultiplier: small }),
  conv3dTranspose: of(volume, {
    ...common,
    filters: small,
    kernelSize: fc.constantFrom(2, 3),
    strides: fc.constantFrom(1, 2),
    padding,
  }),
  maxPooling1d: of(sequence, { poolSize: small, strides: small, padding }),
  averagePooling1d: of(sequence, { poolSize: small, strides: small, padding }),
  maxPooling2d: either({ poolSize: pair(small), strides: fc.option(pair(small), { nil: undefined }), padding }),
  averagePooling2d: either({ poolSize: pair(small), strides: fc.option(pair(small), { nil: undefined }), padding }),
  maxPooling3d: of(volume, { poolSize: fc.constantFrom(2, 3), strides: fc.constantFrom(1, 2), padding }),
  averagePooling3d: of(volume, { poolSize: fc.constantFrom(2, 3), strides: fc.constantFrom(1, 2), padding }),
  globalAveragePooling1d: of(sequence),
  globalMaxPooling1d: of(sequence),
  globalAveragePooling2d: either({}),
  globalMaxPooling2d: either({}),
  batchNormalization: {
    // Along other axes, tfjs’ CPU backend takes the wrong numbers: see tfjsmodels.test.ts.
    inputs: fc.oneof(image, image, sequence, vector),
    args: (inputs) =>
      fc.record({
        axis: fc.constantFrom(-1, inputs[0]!.length),
        center: fc.boolean(),
        scale: fc.boolean(),
        epsilon: fc.constantFrom(1e-3, 1e-2),
      }),
  },
  layerNormalization: {
    inputs: anyShape,
    args: (inputs) =>
      fc.record({
        axis: fc.oneof(fc.constant(-1), axisOf(inputs), fc.constant(inputs[0]!.map((_, at) => at + 1))),
        center: fc.boolean(),
        scale: fc.boolean(),
      }),
  },
  activation: of(anyShape, { activation }),
  elu: of(image),
  reLU: of(anyShape, { maxValue: fc.option(fc.constantFrom(0.5, 6), { nil: undefined }) }),
  leakyReLU: of(anyShape, { alpha: fc.constantFrom(0.1, 0.3) }),
  thresholdedReLU: of(anyShape, { theta: fc.constantFrom(0.1, 0.5) }),
  // tfjs knows the last axis alone.
  softmax: { inputs: anyShape, args: (inputs) => fc.record({ axis: fc.constantFrom(-1, inputs[0]!.length) }) },
  prelu: { inputs: image, args: () => fc.record({ sharedAxes: fc.constantFrom(undefined, [1, 2], [1]) }) },
  flatten: either({}),
  reshape: {
    inputs: image,
    args: ([dims]) => {
      const [h, w, c] = dims as [number, number, number]
      const targets = [[h * w * c], [-1], [w, h, c], [h, -1], [1, 1, h * w * c], [c, h, w]]
      return fc.record({ targetShape: fc.constantFrom(...targets) })
    },
  },
  permute: {
    inputs: anyShape,
    args: (inputs) =>
      fc.record({
        dims: fc.shuffledSubarray(
          inputs[0]!.map((_, at) => at + 1),
          { minLength: inputs[0]!.length },
        ),
      }),
  },
  repeatVector: of(vector, { n: small }),
  zeroPadding2d: either({ padding: edges }),
  cropping2D: either({ cropping: edges }),
  upSampling2d: either({ size: fc.tuple(small, small), interpolation: fc.constantFrom('nearest', 'bilinear') }),
  add: of(broadcastable),
  multiply: of(broadcastable),
  maximum: of(broadcastable),
  minimum: of(broadcastable),
  average: of(broadcastable),
  concatenate: { inputs: twoImages, args: (inputs) => fc.record({ axis: fc.oneof(fc.constant(-1), axisOf(inputs)) }) },
  dropout: of(anyShape, { rate: fc.constant(0.5) }),
  spatialDropout1d: of(sequence, { rate: fc.constant(0.5) }),
  gaussianNoise: of(image, { stddev: fc.constant(1) }),
  gaussianDropout: of(image, { rate: fc.constant(0.5) }),
  alphaDropout: of(image, { rate: fc.constant(0.5) }),
  masking: of(sequence, { maskValue: fc.constant(0) }),
  rescaling: of(image, { scale: fc.constantFrom(1 / 255, 2), offset: fc.constantFrom(0, -1) }),
  resizing: of(image, {
    height: side,
    width: side,
    interpolation: fc.constantFrom('nearest', 'bilinear'),
    cropToAspectRatio: fc.boolean(),
  }),
  centerCrop: of(image, { height: fc.integer({ min: 1, max: 10 }), width: fc.integer({ min: 1, max: 10 }) }),
  embedding: of(vector, { inputDim: fc.constant(9), outputDim: small }, 9),
  categoryEncoding: of(
    vector,
    { numTokens: fc.constant(9), outputMode: fc.constantFrom('int', 'multiHot', 'count') },
    9,
  ),
  dot: {
    inputs: fc.oneof(
      vector.map(([dims]) => [dims!, dims!]),
      fc.tuple(small, small, small).map(([a, b, c]) => [
        [a, b],
        [c, b],
      ]),
      fc.tuple(small, small).map(([a, b]) => [[a, b], [b]]),
    ),
    args: () => fc.record({ axes: fc.constant(-1), normalize: fc.boolean() }),
  },
  timeDistributed: { inputs: sequence, args: () => fc.record({ units: small }) },
}

const names = Object.keys(kinds)

/** Planar images where the options say so. */
function reordered(inputs: number[][], { dataFormat }: Args): number[][] {
  return dataFormat === 'channelsFirst' ? inputs.map(([h, w, c]) => [c!, h!, w!]) : inputs
}

/** Draws `count` cases of each kind, always the same. */
export function layerCases(count: number): LayerCase[] {
  return names.flatMap((kind, at) => {
    const { inputs, args, tokens } = kinds[kind]!
    const drawn = inputs.chain((dims) =>
      args(dims).map((options): [number[][], Args] => [reordered(dims, options), options]),
    )
    return fc
      .sample(drawn, { numRuns: count, seed: 20 + at })
      .map(([dims, options]) => caseOf(kind, dims, options, tokens))
  })
}

function caseOf(kind: string, inputs: number[][], options: Args, tokens?: number): LayerCase {
  const clean = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const name = `${kind} ${JSON.stringify(clean)} of ${inputs.map((dims) => `[${dims}]`).join(' ')}`
  const build = () => single(kind, inputs, structuredClone(clean))
  const layer = () => make[kind.replace('_', '')]!(structuredClone(clean) as never) as unknown as layers.layers.Layer
  const alone = (x: tf.Tensor) => layer().call(x, {}) as tf.Tensor
  return { name, inputs, build, ...(tokens && { tokens }), ...(['resizing', 'centerCrop'].includes(kind) && { alone }) }
}

function single(kind: string, shapes: number[][], options: Args): layers.LayersModel {
  const inputs = shapes.map((shape) => layers.input({ shape }))
  // These two write their output's shape into that of the tensor they are given, which must not be the model's input.
  const start =
    kind === 'centerCrop' || kind === 'categoryEncoding'
      ? inputs.map((x) => layers.layers.reshape({ targetShape: x.shape.slice(1) as number[] }).apply(x))
      : inputs
  const inner = kind === 'timeDistributed' ? { layer: make.dense!({ units: options.units } as never) } : options
  const output = make[kind.replace('_', '')]!(inner as never).apply(start.length === 1 ? start[0] : start)
  return layers.model({ inputs, outputs: output as layers.SymbolicTensor })
}
