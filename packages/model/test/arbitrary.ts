import { type Architecture, activations, type InputLayer, type Layer, ModelError, outputShapes } from '@pixelrow/model'
import fc from 'fast-check'

/** A layer made for the shape that it is fed: some have to know the channels. */
type Candidate = (shape: number[]) => Layer

const whole = (min: number, max: number) => fc.integer({ min, max })
const size = fc.oneof(whole(1, 4), fc.tuple(whole(1, 4), whole(1, 4)))
const stride = fc.oneof(whole(1, 3), fc.tuple(whole(1, 3), whole(1, 3)))
const words = fc.constantFrom('same' as const, 'valid' as const)
const always = (layer: fc.Arbitrary<Layer>) =>
  layer.map(
    (layer): Candidate =>
      () =>
        layer,
  )

const activationType = fc.constantFrom(...activations)
const activation = activationType.map((type): Layer => ({ type }))

const dense = fc.record(
  { type: fc.constant('dense' as const), units: whole(1, 9), bias: fc.boolean() },
  { requiredKeys: ['type', 'units'] },
)

const conv2d = fc.record(
  {
    type: fc.constant('conv2d' as const),
    filters: whole(1, 5),
    kernelSize: size,
    stride,
    padding: fc.oneof(words, whole(0, 3), fc.tuple(whole(0, 4), whole(0, 4), whole(0, 4), whole(0, 4))),
    bias: fc.boolean(),
  },
  { requiredKeys: ['type', 'filters', 'kernelSize'] },
)

// Padding of 1 fits sizes from 2; `fitted` drops the others.
const pool2d = fc.record(
  {
    type: fc.constantFrom('maxPool2d' as const, 'averagePool2d' as const),
    size,
    stride,
    padding: fc.oneof(words, whole(0, 2), fc.tuple(whole(0, 2), whole(0, 2), whole(0, 2), whole(0, 2))),
  },
  { requiredKeys: ['type', 'size'] },
)

const batchNorm = fc.record(
  {
    type: fc.constant('batchNorm' as const),
    epsilon: fc.constantFrom(1e-5, 1e-3, 0.1),
    momentum: fc.constantFrom(0.01, 0.5, 1),
  },
  { requiredKeys: ['type'] },
)

const dropout = fc.record({ type: fc.constant('dropout' as const), rate: fc.constantFrom(0, 0.25, 0.9) })

/** A residual layer that keeps the shape, around convolutions that may have a residual layer inside. */
const identity = fc.tuple(activation, batchNorm, whole(1, 4), whole(1, 3), fc.boolean())
const plainResidual = identity.map(([act, norm, filters, kernelSize, nested]): Candidate => {
  return ([channels, ...sides]) => {
    if (sides.length === 0) return { type: 'residual', layers: [{ type: 'dense', units: channels! }, norm] }
    const conv = (filters: number): Layer => ({ type: 'conv2d', filters, kernelSize, padding: 'same' })
    const inside: Layer[] = nested ? [{ type: 'residual', layers: [act, conv(filters)] }] : []
    return { type: 'residual', layers: [conv(filters), ...inside, norm, act, conv(channels!)] }
  }
})

/** A residual layer whose shortcut changes the shape as its layers do. */
const shortcutResidual = fc
  .tuple(activation, whole(1, 4), stride, whole(1, 3))
  .map(([act, filters, stride, kernelSize]): Layer => {
    const conv = { type: 'conv2d' as const, filters, stride, padding: 'same' as const }
    const shortcut: Layer[] = [{ ...conv, kernelSize: 1, bias: false }, { type: 'batchNorm' }]
    return { type: 'residual', layers: [{ ...conv, kernelSize }, act], shortcut }
  })

const anywhere = fc.oneof(always(activation), always(batchNorm), always(dropout), plainResidual)
const onImages = fc.oneof(
  { weight: 3, arbitrary: always(conv2d) },
  { weight: 2, arbitrary: always(pool2d) },
  { weight: 1, arbitrary: always(shortcutResidual) },
  { weight: 2, arbitrary: anywhere },
)
const onVectors = fc.oneof(always(dense), anywhere)
const between = fc.constantFrom<Layer>({ type: 'flatten' }, { type: 'globalAveragePool' }, { type: 'globalMaxPool' })

function number(min: number, max: number) {
  // JSON has no −0.
  return fc.double({ min, max, noNaN: true }).map((value) => value + 0)
}

function inputOf(channels: number): fc.Arbitrary<InputLayer> {
  const list = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: channels, maxLength: channels })
  return fc.record(
    {
      shape: fc.record({
        height: whole(1, 9),
        width: whole(1, 9),
        channels: fc.constant(channels),
        channelOrder: fc.constantFrom('interleaved' as const, 'planar' as const),
      }),
      maxValue: fc.constantFrom(1, 3, 16, 100, 255),
      mean: list(number(0, 1)),
      std: list(number(0.2, 2)),
    },
    { requiredKeys: ['shape', 'maxValue'] },
  )
}

/** Appends to `layers` those of the candidates that fit. */
function fitted(input: InputLayer, layers: readonly Layer[], candidates: readonly Candidate[]): Layer[] {
  const fitting = [...layers]
  const { channels, height, width } = input.shape
  for (const candidate of candidates) {
    try {
      const shape = fitting.length > 0 ? outputShapes({ input, layers: fitting }).at(-1)! : [channels, height, width]
      const layer = candidate(shape)
      outputShapes({ input, layers: [...fitting, layer] })
      fitting.push(layer)
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
    }
  }
  return fitting
}

/** Valid architectures of a few small layers of all kinds, of any small image shape. */
export const architectures: fc.Arbitrary<Architecture> = fc
  .tuple(
    whole(1, 3).chain(inputOf),
    fc.array(onImages, { maxLength: 4 }),
    between,
    fc.array(onVectors, { maxLength: 3 }),
    whole(2, 12),
  )
  .map(([input, early, middle, late, units]) => {
    const vector = [...fitted(input, [], early), middle]
    return { input, layers: [...fitted(input, vector, late), { type: 'dense', units }] }
  })

/** A small integer hash as the source of uniform numbers: another value for each place, the same at every call. */
export function uniform(stream: number, index: number): number {
  let h = Math.imul(stream + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32
}
