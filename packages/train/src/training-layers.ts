import type { BatchNormLayer } from '@pixelrow/model'
import type { LayerSite, TrainingLayers } from '@pixelrow/network'
import { float, float32, int, ints, type Value } from '@pixelrow/onnx'
import { TrainError } from './error.ts'
import { operands } from './operands.ts'
import { DOMAIN } from './operators.ts'

/** What a training step wants to know of the layers that it does in its own way. */
interface Listener {
  /** Says what follows on a running statistic. */
  next(name: string, value: Value): void
  /** A random stream of its own for each dropout layer. */
  stream(): number
}

/** The layers that training does in another way than inference: with indices, by the batch's statistics, with a random mask. */
export function trainingLayers(listener: Listener): TrainingLayers {
  return {
    maxPool: ({ g }, x, { window, output }) =>
      g.ops('MaxPool', [x], window, { domain: DOMAIN, count: 2, outputs: [output, `${output}/indices`] })[0]!,
    batchNorm: (site, layer, x) => batchNorm(site, { ...layer, x }, listener),
    dropout({ g, name: output }, { rate }, x) {
      if (rate === 0) return x
      const attributes = { shape: ints(x.dims.map(Number)), rate: float(rate), stream: int(listener.stream()) }
      const mask = g.op('SeededMask', [], attributes, { domain: DOMAIN, outputs: `${output}/mask` })
      return g.op('Mul', [x, mask], {}, { outputs: output })
    },
  }
}

function batchNorm(
  { g, name, path, parameter }: LayerSite,
  { epsilon = 1e-5, momentum = 0.1, x }: BatchNormLayer & { x: Value },
  { next }: Listener,
): Value {
  const own = (field: string) => parameter(`${path}.${field}`, `${name}/${field}`)
  const [scale, bias] = [own('weight'), own('bias')]
  const [runningMean, runningVariance] = [own('runningMean'), own('runningVariance')]
  const count = valuesOfChannel(x, path)
  const outputs = [name, ...['normalized', 'mean', 'variance', 'inverseStd'].map((field) => `${name}/${field}`)]
  const options = { domain: DOMAIN, count: 5, outputs }
  const results = g.ops('BatchNormTrain', [x, scale, bias], { epsilon: float(epsilon) }, options)
  const [y, , mean, variance] = operands(results, 4, 'BatchNormTrain')
  const follow = (running: Value, batch: Value, share: number) =>
    g.op('Add', [
      g.op('Mul', [running, g.constant(float32(1 - momentum))]),
      g.op('Mul', [batch, g.constant(float32(share))]),
    ])
  // The running variance is the unbiased one, as in PyTorch.
  const unbiased = count / (count - 1)
  next(`${path}.runningMean`, follow(runningMean, mean, momentum))
  next(`${path}.runningVariance`, follow(runningVariance, variance, momentum * unbiased))
  return y
}

/** How many values of a channel a batch has: of one alone there is no variance, and what is normalised by it is always 0; PyTorch refuses it, too. */
function valuesOfChannel({ dims }: Value, layer: string): number {
  const [batch, , ...sides] = dims.map(Number)
  const count = sides.reduce((product, side) => product * side, batch!)
  if (count > 1) return count
  throw new TrainError({
    code: 'TRAIN_BATCH_NORM_ONE_VALUE',
    params: { layer, batchSize: batch, dims: dims.map(Number) },
    message: `layer ${layer} (batchNorm) is given one value for each channel (${dims.join('×')}), which has no variance to divide by. Take a batchSize of 2 or more.`,
  })
}
