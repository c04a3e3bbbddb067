import type { Tensor } from '@pixelrow/onnx'
import { ExportError, sourceError } from '../../error.ts'
import { explained } from '../keras/run.ts'
import type { Lowering, Signal, Site } from '../signal.ts'
import { combinations, functions } from './arithmetic.ts'
import { type GraphNode, outputRef, subjectOf } from './graphdef.ts'
import { images } from './images.ts'
import { asSignal, type Operand, type Rule } from './operand.ts'
import { shapes } from './shapes.ts'

/** All supported operators by TensorFlow's names. */
const rules: Readonly<Record<string, Rule>> = { ...functions, ...combinations, ...images, ...shapes }

const sources = new Set(['Const', 'Placeholder', 'PlaceholderWithDefault'])

/** A graph that was read, and which of its nodes go out. */
export interface TfGraph {
  nodes: ReadonlyMap<string, GraphNode>
  /** `name` or `name:output`. */
  outputs: readonly string[]
  constants: ReadonlyMap<string, Tensor>
}

/**
 * The nodes that the outputs need, each behind those that it takes. Throws an `ExportError` for the first operator, in the
 * order of the file, that is not supported.
 */
export function neededNodes({ nodes, outputs }: TfGraph, inputs: ReadonlySet<string>): GraphNode[] {
  const done = new Set<string>()
  const open = new Set<string>()
  const ordered: GraphNode[] = []
  const stack = [...outputs].reverse().map((output) => outputRef(output).name)
  while (stack.length) {
    const name = stack.at(-1)!
    const node = nodes.get(name) ?? missing(name)
    const next = inputs.has(name) ? [] : node.inputs.map((input) => outputRef(input).name)
    const waiting = next.filter((input) => !done.has(input))
    if (done.has(name) || waiting.length === 0) {
      stack.pop()
      if (!done.has(name)) ordered.push(node)
      done.add(name)
    } else if (open.has(name))
      throw sourceError(`${subjectOf(node)}: it waits for its own result.`, { params: { node: node.name } })
    else {
      open.add(name)
      stack.push(...waiting.reverse())
    }
  }
  checkOperators(ordered, inputs)
  return ordered
}

function missing(name: string): never {
  const message = `The graph has no node ${JSON.stringify(name)}, which another takes or which is an output.`
  throw sourceError(message, { params: { node: name } })
}

function checkOperators(nodes: readonly GraphNode[], inputs: ReadonlySet<string>): void {
  const strange = nodes.filter(({ name, op }) => !inputs.has(name) && !sources.has(op) && !Object.hasOwn(rules, op))
  const [first] = strange.sort((a, b) => a.position - b.position)
  if (!first) return
  const others = [...new Set(strange.map(({ op }) => op))].filter((op) => op !== first.op)
  const more = others.length ? ` The graph has others: ${others.join(', ')}.` : ''
  throw new ExportError(`${subjectOf(first)}: this operator is not supported.${more}`, {
    code: 'EXPORT_UNSUPPORTED',
    params: { operators: [...new Set(strange.map(({ op }) => op))] },
  })
}

/** Appends a graph's nodes; gives its outputs. */
export function runGraph(graph: TfGraph, lowering: Lowering, inputs: ReadonlyMap<string, Signal>): Signal[] {
  const results = new Map<string, readonly Operand[]>([...inputs].map(([name, signal]) => [name, [signal]]))
  const resultOf = (reference: string, of: string): Operand => {
    const { name, output } = outputRef(reference)
    const found = results.get(name)?.[output]
    if (found) return found
    throw sourceError(`${of}: it takes ${reference}, which gives no such result.`, { params: { reference } })
  }
  for (const node of neededNodes(graph, new Set(inputs.keys()))) {
    if (results.has(node.name)) continue
    const site: Site = { lowering, name: node.name, subject: subjectOf(node) }
    const operands = () => node.inputs.map((input) => resultOf(input, site.subject))
    results.set(
      node.name,
      explained(site, () => [runNode(graph, site, node, operands)].flat()),
    )
  }
  return graph.outputs.map((output) => {
    const site: Site = { lowering, name: outputRef(output).name, subject: `Output ${output}` }
    return asSignal(site, resultOf(output, 'The graph’s outputs'), 'value')
  })
}

function runNode({ constants }: TfGraph, site: Site, node: GraphNode, operands: () => Operand[]): Operand | Operand[] {
  if (node.op === 'PlaceholderWithDefault') return operands()[0]!
  if (node.op !== 'Const' && node.op !== 'Placeholder') return rules[node.op]!({ site, node, inputs: operands() })
  const tensor = constants.get(node.name)
  if (tensor) return tensor
  throw sourceError(
    `${site.subject}: ${node.op === 'Const' ? 'the weights lack it. Are all weight files there?' : 'it is no input of the signature.'}`,
    { params: { node: node.name } },
  )
}
