import {
  type ActivationLayer,
  type BatchNormLayer,
  type Conv2dLayer,
  type DropoutLayer,
  type Layer,
  type Pool2dLayer,
  type ResidualLayer,
  windowOf,
} from '@pixelrow/model'
import { float, float32, type GraphBuilder, int, int64, ints, type Value } from '@pixelrow/onnx'
import { TrainError } from './error.ts'
import { DOMAIN } from './operators.ts'

/** What a layer needs of the graph it is added to. */
export interface LayerContext {
  g: GraphBuilder
  /** A parameter by its full name, such as `3.layers.1.weight`. */
  weight(name: string): Value
  /** Absent outside of training, where dropout does nothing and batch norm uses its running statistics. */
  training?: {
    /** Says what follows on a running statistic. */
    next(name: string, value: Value): void
    /** A random stream of its own for each dropout layer. */
    stream(): number
  }
}

/** Applies layers one after the other; `path` is what their parameters' names begin with. */
export function applyLayers(context: LayerContext, layers: readonly Layer[], x: Value, path: string): Value {
  return layers.reduce((value, layer, index) => applyLayer(context, layer, value, `${path}${index}.`), x)
}

function applyLayer(context: LayerContext, layer: Layer, x: Value, path: string): Value {
  const { g } = context
  switch (layer.type) {
    case 'flatten':
      return x.dims.length === 2 ? x : g.op('Reshape', [x, g.constant(int64([0, -1]))])
    case 'dense':
      return g.op('Gemm', [x, ...filter(context, layer, path)])
    case 'conv2d':
      return g.op('Conv', [x, ...filter(context, layer, path)], window(layer, x))
    case 'maxPool2d':
      return maxPool(context, x, window(layer, x))
    case 'averagePool2d':
      return g.op('AveragePool', [x], window(layer, x))
    case 'globalAveragePool':
      return asVector(g, g.op('GlobalAveragePool', [x]))
    case 'globalMaxPool': {
      const size = x.dims.slice(2).map(Number)
      const whole = { kernel_shape: ints(size), strides: ints([1, 1]), pads: ints([0, 0, 0, 0]) }
      return asVector(g, maxPool(context, x, whole))
    }
    case 'batchNorm':
      return batchNorm(context, layer, x, path)
    case 'dropout':
      return dropout(context, layer, x)
    case 'residual':
      return residual(context, layer, x, path)
    default:
      return activation(g, layer, x)
  }
}

/** Weight and, unless the layer goes without, bias. */
function filter({ weight }: LayerContext, layer: { bias?: boolean }, path: string): Value[] {
  return [weight(`${path}weight`), ...(layer.bias === false ? [] : [weight(`${path}bias`)])]
}

function window(layer: Conv2dLayer | Pool2dLayer, x: Value) {
  const { kernel, stride, padding } = windowOf(layer, x.dims.slice(1).map(Number))
  return { kernel_shape: ints(kernel), strides: ints(stride), pads: ints(padding) }
}

function asVector(g: GraphBuilder, x: Value): Value {
  return g.op('Reshape', [x, g.constant(int64([0, Number(x.dims[1])]))])
}

function maxPool({ g, training }: LayerContext, x: Value, attributes: ReturnType<typeof window>): Value {
  // Training also wants to know which pixels were largest.
  return training
    ? g.ops('MaxPool', [x], attributes, { domain: DOMAIN, count: 2 })[0]!
    : g.op('MaxPool', [x], attributes)
}

function batchNorm({ g, weight, training }: LayerContext, layer: BatchNormLayer, x: Value, path: string): Value {
  const { epsilon = 1e-5, momentum = 0.1 } = layer
  const [scale, bias, runningMean, runningVariance] = ['weight', 'bias', 'runningMean', 'runningVariance'].map((name) =>
    weight(`${path}${name}`),
  )
  const attributes = { epsilon: float(epsilon) }
  if (!training) return g.op('BatchNormalization', [x, scale, bias, runningMean, runningVariance], attributes)
  const count = valuesOfChannel(x, path)
  const [y, , mean, variance] = g.ops('BatchNormTrain', [x, scale, bias], attributes, { domain: DOMAIN, count: 5 })
  const follow = (running: Value, batch: Value, share: number) =>
    g.op('Add', [
      g.op('Mul', [running, g.constant(float32(1 - momentum))]),
      g.op('Mul', [batch, g.constant(float32(share))]),
    ])
  // The running variance is the unbiased one, as in PyTorch.
  const unbiased = count / (count - 1)
  training.next(`${path}runningMean`, follow(runningMean!, mean!, momentum))
  training.next(`${path}runningVariance`, follow(runningVariance!, variance!, momentum * unbiased))
  return y!
}

/** How many values of a channel a batch has: of one alone there is no variance, and what is normalised by it is always 0; PyTorch refuses it, too. */
function valuesOfChannel({ dims }: Value, path: string): number {
  const [batch, , ...sides] = dims.map(Number)
  const count = sides.reduce((product, side) => product * side, batch!)
  if (count > 1) return count
  const layer = path.replace(/\.$/, '')
  throw new TrainError({
    code: 'TRAIN_BATCH_NORM_ONE_VALUE',
    params: { layer, batchSize: batch, dims: dims.map(Number) },
    message: `layer ${layer} (batchNorm) is given one value for each channel (${dims.join('×')}), which has no variance to divide by. Take a batchSize of 2 or more.`,
  })
}

function dropout({ g, training }: LayerContext, { rate }: DropoutLayer, x: Value): Value {
  if (!training || rate === 0) return x
  const attributes = { shape: ints(x.dims.map(Number)), rate: float(rate), stream: int(training.stream()) }
  return g.op('Mul', [x, g.op('SeededMask', [], attributes, { domain: DOMAIN })])
}

function residual(context: LayerContext, { layers, shortcut = [] }: ResidualLayer, x: Value, path: string): Value {
  const main = applyLayers(context, layers, x, `${path}layers.`)
  return context.g.op('Add', [main, applyLayers(context, shortcut, x, `${path}shortcut.`)])
}

function activation(g: GraphBuilder, { type }: ActivationLayer, x: Value): Value {
  switch (type) {
    case 'relu':
      return g.op('Relu', [x])
    case 'sigmoid':
      return g.op('Sigmoid', [x])
    case 'tanh':
      return g.op('Tanh', [x])
    case 'silu':
      return g.op('Mul', [x, g.op('Sigmoid', [x])])
    case 'gelu': {
      const scaled = g.op('Mul', [x, g.constant(float32(Math.SQRT1_2))])
      const share = g.op('Add', [g.op('Erf', [scaled]), g.constant(float32(1))])
      return g.op('Mul', [g.op('Mul', [x, g.constant(float32(0.5))]), share])
    }
  }
}
