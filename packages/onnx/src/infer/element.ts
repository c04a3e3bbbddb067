import { dataTypeOf } from '../datatypes.ts'
import { operandsOf } from '../operands.ts'
import type { DataType, Node, TensorType } from '../types.ts'

/** Attributes that name an output's type by its number. */
const naming = ['to', 'dtype', 'output_dtype', 'output_datatype', 'stash_type']

/** What an output is that neither an input nor an attribute gives its type to. */
const defaults: Readonly<Record<string, DataType>> = {
  ConstantOfShape: 'float32',
  RandomNormal: 'float32',
  RandomUniform: 'float32',
  HannWindow: 'float32',
  HammingWindow: 'float32',
  BlackmanWindow: 'float32',
  LayerNormalization: 'float32',
  Multinomial: 'int32',
  QuantizeLinear: 'uint8',
}

/** Operators whose output is like their input unless an attribute says otherwise. */
const alike = new Set(['EyeLike', 'Bernoulli', 'RandomNormalLike', 'RandomUniformLike'])

/**
 * The element types of a node's outputs, where nothing tells their shapes: those that the operator's definition ties to its inputs,
 * or leaves no choice in. `'undefined'` where it says nothing.
 */
export function elementTypes(node: Node, inputs: readonly (TensorType | undefined)[], opset: number): TensorType[] {
  const operands = operandsOf(node.opType, opset)
  if (!operands) return []
  const bound = new Map<string, DataType>()
  inputs.forEach((type, index) => {
    const letter = operands.input(index)?.letter
    if (letter !== undefined && type && type.dataType !== 'undefined') bound.set(letter, type.dataType)
  })
  return node.outputs.map((_, index) => {
    const operand = operands.output(index)
    if (!operand || operand.others) return { dataType: 'undefined' }
    const only = operand.types.size === 1 ? [...operand.types][0] : undefined
    return { dataType: bound.get(operand.letter) ?? only ?? named(node) ?? otherwise(node, inputs[0]) }
  })
}

function named({ attributes }: Node): DataType | undefined {
  for (const name of naming) {
    const attribute = attributes[name]
    if (attribute && 'int' in attribute && Number(attribute.int) > 0) return dataTypeOf(Number(attribute.int))
  }
  return attributes.value && 'tensor' in attributes.value ? attributes.value.tensor.dataType : undefined
}

function otherwise({ opType }: Node, first: TensorType | undefined): DataType {
  if (alike.has(opType) && first) return first.dataType
  return Object.hasOwn(defaults, opType) ? defaults[opType]! : 'undefined'
}
