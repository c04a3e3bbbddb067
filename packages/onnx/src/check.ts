import { checkTypes } from './checktypes.ts'
import { assertData, dataLength } from './datatypes.ts'
import { OnnxError } from './error.ts'
import { messages } from './fields.ts'
import { format } from './format.ts'
import { nodeLabel } from './infer/apply.ts'
import { assertOperator } from './operator.ts'
import { sizeOf } from './tensor.ts'
import type { Graph, Message, Model, Node, Tensor, ValueInfo } from './types.ts'

/** The names a graph's nodes may use, and the model they are in. */
interface Scope {
  model: Model
  /** Functions that the model brings along, as `domain:name`. */
  functions: ReadonlySet<string>
  /** What the graph is called in messages. */
  graph: string
  names: Map<string, string>
  outer?: Scope
}

function fail(scope: Scope, reason: string, node?: Node): never {
  const where = node ? `graph "${scope.graph}", ${nodeLabel(node)}` : `graph "${scope.graph}"`
  throw new OnnxError(`${where}: ${reason}`, {
    params: { graph: scope.graph, reason },
    ...(node && { node: node.name || node.outputs[0] || '' }),
  })
}

/**
 * Checks that a model is well formed: every value is given once and before it is used (subgraphs see the graphs around
 * them), names are unique, inputs, outputs and constants are typed and as large as their shapes say, each domain in use has
 * an operator set, and ONNX's own operators have inputs, outputs and attributes as their definitions ask, and read the element types that
 * their version in the model's operator set takes. Shapes are not compared; `inferShapes` does that.
 * @throws OnnxError naming the graph, the node and the value.
 */
export function check(model: Model): void {
  const { irVersion, opsets, graph } = model
  if (!Number.isInteger(irVersion) || irVersion < 1) {
    const params = { field: 'irVersion', found: irVersion }
    throw new OnnxError(`irVersion is ${irVersion}, expected a whole number of at least 1, e.g. 8`, { params })
  }
  if (Object.keys(opsets).length === 0) {
    throw new OnnxError("opsets is empty, expected e.g. { '': 17 }", { params: { field: 'opsets', found: {} } })
  }
  for (const [domain, version] of Object.entries(opsets)) {
    if (!Number.isInteger(version) || version < 1) {
      const params = { field: 'opsets', domain, found: version }
      throw new OnnxError(`opset "${domain}" has version ${version}, expected a whole number of at least 1`, { params })
    }
  }
  const functions = messages(model.extra?.functions).map(({ domain = '', name }) => `${domain}:${name}`)
  const scope: Scope = { model, functions: new Set(functions), graph: graph.name, names: new Map() }
  checkGraph(graph, scope)
  const isFunction = ({ domain, opType }: Node) => scope.functions.has(`${domain}:${opType}`)
  checkTypes(model, isFunction, ({ name }, node, reason) => fail({ ...scope, graph: name }, reason, node))
}

function checkGraph(graph: Graph, scope: Scope): void {
  if (graph.name === '') fail(scope, 'a graph needs a name that is not empty')
  for (const input of graph.inputs) define(scope, input.name, 'an input')
  checkConstants(graph, scope)
  for (const info of [...graph.inputs, ...graph.outputs]) checkType(info, scope)
  for (const node of graph.nodes) checkNode(node, scope)
  const seen = new Set<string>()
  for (const { name } of graph.outputs) {
    if (!isKnown(scope, name)) fail(scope, `the output "${name}" is given by no node, input or constant`)
    if (seen.has(name)) fail(scope, `the output "${name}" is listed twice; add an Identity with a name of its own`)
    seen.add(name)
  }
  for (const { name } of graph.values ?? []) {
    if (!scope.names.has(name)) fail(scope, `a type is stated for %${name}, which nothing gives`)
  }
}

/** Constants may be an input's default, except that before IR version 4 they must be. */
function checkConstants(graph: Graph, scope: Scope): void {
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const seen = new Set<string>()
  for (const tensor of graph.initializers) {
    const name = tensor.name ?? ''
    if (seen.has(name)) fail(scope, `the constant "${name}" is there twice`)
    seen.add(name)
    if (!inputs.has(name)) {
      if (scope.model.irVersion < 4 && !scope.outer)
        fail(scope, `before IR version 4 the constant "${name}" must be an input too`)
      define(scope, name, 'a constant')
    }
    checkTensor(tensor, `the constant "${name}"`, scope)
  }
  for (const sparse of messages(graph.extra?.sparse_initializer)) {
    define(scope, ((sparse.values as Message | undefined)?.name as string) ?? '', 'a sparse constant')
  }
}

function define(scope: Scope, name: string, what: string, node?: Node): void {
  if (name === '') fail(scope, `${what} needs a name that is not empty`, node)
  const before = find(scope, name)
  if (before) fail(scope, `${what} is called "${name}", and so is ${before}; each value is given once`, node)
  scope.names.set(name, what)
}

function find(scope: Scope | undefined, name: string): string | undefined {
  for (; scope; scope = scope.outer) if (scope.names.has(name)) return scope.names.get(name)
  return undefined
}

function isKnown(scope: Scope, name: string): boolean {
  return find(scope, name) !== undefined
}

/** Borders of subgraphs may leave their types to inference. */
function checkType({ name, type }: ValueInfo, scope: Scope): void {
  if (type.dataType === 'undefined' && !type.extra && !scope.outer) fail(scope, `"${name}" has no type`)
  for (const dim of type.dims ?? []) {
    if (typeof dim === 'number' && !Number.isInteger(dim))
      fail(scope, `"${name}" is ${format(type)}: ${dim} is no size`)
  }
}

function checkTensor(tensor: Tensor, what: string, scope: Scope, node?: Node): void {
  const { dataType, dims, data, extra } = tensor
  if (dataType === 'undefined') fail(scope, `${what} has no element type`, node)
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) fail(scope, `${what} has the shape [${dims}]`, node)
  assertData(`graph "${scope.graph}", ${what}`, dataType, data)
  if (extra?.data_location) return
  const expected = dataLength(dataType, sizeOf(dims))
  if (data.length !== expected)
    fail(scope, `${what} is ${format(tensor)}: ${expected} entries expected, ${data.length} found`, node)
}

function checkNode(node: Node, scope: Scope): void {
  const { domain, opType, inputs, outputs } = node
  if (opType === '') fail(scope, 'the operator has no name', node)
  const own = domain === '' || domain === 'ai.onnx'
  const opset = own ? (versionOf(scope.model, '') ?? versionOf(scope.model, 'ai.onnx')) : versionOf(scope.model, domain)
  if (opset === undefined) fail(scope, `opsets has no version for the domain "${domain}"`, node)
  inputs.forEach((name, index) => {
    if (name !== '' && !isKnown(scope, name)) {
      fail(scope, `input ${index} is %${name}, which no node before it, no input and no constant gives`, node)
    }
  })
  if (own && !scope.functions.has(`${domain}:${opType}`)) {
    assertOperator(node, opset, (reason) => fail(scope, reason, node))
  }
  for (const [name, attribute] of Object.entries(node.attributes)) {
    const graphs = 'graph' in attribute ? [attribute.graph] : 'graphs' in attribute ? attribute.graphs : []
    const tensors = 'tensor' in attribute ? [attribute.tensor] : 'tensors' in attribute ? attribute.tensors : []
    for (const tensor of tensors) checkTensor(tensor, `the attribute "${name}"`, scope, node)
    for (const graph of graphs) {
      checkGraph(graph, { ...scope, graph: `${scope.graph}/${graph.name}`, names: new Map(), outer: scope })
    }
  }
  outputs.forEach((name, index) => {
    if (name !== '') define(scope, name, `output ${index} of ${nodeLabel(node)}`, node)
  })
}

function versionOf({ opsets }: Model, domain: string): number | undefined {
  return Object.hasOwn(opsets, domain) ? opsets[domain] : undefined
}
