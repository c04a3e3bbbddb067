import { common } from '../dims.ts'
import type { Dim, Graph, TensorType } from '../types.ts'
import { type Attributes, constantInts, type InferRule, type Rules, required, type, typeOf } from './rule.ts'

function graphOf(attributes: Attributes, name: string): Graph {
  const attribute = attributes[name]
  if (attribute && 'graph' in attribute) return attribute.graph
  throw new Error(`attribute "${name}" is ${attribute ? 'no graph' : 'missing'}; pass { graph: subgraph.build() }`)
}

/** What two types have in common; sizes that differ are unknown, and so is the shape when ranks differ. */
function commonType(subject: string, a: TensorType, b: TensorType): TensorType {
  // A body read from a file may leave its borders to inference, which may not know them either.
  if (a.dataType === 'undefined' || b.dataType === 'undefined')
    return type(a.dataType === 'undefined' ? b.dataType : a.dataType)
  if (a.dataType !== b.dataType) throw new Error(`${subject}: ${a.dataType} and ${b.dataType} differ`)
  if (!a.dims || !b.dims || a.dims.length !== b.dims.length) return type(a.dataType)
  const other: readonly Dim[] = b.dims
  return type(
    a.dataType,
    a.dims.map((dim, axis) => common(dim, other[axis]!)),
  )
}

/**
 * Inputs: trip count, condition, states. The body takes iteration, condition, states and gives condition, states, scans; a
 * scan output is stacked along a new first axis, whose size is known only for a constant count without a condition.
 */
const loop: InferRule = (inputs, attributes, constantOf) => {
  const body = graphOf(attributes, 'body')
  const states = inputs.slice(2).map((_, index) => typeOf(required(inputs, index + 2)))
  if (body.inputs.length !== states.length + 2) {
    throw new Error(
      `its body takes ${body.inputs.length} inputs, expected ${states.length + 2}: iteration, condition and ${states.length} states`,
    )
  }
  if (body.outputs.length <= states.length) {
    throw new Error(
      `its body gives ${body.outputs.length} outputs, expected at least ${states.length + 1}: condition and ${states.length} states`,
    )
  }
  const last = states.map((state, index) => {
    const entered = body.inputs[index + 2]!
    commonType(`state ${index} and the body's input "${entered.name}"`, state, entered.type)
    return commonType(`state ${index} before and after the body`, state, body.outputs[index + 1]!.type)
  })
  const count = inputs[1] ? undefined : constantInts(constantOf, inputs[0])?.[0]
  const scans = body.outputs.slice(states.length + 1).map(({ type: { dataType, dims } }) => {
    return type(dataType, dims && [count ?? '', ...dims])
  })
  return [...last, ...scans]
}

const branch: InferRule = (inputs, attributes) => {
  required(inputs, 0)
  const [yes, no] = [graphOf(attributes, 'then_branch'), graphOf(attributes, 'else_branch')]
  if (yes.outputs.length !== no.outputs.length) {
    throw new Error(`its branches give ${yes.outputs.length} and ${no.outputs.length} outputs`)
  }
  return yes.outputs.map(({ type }, index) =>
    commonType(`output ${index} of the branches`, type, no.outputs[index]!.type),
  )
}

/** Operators with graphs inside. */
export const control: Rules = { Loop: loop, If: branch }
