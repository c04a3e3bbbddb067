import { anything, flag } from '../../../common/options.ts'
import { compatible, refine } from './dims.ts'
import { OnnxError } from './error.ts'
import { format } from './format.ts'
import { applyRule, nodeLabel } from './infer/apply.ts'
import { elementTypes } from './infer/element.ts'
import { constantValue } from './infer/generate.ts'
import { asValue, type InferRule, unknownRank } from './infer/rule.ts'
import { ruleOf } from './infer/rules.ts'
import { newestOpset } from './operators.ts'
import { checked } from './options.ts'
import type { Attribute, Graph, Model, Node, Tensor, TensorType, Value, ValueInfo } from './types.ts'

/** Options of shape inference. */
export interface InferOptions {
  /** Shape rules for operators of your own, by `'domain:Op'`, or by `'Op'` for ONNX's own domain. */
  infer?: Readonly<Record<string, InferRule>>
  /** Throw where shapes contradict each other (the default); otherwise what the file states stands. */
  strict?: boolean
}

/** What is known of the values that a graph's nodes may use. */
interface Scope {
  types: Map<string, TensorType>
  constants: Map<string, Tensor>
  outer?: Scope
}

/**
 * A copy of a model or graph in which `values` and `outputs` have the types that its operators give.
 * Values that depend on an operator without a rule, or on shapes computed while running, keep the shape that the file states, and have at
 * least the element type that the operator's definition gives them.
 * @throws OnnxError naming the node and its inputs' shapes where they do not fit, unless `strict` is false.
 */
export function inferShapes<T extends Model | Graph>(source: T, options: InferOptions = {}): T {
  checked('inferShapes', options, { infer: anything, strict: flag })
  if (!('graph' in source)) return inferGraph(source as Graph, { ...options, opset: newestOpset }) as T
  return { ...source, graph: inferGraph(source.graph, { ...options, opset: opsetOf(source) }) }
}

/** The version of ONNX's own operators that a model asks for. */
export function opsetOf({ opsets }: Model): number {
  return opsets[''] ?? opsets['ai.onnx'] ?? newestOpset
}

/** The options, and which version of ONNX's own operators is meant. */
type Settings = InferOptions & { opset: number }

function inferGraph(graph: Graph, options: Settings, outer?: Scope): Graph {
  const scope: Scope = { types: new Map(), constants: new Map(), ...(outer && { outer }) }
  for (const { name, type } of [...(graph.values ?? []), ...graph.outputs, ...graph.inputs]) scope.types.set(name, type)
  for (const tensor of graph.initializers) addConstant(scope, tensor.name ?? '', tensor)
  const nodes = graph.nodes.map((node) => inferNode(node, scope, options))
  const typed = (info: ValueInfo): ValueInfo => ({ ...info, type: scope.types.get(info.name) ?? info.type })
  const values = [...(graph.values ?? []).map(typed), ...newValues(graph, scope)]
  return { ...graph, nodes, outputs: graph.outputs.map(typed), ...((graph.values || values.length) && { values }) }
}

/** Node outputs that the graph said nothing about and now have a type. */
function newValues(graph: Graph, scope: Scope): ValueInfo[] {
  const stated = new Set([...(graph.values ?? []), ...graph.outputs].map(({ name }) => name))
  return graph.nodes.flatMap(({ outputs }) =>
    outputs.flatMap((name) => {
      const type = scope.types.get(name)
      return type && name !== '' && !stated.has(name) ? [{ name, type }] : []
    }),
  )
}

function addConstant(scope: Scope, name: string, tensor: Tensor): void {
  scope.types.set(name, { dataType: tensor.dataType, dims: tensor.dims })
  // A tensor kept beside the file has a shape, but no numbers here.
  if (tensor.data.length > 0 || tensor.dims.includes(0)) scope.constants.set(name, tensor)
}

function find<T>(scope: Scope | undefined, name: string, table: (scope: Scope) => Map<string, T>): T | undefined {
  return scope && (table(scope).get(name) ?? find(scope.outer, name, table))
}

function inferNode(node: Node, scope: Scope, options: Settings): Node {
  const inputs = node.inputs.map((name) => (name ? find(scope, name, ({ types }) => types) : undefined))
  const inferred = withSubgraphs(node, inputs, scope, options)
  const types = outputTypes(inferred, inputs, scope, options)
  node.outputs.forEach((name, index) => {
    const type = types?.[index]
    if (name && type) scope.types.set(name, merged(node, name, scope.types.get(name), type, options))
  })
  const tensor = isOwn(node) && node.opType === 'Constant' ? constantValue(node.attributes) : undefined
  if (tensor) scope.constants.set(node.outputs[0] ?? '', tensor)
  return inferred
}

function isOwn({ domain }: Node): boolean {
  return domain === '' || domain === 'ai.onnx'
}

function outputTypes(
  node: Node,
  inputs: (TensorType | undefined)[],
  scope: Scope,
  options: Settings,
): TensorType[] | undefined {
  const rule = ruleOf(node.domain, node.opType, options.infer)
  const found = rule && shapesBy(rule, node, inputs, scope, options)
  return found ?? (isOwn(node) ? elementTypes(node, inputs, options.opset) : undefined)
}

/** What a rule says; nothing where it needs a type or a rank that is not known. */
function shapesBy(
  rule: InferRule,
  node: Node,
  inputs: (TensorType | undefined)[],
  scope: Scope,
  { strict = true }: Settings,
): TensorType[] | undefined {
  const typed = inputs.every((type, index) => node.inputs[index] === '' || (type && type.dataType !== 'undefined'))
  if (!typed) return undefined
  const values = inputs.map((type, index): Value | undefined => type && asValue(node.inputs[index]!, type))
  try {
    return applyRule(rule, node, values, ({ name }) => find(scope, name, ({ constants }) => constants))
  } catch (error) {
    if (strict && error !== unknownRank) throw error
    return undefined
  }
}

/** Infers the graphs inside a node; a Loop's body learns the element types of its states. */
function withSubgraphs(node: Node, inputs: (TensorType | undefined)[], scope: Scope, options: Settings): Node {
  const inside = (graph: Graph): Graph =>
    inferGraph(node.opType === 'Loop' ? entered(graph, inputs) : graph, options, scope)
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if ('graph' in attribute) return [name, { ...attribute, graph: inside(attribute.graph) }]
    return [name, 'graphs' in attribute ? { ...attribute, graphs: attribute.graphs.map(inside) } : attribute]
  })
  return { ...node, attributes: Object.fromEntries(attributes) }
}

function entered(body: Graph, inputs: (TensorType | undefined)[]): Graph {
  const given: (TensorType | undefined)[] = [
    { dataType: 'int64', dims: [] },
    { dataType: 'bool', dims: [] },
    ...inputs.slice(2),
  ]
  const typed = body.inputs.map((info, index): ValueInfo => {
    const type = given[index]
    if (info.type.dataType !== 'undefined' || info.type.extra || !type) return info
    // A state's shape may change from one iteration to the next, its element type not.
    return { ...info, type: index < 2 ? type : { dataType: type.dataType } }
  })
  return { ...body, inputs: typed }
}

/** What the file states and what the operator gives, as one. */
function merged(
  node: Node,
  name: string,
  stated: TensorType | undefined,
  found: TensorType,
  { strict = true }: InferOptions,
): TensorType {
  if (!stated || (stated.dataType === 'undefined' && !stated.extra)) return found
  const { dims: inferred } = found
  if (found.dataType === 'undefined' || !inferred) return stated
  const dims = stated.dims ?? inferred
  const fits =
    stated.dataType === found.dataType &&
    dims.length === inferred.length &&
    dims.every((dim, axis) => compatible(dim, inferred[axis]!))
  if (fits) return { ...stated, dims: dims.map((dim, axis) => refine(dim, inferred[axis]!)) }
  if (!strict) return stated
  throw new OnnxError(`${nodeLabel(node)}: %${name} is stated as ${format(stated)}, but it is ${format(found)}`, {
    code: 'ONNX_SHAPE',
    params: { value: name, expected: format(stated), found: format(found) },
    node: node.name || node.outputs[0] || '',
  })
}
