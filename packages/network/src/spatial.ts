import {
  type BatchNormLayer,
  type Conv2dLayer,
  type GlobalPoolLayer,
  type Pool2dLayer,
  windowOf,
} from '@pixelrow/model'
import { float, int, ints, type Value } from '@pixelrow/onnx'
import { own, ownAndBias } from './parameter.ts'
import { reshape } from './reshape.ts'
import type { LayerSite, WindowAttributes } from './surroundings.ts'

/** A convolution of an image `[N, C, H, W]`; its weight has ONNX's layout as it is. */
export function conv2d(site: LayerSite, layer: Conv2dLayer, x: Value): Value {
  return site.g.op('Conv', [x, ...ownAndBias(site, layer)], windowAttributes(layer, x), { outputs: site.name })
}

/** A pooling of an image `[N, C, H, W]`. */
export function pool2d(site: LayerSite, layer: Pool2dLayer, x: Value): Value {
  const window = windowAttributes(layer, x)
  if (layer.type === 'maxPool2d') return maxPool(site, x, window)
  return site.g.op('AveragePool', [x], { ...window, count_include_pad: int(0) }, { outputs: site.name })
}

function maxPool(site: LayerSite, x: Value, window: WindowAttributes): Value {
  const { g, name: output, training } = site
  return training ? training.maxPool(site, x, { window, output }) : g.op('MaxPool', [x], window, { outputs: output })
}

/** An image `[N, C, H, W]` to a vector `[N, C]`; ONNX leaves two axes of size 1 behind. */
export function globalPool(site: LayerSite, layer: GlobalPoolLayer, x: Value): Value {
  const { g, name, training } = site
  const isMax = layer.type === 'globalMaxPool'
  const output = `${name}/pooled`
  const pooled =
    isMax && training
      ? training.maxPool(site, x, { window: wholeImage(x), output })
      : g.op(isMax ? 'GlobalMaxPool' : 'GlobalAveragePool', [x], {}, { outputs: output })
  return reshape(g, pooled, [Number(x.dims[1])], name)
}

/** Normalisation by the running statistics, of an image's channels or a vector's units; in training by the batch's own. */
export function batchNorm(site: LayerSite, layer: BatchNormLayer, x: Value): Value {
  if (site.training) return site.training.batchNorm(site, layer, x)
  const inputs = ['weight', 'bias', 'runningMean', 'runningVariance'].map((name) => own(site, name))
  const attributes = { epsilon: float(layer.epsilon ?? 1e-5) }
  return site.g.op('BatchNormalization', [x, ...inputs], attributes, { outputs: site.name })
}

/** Everything in numbers: not every runtime knows `auto_pad`, and not all that do mean the same. */
function windowAttributes(layer: Conv2dLayer | Pool2dLayer, x: Value): WindowAttributes {
  const { kernel, stride, padding } = windowOf(layer, x.dims.slice(1).map(Number))
  return { kernel_shape: ints(kernel), strides: ints(stride), pads: ints(padding) }
}

function wholeImage(x: Value): WindowAttributes {
  return { kernel_shape: ints(x.dims.slice(2).map(Number)), strides: ints([1, 1]), pads: ints([0, 0, 0, 0]) }
}
