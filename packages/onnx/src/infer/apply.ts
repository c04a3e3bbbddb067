import { isA } from '../../../../common/kinds.ts'
import { OnnxError } from '../error.ts'
import { format } from '../format.ts'
import type { Node, TensorType, Value } from '../types.ts'
import { type ConstantOf, type InferRule, typeOf, unknownRank } from './rule.ts'

/** What a node is called in messages: its operator, and its name or first output. */
export function nodeLabel({
  opType,
  domain,
  name,
  outputs,
}: Pick<Node, 'opType' | 'domain' | 'name' | 'outputs'>): string {
  const operator = domain ? `${domain}:${opType}` : opType
  return name ? `${operator} "${name}"` : `${operator} of %${outputs.find((output) => output) ?? '?'}`
}

/** Runs a rule; what it throws is told with the node and the shapes of its inputs. */
export function applyRule(
  rule: InferRule,
  node: Node,
  inputs: (Value | undefined)[],
  constantOf: ConstantOf,
): TensorType[] {
  try {
    return rule(inputs, node.attributes, constantOf, node.outputs.length)
  } catch (cause) {
    if (cause === unknownRank) throw cause
    const reason = isA(cause, 'Error') ? cause.message : String(cause)
    const shapes = inputs.map((value) => (value ? `%${value.name} ${format(typeOf(value))}` : 'none')).join(', ')
    throw new OnnxError(`${nodeLabel(node)} (${shapes}): ${reason}`, {
      code: 'ONNX_SHAPE',
      params: { operator: node.opType, reason },
      node: node.name || node.outputs[0] || '',
      cause,
    })
  }
}
