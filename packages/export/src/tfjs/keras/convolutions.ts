import { channelsFirst, channelsLast } from '../shaping.ts'
import type { Signal } from '../signal.ts'
import { convolve, convolveDepthwise, convolveTransposed, type Moves, pool, refuseNegative } from '../windows.ts'
import { activate } from './activations.ts'
import { numbersOf, refuse, wordOf } from './config.ts'
import { type Call, type Rule, rule, withBias } from './layer.ts'

/** Calls a rule of images with the channels last, whatever the layer's own order is. */
export function image(lower: Rule['lower']): Rule['lower'] {
  return (call, x) => {
    const { site, config } = call
    const order = wordOf(site, config, 'data_format', ['channels_last', 'channels_first'], 'channels_last')
    if (order === 'channels_last') return lower(call, x)
    return channelsFirst(site, lower(call, channelsLast(site, x)))
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
    const { site, config, weight } = call
    const [filter, moves] = [{ kernel: weight('kernel'), bias: biasOf(call) }, movesOf(call, axes)]
    refuseNegative(site, numbersOf(site, config, 'kernel_size', axes), moves)
    return activate(site, convolve(site, x, filter, moves), config)
  }
  if (axes > 1) return { weights: withBias('kernel'), lower: image(lower) }
  const sequence = (call: Call, x: Signal) => {
    refuse(call.site, call.config, { data_format: 'channels_last' })
    return lower(call, x)
  }
  return { weights: withBias('kernel'), lower: sequence }
}

function convTranspose(axes: number): Rule {
  const lower = (call: Call, x: Signal) => {
    const { site, config, weight } = call
    refuse(site, config, { dilation_rate: 1, output_padding: null })
    const [filter, moves] = [{ kernel: weight('kernel'), bias: biasOf(call) }, movesOf(call, axes)]
    refuseNegative(site, numbersOf(site, config, 'kernel_size', axes), moves)
    return activate(site, convolveTransposed(site, x, filter, moves), config)
  }
  return { weights: withBias('kernel'), lower: image(lower) }
}

const depthwise: Rule = {
  weights: withBias('depthwise_kernel'),
  lower: image((call, x) => {
    const { site, config, weight } = call
    refuse(site, config, { dilation_rate: 1 })
    const filter = { kernel: weight('depthwise_kernel'), bias: biasOf(call) }
    return activate(site, convolveDepthwise(site, x, filter, movesOf(call, 2)), config)
  }),
}

const separable: Rule = {
  weights: withBias('depthwise_kernel', 'pointwise_kernel'),
  lower: image((call, x) => {
    const { site, config, weight } = call
    const inner = { ...site, name: `${site.name}/depthwise` }
    const middle = convolveDepthwise(inner, x, { kernel: weight('depthwise_kernel') }, movesOf(call, 2))
    const point = { kernel: weight('pointwise_kernel'), bias: biasOf(call) }
    return activate(site, convolve(site, middle, point, { strides: [1, 1], padding: 'valid' }), config)
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
  return rule(axes > 1 ? image(lower) : lower)
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
