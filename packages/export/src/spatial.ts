import {
  type BatchNormLayer,
  type Conv2dLayer,
  type GlobalPoolLayer,
  type Pool2dLayer,
  windowOf,
} from '@pixelrow/model'
import { type Attribute, float, int, ints, type Value } from '@pixelrow/onnx'
import { named, reshape } from './names.ts'
import { parameter, type Site } from './site.ts'

/** A convolution of an image `[N, C, H, W]`; its weight has ONNX's layout as it is. */
export function conv2d(site: Site, layer: Conv2dLayer, x: Value): Value {
  const [weight, bias] = [parameter(site, 'weight'), parameter(site, 'bias')]
  const inputs = bias ? [x, weight, bias] : [x, weight]
  return site.g.op('Conv', inputs, windowAttributes(layer, x), named(`${site.name}/Conv`, site.name))
}

/** A pooling of an image `[N, C, H, W]`. */
export function pool2d({ g, name }: Site, layer: Pool2dLayer, x: Value): Value {
  const average = layer.type === 'averagePool2d'
  const attributes = { ...windowAttributes(layer, x), ...(average && { count_include_pad: int(0) }) }
  const opType = average ? 'AveragePool' : 'MaxPool'
  return g.op(opType, [x], attributes, named(`${name}/${opType}`, name))
}

/** An image `[N, C, H, W]` to a vector `[N, C]`; ONNX leaves two axes of size 1 behind. */
export function globalPool({ g, name }: Site, layer: GlobalPoolLayer, x: Value): Value {
  const opType = layer.type === 'globalAveragePool' ? 'GlobalAveragePool' : 'GlobalMaxPool'
  const pooled = g.op(opType, [x], {}, named(`${name}/${opType}`, `${name}/pooled`))
  return reshape(g, pooled, [Number(x.dims[1])], name)
}

/** Normalisation by the running statistics, of an image's channels or a vector's units. */
export function batchNorm(site: Site, { epsilon = 1e-5 }: BatchNormLayer, x: Value): Value {
  const names = ['weight', 'bias', 'runningMean', 'runningVariance']
  const inputs = [x, ...names.map((name) => parameter(site, name))]
  const opType = 'BatchNormalization'
  return site.g.op(opType, inputs, { epsilon: float(epsilon) }, named(`${site.name}/${opType}`, site.name))
}

/** Everything in numbers: not every runtime knows `auto_pad`, and not all that do mean the same. */
function windowAttributes(layer: Conv2dLayer | Pool2dLayer, x: Value): Record<string, Attribute> {
  const { kernel, stride, padding } = windowOf(layer, x.dims.slice(1).map(Number))
  return { kernel_shape: ints(kernel), strides: ints(stride), pads: ints(padding) }
}
