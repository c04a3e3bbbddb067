import {
  bodiesOf,
  type Graph,
  type GraphView,
  inferShapes,
  type Model,
  type Node,
  readsOf,
  type Tensor,
  type TensorType,
  viewOf,
  write,
} from '@pixelrow/onnx'
import { isOwn } from '../graph.ts'
import { readWhole } from '../whole.ts'
import { evaluate, type Known } from './evaluate.ts'

/**
 * A file that computes the same, bit for bit, in fewer nodes: what constants alone decide is worked out, what only passes
 * a value on (Identity, Dropout) is gone, and so is all that no output needs. Inputs, outputs, names and metadata stay. Throws
 * an `OnnxError` for what is no ONNX file, an `ExportError` for weights in other files.
 */
export function optimize(bytes: Uint8Array): Uint8Array {
  return write(optimizeModel(readWhole(bytes)))
}

/** The same for a model that was read. */
export function optimizeModel(model: Model): Model {
  return { ...model, graph: withoutDead(folded(model)) }
}

/** What is known while going along the nodes. */
interface State {
  view: GraphView
  constants: Map<string, Tensor>
  /** Values that are only other names of values. */
  aliases: Map<string, string>
}

function folded(model: Model): Graph {
  const view = viewOf(inferShapes(model, { strict: false }).graph)
  const state: State = {
    view,
    constants: new Map(view.constants),
    aliases: new Map(),
  }
  const nodes = model.graph.nodes.flatMap((node) => {
    const kept = renamed(node, state.aliases)
    return isGone(kept, state) ? [] : [kept]
  })
  const made = [...state.constants].flatMap(([name, tensor]) => (view.constants.has(name) ? [] : [{ ...tensor, name }]))
  return { ...model.graph, nodes, initializers: [...model.graph.initializers, ...made] }
}

/** A node that reads values by their first names. */
function renamed(node: Node, aliases: ReadonlyMap<string, string>): Node {
  const inputs = node.inputs.map((name) => aliases.get(name) ?? name)
  // Names inside its graphs stay, and with them the values that they mean.
  return inputs.some((name, index) => name !== node.inputs[index]) ? { ...node, inputs } : node
}

/** Whether a node's result is known, which is then noted; what is an output of the graph stays a node. */
function isGone(node: Node, state: State): boolean {
  const [output = ''] = node.outputs
  const single = node.outputs.every((name, index) => index === 0 || name === '')
  if (!isOwn(node) || !single || state.view.isOutput(output) || bodiesOf(node).length > 0) return false
  const source = passedOn(node, state)
  if (source !== undefined) {
    state.aliases.set(output, source)
    return false
  }
  const constant = constantOf(node, state)
  if (constant) state.constants.set(output, constant)
  return constant !== undefined
}

/** The value that a node only passes on. Dropout does nothing unless it is told that it trains. */
function passedOn({ opType, inputs, attributes }: Node, { constants }: State): string | undefined {
  if (opType === 'Identity') return inputs[0]
  const training = inputs[2] ? constants.get(inputs[2]) : undefined
  const trains = inputs[2] ? training?.data[0] !== 0 : 'is_test' in attributes
  return opType === 'Dropout' && !trains ? inputs[0] : undefined
}

function constantOf(node: Node, { view, constants }: State): Tensor | undefined {
  if (node.opType === 'Constant') return constantValue(node)
  if (node.opType === 'Shape') return shapeOf(node, view)
  const inputs = node.inputs.map((name) => constants.get(name))
  if (inputs.length === 0 || !inputs.every((tensor) => tensor !== undefined)) return undefined
  const to = resultOf(node, inputs)
  return to && evaluate(node, inputs, to)
}

/** The type that a node gives of constants by its rule alone: what the file states of it may be wrong. */
function resultOf(node: Node, inputs: readonly Tensor[]): Known | undefined {
  const initializers = inputs.map((tensor, index) => ({ ...tensor, name: node.inputs[index]! }))
  const alone: Graph = { name: 'alone', nodes: [node], inputs: [], outputs: [], initializers }
  try {
    return known(inferShapes(alone).values?.[0]?.type)
  } catch {
    return undefined
  }
}

function constantValue({ attributes: { value } }: Node): Tensor | undefined {
  return value && 'tensor' in value && !value.tensor.extra?.external_data ? value.tensor : undefined
}

function known(type: TensorType | undefined): Known | undefined {
  const dims = type?.dims
  if (!type || !dims?.every((dim): dim is number => typeof dim === 'number')) return undefined
  return { dataType: type.dataType, dims }
}

function shapeOf({ inputs, attributes }: Node, view: GraphView): Tensor | undefined {
  const of = known(view.type(inputs[0] ?? ''))
  if (!of || Object.keys(attributes).length > 0) return undefined
  return { dataType: 'int64', dims: [of.dims.length], data: BigInt64Array.from(of.dims, BigInt) }
}

/** What an output needs, directly or not. */
function withoutDead(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name))
  const backwards: Node[] = []
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    for (const name of readsOf(node)) needed.add(name)
    backwards.push(node)
  }
  const nodes = backwards.reverse()
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const there = new Set(nodes.flatMap(({ outputs }) => outputs))
  const values = graph.values?.filter(({ name }) => there.has(name))
  const initializers = graph.initializers.filter(({ name = '' }) => needed.has(name) || inputs.has(name))
  const { values: _, ...rest } = graph
  return { ...rest, nodes, initializers, ...(values?.length && { values }) }
}
