import { channelsFirst, channelsLast } from '../shaping.ts'
import type { Signal } from '../signal.ts'
import { convolve, convolveDepthwise, convolveTransposed, type Moves, pool, refuseNegative } from '../windows.ts'
import { activate } from './activations.ts'
import { numbersOf, refuseOfTfjs, wordOf } from './config.ts'
import { type Call, type Rule, rule, withBias } from './layer.ts'
import { isKeras } from './writtenby.ts'

/** Calls a rule of images with the channels last, whatever the layer's own order is. */
export function image(lower: Rule['lower']): Rule['lower'] {
  return (call, x) => {
    if (orderOf(call) === 'channels_last') return lower(call, x)
    return channelsFirst(call.site, lower(call, channelsLast(call.site, x)))
  }
}

const orderOf = ({ site, config }: Call) =>
  wordOf(site, config, 'data_format', ['channels_last', 'channels_first'], 'channels_last')

/**
 * The same with the layer's activation behind it. Of an image with its channels first, Keras takes a softmax along its last axis, which are the
 * columns; tfjs takes it before the channels go first again.
 */
function activated(lower: Rule['lower']): Rule['lower'] {
  return (call, x) => {
    const { site, config } = call
    const alongAxis = orderOf(call) === 'channels_first' && /softmax$/i.test(String(config.activation))
    if (!alongAxis || isKeras(site, 'softmax of channels first')) return activate(site, image(lower)(call, x), config)
    return image((inner, y) => activate(site, lower(inner, y), config))(call, x)
  }
}

function movesOf({ site, config }: Call, axes: number): Moves {
  return {
    strides: numbersOf(site, config, 'strides', axes, 1),
    dilations: numbersOf(site, config, 'dilation_rate', axes, 1),
    padding: wordOf<'same' | 'valid'>(site, config, 'padding', ['same', 'valid'], 'valid'),
  }
}

const biasOf = ({ config, weight }: Call) => (config.use_bias === false ? undefined : weight('bias'))

function conv(axes: number): Rule {
  const lower = (call: Call, x: Signal) => {
    const { site, weight } = call
    const [filter, moves] = [{ kernel: weight('kernel'), bias: biasOf(call) }, movesOf(call, axes)]
    refuseNegative(site, filter.kernel.dims.slice(0, axes), moves)
    return convolve(site, x, filter, moves)
  }
  const sequence = (call: Call, x: Signal) => {
    refuseOfTfjs(call.site, call.config, { data_format: 'channels_last' })
    return activated(lower)(call, x)
  }
  return { weights: withBias('kernel'), lower: axes > 1 ? activated(lower) : sequence }
}

function convTranspose(axes: number): Rule {
  const lower = (call: Call, x: Signal) => {
    const { site, config, weight } = call
    refuseOfTfjs(site, config, { dilation_rate: 1, output_padding: null })
    const outputPadding = config.output_padding == null ? undefined : numbersOf(site, config, 'output_padding', axes)
    const filter = { kernel: weight('kernel'), bias: biasOf(call) }
    const moves = { ...movesOf(call, axes), ...(outputPadding && { outputPadding }) }
    refuseNegative(site, filter.kernel.dims.slice(0, axes), moves)
    return convolveTransposed(site, x, filter, moves)
  }
  return { weights: withBias('kernel'), lower: activated(lower) }
}

const depthwise: Rule = {
  weights: withBias('depthwise_kernel'),
  lower: activated((call, x) => {
    const { site, config, weight } = call
    refuseOfTfjs(site, config, { dilation_rate: 1 })
    const filter = { kernel: weight('depthwise_kernel'), bias: biasOf(call) }
    return convolveDepthwise(site, x, filter, movesOf(call, 2))
  }),
}

const separable: Rule = {
  weights: withBias('depthwise_kernel', 'pointwise_kernel'),
  lower: activated((call, x) => {
    const { site, weight } = call
    const inner = { ...site, name: `${site.name}/depthwise` }
    const middle = convolveDepthwise(inner, x, { kernel: weight('depthwise_kernel') }, movesOf(call, 2))
    const point = { kernel: weight('pointwise_kernel'), bias: biasOf(call) }
    return convolve(site, middle, point, { strides: [1, 1], padding: 'valid' })
  }),
}

function pooling(kind: 'max' | 'average', axes: number): Rule {
  const lower = (call: Call, x: Signal) => {
    const { site, config } = call
    const size = numbersOf(site, config, 'pool_size', axes, 2)
    const strides = config.strides == null ? size : numbersOf(site, config, 'strides', axes)
    const padding = wordOf<'same' | 'valid'>(site, config, 'padding', ['same', 'valid'], 'valid')
    refuseNegative(site, size, { strides, padding })
    return pool(site, kind, x, size, { strides, padding })
  }
  return rule(image(lower))
}

/** Convolutions and poolings. */
export const windows: Readonly<Record<string, Rule>> = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  Conv3D: conv(3),
  Conv2DTranspose: convTranspose(2),
  Conv3DTranspose: convTranspose(3),
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  MaxPooling1D: pooling('max', 1),
  MaxPooling2D: pooling('max', 2),
  MaxPooling3D: pooling('max', 3),
  AveragePooling1D: pooling('average', 1),
  AveragePooling2D: pooling('average', 2),
  AveragePooling3D: pooling('average', 3),
}
