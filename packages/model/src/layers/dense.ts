import { ModelError } from '../error.ts'
import { describeShape } from '../shape.ts'
import { optionalBoolean, positiveInteger } from '../strict.ts'
import type { DenseLayer } from '../types.ts'
import { kaimingUniform } from './kaiming.ts'
import type { LayerKind } from './kind.ts'

/** `x · weight + bias`, with a weight of `[inputs, units]`. */
export const dense: LayerKind<DenseLayer> = {
  options: ['units', 'bias'],

  parse(fields, at) {
    const bias = optionalBoolean(fields.bias, `${at}: bias`)
    return { type: 'dense', units: positiveInteger(fields.units, `${at}: units`), ...(bias !== undefined && { bias }) }
  },

  output(layer, input, at) {
    if (input.length === 1) return [layer.units]
    const found = describeShape(input)
    const message = `${at} takes a vector, found ${found}. Put { type: 'flatten' } before it.`
    throw new ModelError('MODEL_SHAPE_UNFIT', message, { params: { expected: 'a vector', found } })
  },

  parameters: ({ units, bias }, input) => kaimingUniform([input[0]!, units], input[0]!, units, bias),

  // n products and n − 1 sums for each unit; the bias is one more sum.
  flops: (layer, input) => (2 * input[0]! - (layer.bias === false ? 1 : 0)) * layer.units,
}
