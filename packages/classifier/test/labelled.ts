import { type Attribute, int64, type Model, type Node, type Tensor, tensor, write } from '@pixelrow/onnx'

/** A linear classifier of 2×2 grey images, value by value the brightness of the first three pixels: what converters of others make of one. */
export interface Labelled {
  nodes: Node[]
  outputs: Model['graph']['outputs']
  initializers?: Tensor[]
  metadata?: Record<string, string>
  opsets?: Record<string, number>
}

export const node = (
  opType: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, Attribute> = {},
): Node => {
  const isOfTraditional = ['LinearClassifier', 'ArrayFeatureExtractor', 'LabelEncoder', 'ZipMap'].includes(opType)
  return { opType, domain: isOfTraditional ? 'ai.onnx.ml' : '', name: outputs.join(), inputs, outputs, attributes }
}

/** The operator of skl2onnx: `label` and `scores` of three classes by the first three pixels. */
export const linear = (labels: Record<string, Attribute>): Node =>
  node('LinearClassifier', ['image'], ['label', 'scores'], {
    coefficients: { floats: [9, 0, 0, 0, 0, 9, 0, 0, 0, 0, 9, 0] },
    intercepts: { floats: [0, 0, 0] },
    post_transform: { string: 'SOFTMAX' },
    ...labels,
  })

/** The same scores of ordinary operators. */
export const plain: Node[] = [
  node('Slice', ['image', 'from', 'to', 'axis'], ['logits']),
  node('Softmax', ['logits'], ['scores']),
]
/** A constant list of whole numbers. */
export const numbers = (name: string, values: readonly (number | bigint)[]): Tensor => ({ ...int64(values), name })
export const plainWeights: Tensor[] = [numbers('from', [0]), numbers('to', [3]), numbers('axis', [1])]
/** The place of the best score. */
export const best = node('ArgMax', ['scores'], ['place'], { axis: { int: 1 }, keepdims: { int: 0 } })

export const scores = { name: 'scores', type: { dataType: 'float32' as const, dims: ['N', 3] } }
export const label = (dataType: 'int64' | 'string' = 'int64', name = 'label') => ({
  name,
  type: { dataType, dims: ['N'] },
})
/** A constant list of texts. */
export const texts = (name: string, values: readonly string[]): Tensor => ({ ...tensor('string', values), name })

/** Writes it. */
export function labelled({
  nodes,
  outputs,
  initializers = [],
  metadata = {},
  opsets = { '': 17, 'ai.onnx.ml': 2 },
}: Labelled): Uint8Array {
  const inputs = [{ name: 'image', type: { dataType: 'float32' as const, dims: ['N', 4] } }]
  return write({ irVersion: 8, opsets, metadata, graph: { name: 'labelled', nodes, inputs, outputs, initializers } })
}

/** Whole numbers as the classes of an operator. */
export const ints = (values: (number | bigint)[]): Record<string, Attribute> => ({ classlabels_ints: { ints: values } })

const mapOfFloats = { map_type: { key_type: 7, value_type: { tensor_type: { elem_type: 1 } } } }

/** Digits 3, 7 and 9 with their scores as a list of maps: what skl2onnx makes unless it is told otherwise. */
export function zipped(opsets?: Record<string, number>): Uint8Array {
  const maps = node('ZipMap', ['scores'], ['maps'], { classlabels_int64s: { ints: [3, 7, 9] } })
  const type = { dataType: 'undefined' as const, extra: { sequence_type: { elem_type: mapOfFloats } } }
  return labelled({
    nodes: [linear(ints([3, 7, 9])), maps],
    outputs: [label(), { name: 'maps', type }],
    ...(opsets && { opsets }),
  })
}
