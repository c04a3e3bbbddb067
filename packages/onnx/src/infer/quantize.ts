import { dataTypeOf } from '../datatypes.ts'
import type { DataType } from '../types.ts'
import { type Attributes, type InferRule, intOf, type Rules, required, type, typeOf } from './rule.ts'

/** Since opset 21 (23 back to floats) an attribute may say the output's type. */
function stated(attributes: Attributes): DataType | undefined {
  const code = intOf(attributes, 'output_dtype', 0)
  return code === 0 ? undefined : dataTypeOf(code)
}

/** The zero point's type, uint8 where it is left out. */
const quantize: InferRule = (inputs, attributes) => {
  const x = required(inputs, 0)
  required(inputs, 1)
  return [type(inputs[2]?.dataType ?? stated(attributes) ?? 'uint8', x.dims)]
}

/** The scale's type. */
const dequantize: InferRule = (inputs, attributes) => {
  const x = required(inputs, 0)
  const [scale, zero] = [required(inputs, 1), inputs[2]]
  if (zero && zero.dataType !== x.dataType)
    throw new Error(`the zero point is ${zero.dataType}, the input ${x.dataType}`)
  return [type(stated(attributes) ?? scale.dataType, x.dims)]
}

/** Scale and zero point of one uint8 tensor are scalars. */
const dynamic: InferRule = (inputs) => {
  const x = typeOf(required(inputs, 0))
  return [type('uint8', x.dims), type('float32', []), type('uint8', [])]
}

/** Operators between floats and small integers. */
export const quantization: Rules = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamic,
}
