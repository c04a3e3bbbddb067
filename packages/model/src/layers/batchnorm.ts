import { elements } from '../shape.ts'
import { numberOf } from '../strict.ts'
import type { BatchNormLayer } from '../types.ts'
import type { LayerKind, LayerParameter } from './kind.ts'

/** Normalisation of each channel or unit, with a trained scale and shift and the running statistics. */
export const batchNorm: LayerKind<BatchNormLayer> = {
  options: ['epsilon', 'momentum'],

  parse({ epsilon, momentum }, at) {
    const kept = (value: number) => Math.fround(value) > 0 && Math.fround(value) < Infinity
    const positive = 'a number above 0 that a 32-bit float can hold'
    const share = 'a number above 0, at most 1'
    return {
      type: 'batchNorm',
      ...(epsilon !== undefined && { epsilon: numberOf(epsilon, `${at}: epsilon`, positive, kept) }),
      ...(momentum !== undefined && {
        momentum: numberOf(momentum, `${at}: momentum`, share, (value) => kept(value) && value <= 1),
      }),
    }
  },

  output: (_, input) => input,

  // PyTorch's start: the identity, of statistics that change nothing.
  parameters: (_, input) => [
    constant('weight', input[0]!, 1, true),
    constant('bias', input[0]!, 0, true),
    constant('runningMean', input[0]!, 0, false),
    constant('runningVariance', input[0]!, 1, false),
  ],

  // With the running statistics it is a product and a sum.
  flops: (_, input) => 2 * elements(input),
}

function constant(name: string, size: number, value: number, trained: boolean): LayerParameter {
  return { name, dims: [size], fanIn: 1, trained, initial: () => value }
}
