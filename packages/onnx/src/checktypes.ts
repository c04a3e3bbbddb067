import { inferShapes, opsetOf } from './infershapes.ts'
import { type Operand, operandsOf } from './operands.ts'
import type { DataType, Graph, Model, Node, TensorType } from './types.ts'

/** What is told of a node that the definition of its operator does not allow. */
export type Fail = (graph: Graph, node: Node, reason: string) => never

/** What a graph's nodes read, by name; the graphs around it come after it. */
interface Types {
  own: ReadonlyMap<string, TensorType>
  outer?: Types
}

/**
 * Calls `fail` for the first node of ONNX's own domain that reads an element type which its operator's definition, in the version
 * that the model asks for, does not have there, or two types where it asks for one. What is not known is not judged.
 */
export function checkTypes(model: Model, isFunction: (node: Node) => boolean, fail: Fail): void {
  const opset = opsetOf(model)
  const check = (graph: Graph, outer?: Types): void => {
    const types: Types = { own: typesIn(graph), ...(outer && { outer }) }
    for (const node of graph.nodes) {
      if (isOwn(node) && !isFunction(node)) checkNode(node, opset, types, (reason) => fail(graph, node, reason))
      for (const inside of graphsIn(node)) check(inside, types)
    }
  }
  check(inferShapes(model, { strict: false }).graph)
}

const isOwn = ({ domain }: Node): boolean => domain === '' || domain === 'ai.onnx'

function graphsIn({ attributes }: Node): readonly Graph[] {
  return Object.values(attributes).flatMap((attribute) =>
    'graph' in attribute ? [attribute.graph] : 'graphs' in attribute ? attribute.graphs : [],
  )
}

function typesIn({ values = [], outputs, inputs, initializers }: Graph): Map<string, TensorType> {
  const infos = [...values, ...outputs, ...inputs].map(({ name, type }): [string, TensorType] => [name, type])
  return new Map([...infos, ...initializers.map((tensor): [string, TensorType] => [tensor.name ?? '', tensor])])
}

/** The element type of a value; nothing where it is not known or the value is no tensor. */
function dataTypeOf(types: Types | undefined, name: string): DataType | undefined {
  if (!types) return undefined
  const type = types.own.get(name)
  if (!type) return dataTypeOf(types.outer, name)
  return type.dataType === 'undefined' ? undefined : type.dataType
}

function checkNode(node: Node, opset: number, types: Types, fail: (reason: string) => never): void {
  const operands = operandsOf(node.opType, opset)
  const bound = new Map<string, { dataType: DataType; index: number }>()
  node.inputs.forEach((name, index) => {
    const dataType = dataTypeOf(types, name)
    const operand = operands?.input(index)
    if (!dataType || !operand) return
    if (!operand.types.has(dataType)) fail(`input ${index} (%${name}) is ${dataType}, ${wanted(operand, opset)}`)
    const { letter } = operand
    const before = bound.get(letter)
    if (before && before.dataType !== dataType)
      fail(`input ${index} (%${name}) is ${dataType}, input ${before.index} ${before.dataType}; expected one type`)
    bound.set(letter, before ?? { dataType, index })
  })
}

function wanted({ types, others }: Operand, opset: number): string {
  const names = types.size > 0 ? [...types].join(', ') : others ? 'no tensor' : 'nothing'
  return `expected ${names} (by operator set ${opset})`
}
