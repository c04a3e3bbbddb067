import { anything, either, flag, listOf, type Rules, text, whole } from '../../../common/options.ts'
import { assertData, dataLength } from './datatypes.ts'
import { OnnxError } from './error.ts'
import { format } from './format.ts'
import { applyRule, nodeLabel } from './infer/apply.ts'
import { constantValue } from './infer/generate.ts'
import type { InferRule } from './infer/rule.ts'
import { ruleOf } from './infer/rules.ts'
import { checked } from './options.ts'
import { sizeOf } from './tensor.ts'
import { sameTensor } from './tensorproto.ts'
import type { Attribute, DataType, Dim, Graph, Node, Tensor, TensorType, Value, ValueInfo } from './types.ts'

/** How one operator is added. */
export interface OpOptions {
  /** The operator's domain; default `''`, ONNX's own. */
  domain?: string
  /** The node's name; default the operator with its first output. */
  name?: string
  /** Names of the outputs, which must be new; default numbered ones. */
  outputs?: string | readonly string[]
  /** Types of the outputs where there is no shape rule or it knows less; used instead of inference. */
  types?: readonly TensorType[]
}

/** A graph under construction. */
export interface GraphBuilder {
  readonly name: string
  /** Nodes so far, in order. */
  readonly nodes: readonly Node[]
  /** Constants of this graph so far, which become its initializers. */
  readonly constants: readonly Tensor[]
  /** A new input. `dims` may have names (`'N'`). */
  input(name: string, dataType: DataType, dims: readonly Dim[]): Value
  /** A constant, kept as an initializer. Without a name, an equal constant of up to 1024 elements is used again. */
  constant(tensor: Tensor, name?: string): Value
  /** Adds an operator with one output that counts; `undefined` leaves an optional input out. @throws OnnxError when shapes do not fit. */
  op(
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes?: Record<string, Attribute>,
    options?: OpOptions,
  ): Value
  /** Adds an operator with `count` outputs. @throws OnnxError when shapes do not fit. */
  ops(
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes: Record<string, Attribute> | undefined,
    options: OpOptions & { count: number },
  ): Value[]
  /** Makes a value an output, through an Identity where it is to have another name or is not this graph's alone. */
  output(value: Value, name?: string): Value
  /**
   * The same graph, in which nodes and values that get no name are called after `prefix` and their operator: `prefix/Relu`, then
   * `prefix/Relu_2`; further outputs of a node `prefix/Split:1`. A scope within a scope joins both prefixes.
   */
  scope(prefix: string): GraphBuilder
  /** A body for Loop or If: names never clash with this graph's, whose values it may use. */
  subgraph(name: string): GraphBuilder
  /** The value of a name, here or in the graphs around. @throws OnnxError when there is none. */
  valueOf(name: string): Value
  /** The tensor of a constant value (initializer or Constant node), here or in the graphs around. */
  constantOf(value: Value): Tensor | undefined
  /** The graph so far, as plain data. `values: false` leaves the types of intermediate values out. */
  build(options?: { values?: boolean }): Graph
}

/** Options of a graph builder. */
export interface BuilderOptions {
  /** What numbered names begin with; default `'t'`. */
  prefix?: string
  /** Shape rules for operators of your own, by `'domain:Op'`, or by `'Op'` for ONNX's own domain. */
  infer?: Readonly<Record<string, InferRule>>
}

/** What a graph and its subgraphs share. */
interface Shared {
  taken: Set<string>
  count: number
  /** How often each name that a scope gives was asked for. */
  scoped: Map<string, number>
  prefix: string
  infer: Readonly<Record<string, InferRule>>
}

/** What a subgraph sees of the graph around it. */
interface Scope {
  find(name: string): Value | undefined
  constantOf(value: Value): Tensor | undefined
  equalConstant(tensor: Tensor): Value | undefined
}

const SHARED_SIZE = 1024

const opRules: Rules<OpOptions & { count: number }> = {
  domain: text,
  name: text,
  outputs: either(text, listOf('a list of names', text)),
  types: anything,
  count: whole(0),
}

/**
 * Builds a graph operator by operator; each one's output shapes are inferred at once, so a mistake is told where it is made.
 * @param name the graph's name.
 */
export function graphBuilder(name: string, options: BuilderOptions = {}): GraphBuilder {
  const { prefix = 't', infer = {} } = checked('graphBuilder', options, { prefix: text, infer: anything })
  return builder(name, { taken: new Set(), count: 0, scoped: new Map(), prefix, infer })
}

function builder(name: string, shared: Shared, outer?: Scope): GraphBuilder {
  const nodes: Node[] = []
  const constants: Tensor[] = []
  const [inputs, outputs]: [ValueInfo[], ValueInfo[]] = [[], []]
  const values = new Map<string, Value>()
  const tensors = new Map<string, Tensor>()
  const made = new Set<string>()

  const scope: Scope = {
    find: (name) => values.get(name) ?? outer?.find(name),
    constantOf: (value) => tensors.get(value.name) ?? outer?.constantOf(value),
    equalConstant: (tensor) => {
      const found = constants.find((other) => other.data.length === tensor.data.length && sameTensor(other, tensor))
      return found ? values.get(found.name!) : outer?.equalConstant(tensor)
    },
  }

  const claim = (name: string): string => {
    if (name === '') throw new OnnxError('a value needs a name that is not empty', { params: { name } })
    if (shared.taken.has(name))
      throw new OnnxError(`the name "${name}" is taken; names are unique in a graph and its subgraphs`, {
        params: { name },
      })
    shared.taken.add(name)
    return name
  }
  const freshName = (): string => {
    let name: string
    do name = `${shared.prefix}${shared.count++}`
    while (shared.taken.has(name))
    return claim(name)
  }
  /** The first of `prefix/Relu`, `prefix/Relu_2`, … that neither a node of a scope nor a value has. */
  const scopedLabel = (base: string): string => {
    for (;;) {
      const count = (shared.scoped.get(base) ?? 0) + 1
      shared.scoped.set(base, count)
      const label = count === 1 ? base : `${base}_${count}`
      if (!shared.taken.has(label)) return label
    }
  }
  const add = (name: string, dataType: DataType, dims: readonly Dim[]): Value => {
    const value = { name, dataType, dims }
    values.set(name, value)
    return value
  }
  const known = (value: Value, label: string): Value => {
    const found = scope.find(value.name)
    if (found) return found
    const message = `${label}: %${value.name} is no value of this graph or one around it`
    throw new OnnxError(message, { params: { value: value.name } })
  }

  const constant = (tensor: Tensor, name = tensor.name): Value => {
    const label = `constant "${name ?? ''}"`
    assertData(label, tensor.dataType, tensor.data)
    if (dataLength(tensor.dataType, sizeOf(tensor.dims)) !== tensor.data.length) {
      throw new OnnxError(
        `${label}: ${format(tensor)} holds ${sizeOf(tensor.dims)} elements, found ${tensor.data.length}`,
        { params: { dims: tensor.dims, expected: sizeOf(tensor.dims), found: tensor.data.length } },
      )
    }
    const equal = name === undefined && tensor.data.length <= SHARED_SIZE ? scope.equalConstant(tensor) : undefined
    if (equal) return equal
    const named = { ...tensor, name: name === undefined ? freshName() : claim(name) }
    constants.push(named)
    tensors.set(named.name, named)
    return add(named.name, tensor.dataType, tensor.dims)
  }

  const addOperator = (
    scope: string | undefined,
    [opType, given, attributes = {}, all]: Parameters<GraphBuilder['ops']>,
  ): Value[] => {
    const { domain = '', count, ...options } = checked('op', all, opRules)
    const names = typeof options.outputs === 'string' ? [options.outputs] : (options.outputs ?? [])
    const label = scope === undefined ? undefined : scopedLabel(`${scope}/${opType}`)
    const unnamed = (index: number) =>
      label === undefined ? freshName() : claim(index === 0 ? label : `${label}:${index}`)
    const outputs: string[] = []
    try {
      for (let index = 0; index < count; index++) {
        const wanted = names[index]
        outputs.push(wanted === undefined ? unnamed(index) : claim(wanted))
      }
      const name = options.name ?? label ?? `${opType}_${outputs[0]}`
      return addNode({ opType, domain, name, inputs: [], outputs, attributes }, given, options.types)
    } catch (error) {
      // An operator that failed leaves the graph as it was.
      for (const name of outputs) shared.taken.delete(name)
      throw error
    }
  }

  const addNode = (node: Node, given: readonly (Value | undefined)[], stated?: readonly TensorType[]): Value[] => {
    const used = given.map((value) => value && known(value, nodeLabel(node)))
    const last = used.findLastIndex((value) => value !== undefined)
    node.inputs = used.slice(0, last + 1).map((value) => value?.name ?? '')
    const types = stated ?? inferred(node, used)
    const results = node.outputs.map((_, index) => typed(node, types, index))
    nodes.push(node)
    const tensor = node.opType === 'Constant' && node.domain === '' ? constantValue(node.attributes) : undefined
    if (tensor) tensors.set(node.outputs[0]!, tensor)
    return node.outputs.map((name, index) => {
      made.add(name)
      return add(name, ...results[index]!)
    })
  }

  const inferred = (node: Node, used: (Value | undefined)[]): TensorType[] => {
    const rule = ruleOf(node.domain, node.opType, shared.infer)
    if (rule) return applyRule(rule, node, used, scope.constantOf)
    const key = node.domain ? `${node.domain}:${node.opType}` : node.opType
    throw new OnnxError(
      `${nodeLabel(node)}: no shape rule; pass options.types, or graphBuilder's infer: { '${key}': rule }`,
      { params: { operator: key } },
    )
  }

  /** How operators are added, within a scope or without. */
  const adding = (scope?: string): Pick<GraphBuilder, 'op' | 'ops'> => ({
    ops: (...all) => addOperator(scope, all),
    op: (opType, inputs, attributes, options = {}) => {
      const count = Array.isArray(options.outputs) ? options.outputs.length : 1
      return addOperator(scope, [opType, inputs, attributes, { ...options, count }])[0]!
    },
  })
  const { op } = adding()

  const output = (value: Value, name = value.name): Value => {
    const own = known(value, `output "${name}"`)
    const direct =
      name === own.name &&
      (made.has(name) || (values.has(name) && !outer)) &&
      !outputs.some((info) => info.name === name)
    const renamed = name === own.name ? undefined : name
    const result = direct ? own : op('Identity', [own], {}, renamed === undefined ? {} : { outputs: renamed })
    outputs.push(infoOf(result))
    return result
  }

  const unscoped: Omit<GraphBuilder, 'scope' | 'op' | 'ops'> = {
    name,
    nodes,
    constants,
    constant,
    output,
    input: (name, dataType, dims) => {
      const value = add(claim(name), dataType, dims)
      inputs.push(infoOf(value))
      return value
    },
    subgraph: (name) => builder(name, shared, scope),
    valueOf: (wanted) => {
      const value = scope.find(wanted)
      if (!value)
        throw new OnnxError(`graph "${name}" has no value "${wanted}"`, { params: { graph: name, value: wanted } })
      return value
    },
    constantOf: scope.constantOf,
    build: (options = {}) => {
      const { values: withValues = true } = checked('build', options, { values: flag })
      const ends = new Set(outputs.map(({ name }) => name))
      const between = [...made].filter((name) => !ends.has(name)).map((name) => infoOf(values.get(name)!))
      const graph: Graph = {
        name,
        nodes: [...nodes],
        inputs: [...inputs],
        outputs: [...outputs],
        initializers: [...constants],
      }
      return withValues && between.length ? { ...graph, values: between } : graph
    },
  }
  const within = (scope?: string): GraphBuilder => ({
    ...unscoped,
    ...adding(scope),
    scope: (prefix) => within(scope === undefined ? prefix : `${scope}/${prefix}`),
  })
  return within()
}

function typed(node: Node, types: readonly TensorType[], index: number): [DataType, readonly Dim[]] {
  const type = types[index]
  if (!type)
    throw new OnnxError(`${nodeLabel(node)} gives ${types.length} outputs, asked for ${node.outputs.length}`, {
      params: { operator: node.opType, expected: node.outputs.length, found: types.length },
    })
  if (type.dims) return [type.dataType, type.dims]
  throw new OnnxError(`${nodeLabel(node)}: the rank of output ${index} is not known here; state it in options.types`, {
    params: { operator: node.opType, output: index },
  })
}

function infoOf({ name, dataType, dims }: Value): ValueInfo {
  return { name, type: { dataType, dims } }
}
