import { numberOf } from '../strict.ts'
import type { DropoutLayer } from '../types.ts'
import type { LayerKind } from './kind.ts'

/** Random zeros in training; nothing in a forward pass afterwards. */
export const dropout: LayerKind<DropoutLayer> = {
  options: ['rate'],
  parse({ rate }, at) {
    // In a 32-bit float too, or the training would divide by 0.
    const fits = (value: number) => value >= 0 && Math.fround(value) < 1
    return { type: 'dropout', rate: numberOf(rate, `${at}: rate`, 'a number from 0 to below 1', fits) }
  },
  output: (_, input) => input,
  parameters: () => [],
  flops: () => 0,
}
