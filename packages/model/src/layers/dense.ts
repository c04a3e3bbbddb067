import { ModelError } from '../error.ts'
import { describeShape } from '../shape.ts'
import { positiveInteger, show } from '../strict.ts'
import type { DenseLayer } from '../types.ts'
import type { LayerKind } from './kind.ts'

/** `x · weight + bias`, with a weight of `[inputs, units]`. */
export const dense: LayerKind<DenseLayer> = {
  options: ['units', 'bias'],

  parse({ units, bias }, at) {
    if (bias !== undefined && typeof bias !== 'boolean') {
      throw new ModelError(`${at}: bias is ${show(bias)}; expected true or false.`)
    }
    return { type: 'dense', units: positiveInteger(units, `${at}: units`), ...(bias !== undefined && { bias }) }
  },

  output(layer, input, at) {
    if (input.length === 1) return [layer.units]
    throw new ModelError(`${at} takes a vector, found ${describeShape(input)}. Put { type: 'flatten' } before it.`)
  },

  parameters(layer, input) {
    const fanIn = input[0]!
    const initial = uniformOverFanIn(fanIn)
    const weight = { name: 'weight', dims: [fanIn, layer.units], fanIn, initial }
    return layer.bias === false ? [weight] : [weight, { name: 'bias', dims: [layer.units], fanIn, initial }]
  },

  // n products and n − 1 sums for each unit; the bias is one more sum.
  flops: (layer, input) => (2 * input[0]! - (layer.bias === false ? 1 : 0)) * layer.units,
}

/**
 * PyTorch's default for nn.Linear: Kaiming-uniform (He et al. 2015, arXiv:1502.01852) with a = √5, so the bound
 * √(6 / ((1 + a²) · fanIn)) is 1/√fanIn; the bias is drawn from the same range.
 */
function uniformOverFanIn(fanIn: number): (uniform: number) => number {
  const bound = 1 / Math.sqrt(fanIn)
  return (uniform) => (2 * uniform - 1) * bound
}
