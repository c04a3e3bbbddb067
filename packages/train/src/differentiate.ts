import type { GraphBuilder, Node, Value } from '@pixelrow/onnx'
import { anything } from '../../../common/options.ts'
import { check } from './check.ts'
import { unsupported } from './error.ts'
import { gradientRules } from './gradients/index.ts'
import type { GradientRule } from './gradients/rule.ts'
import { required } from './required.ts'

/**
 * Appends to `g` the nodes that compute the gradient of the scalar `loss` by each of `parameters` (reverse mode).
 *
 * The loss must come out of an operator whose rule can start the chain. Its own gradient is 1, or the scalar `scale`, which
 * then multiplies all others.
 * Throws for an operator without a gradient rule, naming the node, and for a parameter the loss does not depend on.
 */
export function differentiate(
  g: GraphBuilder,
  loss: Value,
  parameters: Value[],
  options: { scale?: Value } = {},
): Value[] {
  check('differentiate', options, { scale: anything })
  const gradients = gradientsOf(g, loss, parameters, options)
  return parameters.map(({ name }) => required(gradients, name, 'gradient'))
}

/** The same, with the gradients of all values between parameters and loss, by their names. */
export function gradientsOf(
  g: GraphBuilder,
  loss: Value,
  parameters: Value[],
  { scale }: { scale?: Value | undefined },
): Map<string, Value> {
  const nodes = [...g.nodes]
  const active = reachable(nodes, parameters)
  const gradients = new Map<string, Value>()
  for (const node of nodes.reverse()) {
    const isStart = node.outputs.includes(loss.name)
    const given = node.outputs.map((name) => (name === loss.name ? scale : gradients.get(name)))
    if (!isStart && given.every((gradient) => !gradient)) continue
    const needed = node.inputs.map((name) => active.has(name))
    if (!needed.includes(true)) continue
    const own = g.scope(`${node.name}:grad`)
    const results = ruleOf(node)({ g: own, node, ...valuesOf(g, node), gradients: given, needed })
    node.inputs.forEach((name, i) => {
      const gradient = results[i]
      if (!needed[i] || !gradient) return
      const sum = gradients.get(name)
      gradients.set(name, sum ? own.op('Add', [sum, gradient]) : gradient)
    })
  }
  const missing = parameters.find(({ name }) => !gradients.has(name))
  if (!missing) return gradients
  const message = `The loss does not depend on ${missing.name}: no gradient reaches it.`
  throw unsupported(message, { parameter: missing.name })
}

function valuesOf(g: GraphBuilder, node: Node): { inputs: (Value | undefined)[]; outputs: Value[] } {
  return {
    inputs: node.inputs.map((name) => (name ? g.valueOf(name) : undefined)),
    outputs: node.outputs.map((name) => g.valueOf(name)),
  }
}

function ruleOf(node: Node): GradientRule {
  const key = node.domain ? `${node.domain}:${node.opType}` : node.opType
  const rule = gradientRules[key]
  if (!rule)
    throw unsupported(`No gradient rule for operator ${key} (node ${node.name}).`, { operator: key, node: node.name })
  return rule
}

/** Names of all values that depend on one of `sources`. */
function reachable(nodes: readonly Node[], sources: Value[]): Set<string> {
  const names = new Set(sources.map((value) => value.name))
  for (const node of nodes) {
    if (node.inputs.some((name) => names.has(name))) for (const output of node.outputs) names.add(output)
  }
  return names
}
