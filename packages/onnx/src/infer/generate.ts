import { dataTypeOf } from '../datatypes.ts'
import type { DataType, Tensor } from '../types.ts'
import {
  type Attributes,
  constantInts,
  type InferRule,
  intOf,
  type Rules,
  required,
  type,
  unknownDims,
} from './rule.ts'

/** The tensor that a Constant node holds, in whichever attribute; undefined where it holds none (a sparse one). */
export function constantValue(attributes: Attributes): Tensor | undefined {
  const attribute = attributes.value ?? Object.entries(attributes).find(([name]) => name.startsWith('value_'))?.[1]
  if (!attribute) return undefined
  if ('tensor' in attribute) return attribute.tensor
  if ('float' in attribute) return { dataType: 'float32', dims: [], data: Float32Array.of(attribute.float) }
  if ('int' in attribute) return { dataType: 'int64', dims: [], data: BigInt64Array.of(BigInt(attribute.int)) }
  if ('string' in attribute) return { dataType: 'string', dims: [], data: [attribute.string] }
  if ('floats' in attribute) return list('float32', Float32Array.from(attribute.floats))
  if ('ints' in attribute) return list('int64', BigInt64Array.from(attribute.ints, BigInt))
  if ('strings' in attribute) return list('string', [...attribute.strings])
  return undefined
}

function list(dataType: DataType, data: Float32Array | BigInt64Array | string[]): Tensor {
  return { dataType, dims: [data.length], data }
}

const constant: InferRule = (_inputs, attributes) => {
  const tensor = constantValue(attributes)
  if (!tensor) throw new Error('no value attribute')
  return [type(tensor.dataType, tensor.dims)]
}

/** Filled with `value`'s one element, by default float32 0. */
const constantOfShape: InferRule = (inputs, attributes, constantOf) => {
  const shape = required(inputs, 0)
  const dataType = attributes.value && 'tensor' in attributes.value ? attributes.value.tensor.dataType : 'float32'
  const rank = shape.dims[0]
  return [type(dataType, constantInts(constantOf, shape) ?? (typeof rank === 'number' ? unknownDims(rank) : undefined))]
}

const range: InferRule = (inputs, _attributes, constantOf) => {
  const { dataType } = required(inputs, 0)
  // 16-bit floats are kept as their bits, which are no numbers.
  const bits = dataType === 'float16' || dataType === 'bfloat16'
  const [start, limit, delta] = [0, 1, 2].map((index) =>
    bits ? undefined : constantOf(required(inputs, index))?.data[0],
  )
  if (start === undefined || limit === undefined || delta === undefined) return [type(dataType, [''])]
  if (Number(delta) === 0) throw new Error('delta 0 never ends')
  return [type(dataType, [Math.max(0, Math.ceil((Number(limit) - Number(start)) / Number(delta)))])]
}

const eyeLike: InferRule = (inputs, attributes) => {
  const x = required(inputs, 0)
  return [type(attributes.dtype ? dataTypeOf(intOf(attributes, 'dtype', 1)) : x.dataType, x.dims)]
}

/** Operators that make values out of few or none. */
export const generators: Rules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  EyeLike: eyeLike,
}
