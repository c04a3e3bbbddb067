import type { DataType, Dim } from '@pixelrow/onnx'
import { sourceError } from '../error.ts'
import type { Artifacts } from './artifacts.ts'
import {
  dataTypeOf,
  type GraphNode,
  outputRef,
  parseGraph,
  shapeAttribute,
  shapeOf,
  subjectOf,
  typeAttribute,
} from './graph/graphdef.ts'
import { neededNodes, runGraph } from './graph/run.ts'
import { show } from './keras/config.ts'
import type { Layer, Network } from './keras/parse.ts'
import { parseNetwork } from './keras/parse.ts'
import { runNetwork } from './keras/run.ts'
import { weightStore } from './keras/weightstore.ts'
import type { Writer } from './keras/writer.ts'
import type { Lowering, Signal } from './signal.ts'

/** An input of the model. Sizes that a run decides are `''`; the batch is `N`. */
export interface Port {
  name: string
  dataType: DataType
  dims: readonly Dim[]
}

/** A model that was read and found to hold nothing unknown. */
export interface Plan {
  inputs: Port[]
  outputs: string[]
  /** Who wrote a model of layers, where it says so. */
  writer?: Writer
  /** Appends the nodes; gives the outputs, in the order of their names. */
  run(lowering: Lowering, inputs: readonly Signal[]): Signal[]
}

/** Reads a model's structure. Throws an `ExportError` for the first thing that is not supported. */
export function planOf(artifacts: Artifacts): Plan {
  return artifacts.format === 'graph' ? planGraph(artifacts) : planLayers(artifacts)
}

function planLayers({ topology, weights, writer }: Artifacts): Plan {
  const network = parseNetwork(topology, weightStore(weights, writer))
  return {
    ...(writer && { writer }),
    inputs: network.inputs.map(({ layer }) => inputOf(layerOf(network, layer))),
    outputs: distinct(outputNames(network)),
    run: (lowering, inputs) => runNetwork(network, lowering, inputs),
  }
}

function layerOf({ layers, name }: Network, wanted: string): Layer {
  const layer = layers.find(({ name }) => name === wanted)
  if (layer) return layer
  throw sourceError(`Model ${name}: it names a layer ${JSON.stringify(wanted)} that it does not have.`)
}

function inputOf({ name, config, subject }: Layer): Port {
  const shape = config.batch_input_shape ?? config.batch_shape
  const fits = Array.isArray(shape) && shape.every((dim) => dim === null || Number.isInteger(dim))
  if (!fits) throw sourceError(`${subject}: it has no batch_input_shape. Build the model before it is saved.`)
  const dims = shape.map((dim, axis) => (axis === 0 ? 'N' : (dim ?? '')))
  const dataType = config.dtype === 'int32' || config.dtype === 'bool' ? config.dtype : 'float32'
  return { name, dataType, dims }
}

/** As tfjs names them: after the layer; a sequential model of one model alone has that one's. */
function outputNames(network: Network): string[] {
  return network.outputs.flatMap(({ layer, output }) => {
    const { model } = layerOf(network, layer)
    const alone = model && network.layers.every((each) => each.model === model || each.className === 'InputLayer')
    return alone && network.layers.length === 2 ? [outputNames(model)[output] ?? layer] : [layer]
  })
}

function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let own = name
    for (let count = 1; taken.has(own); count++) own = `${name}_${count}`
    taken.add(own)
    return own
  })
}

function planGraph({ topology, signature, weights }: Artifacts): Plan {
  const nodes = parseGraph(topology)
  const { inputs: named, outputs: chosen } = (signature ?? {}) as { inputs?: unknown; outputs?: unknown }
  const outputs = chosen ? entriesOf(chosen).map(({ name }) => name) : ends(nodes)
  const entries = named ? entriesOf(named) : []
  const ports = entries.length ? entries.map((entry) => portOf(nodes, entry)) : placeholders(nodes)
  const graph = { nodes, outputs, constants: new Map(weights) }
  const needed = new Set(neededNodes(graph, new Set(ports.map(({ name }) => name))).map(({ name }) => name))
  const inputs = ports.filter(({ name }) => needed.has(name))
  const signalsOf = (signals: readonly Signal[]) => new Map(inputs.map(({ name }, at) => [name, signals[at]!]))
  return {
    inputs,
    outputs: distinct(outputs.map((output) => outputRef(output).name)),
    run: (lowering, signals) => runGraph(graph, lowering, signalsOf(signals)),
  }
}

interface SignatureEntry {
  name: string
  dtype?: unknown
  tensorShape?: unknown
}

function entriesOf(ports: unknown): SignatureEntry[] {
  return Object.values(ports as object).map((entry) => {
    if (typeof (entry as SignatureEntry | null)?.name === 'string') return entry
    throw sourceError(`The signature has ${show(entry)}; expected the name, dtype and tensorShape of a tensor.`)
  })
}

function portOf(nodes: ReadonlyMap<string, GraphNode>, entry: SignatureEntry): Port {
  const { name } = outputRef(entry.name)
  const node = nodes.get(name)
  if (!node) throw sourceError(`The signature has an input ${JSON.stringify(name)} that the graph has not.`)
  return port(node, shapeOf(entry.tensorShape), dataTypeOf(entry.dtype))
}

function port(node: GraphNode, shape = shapeAttribute(node, 'shape'), dataType = typeAttribute(node, 'dtype')): Port {
  if (!dataType) throw sourceError(`${subjectOf(node)}: its element type is none of float32, int32 and bool.`)
  if (!shape)
    throw sourceError(
      `${subjectOf(node)}: it has no shape. Pass inputShapes: { ${JSON.stringify(node.name)}: [null, …] }.`,
    )
  return { name: node.name, dataType, dims: shape.map((dim, axis) => (axis === 0 && dim === '' ? 'N' : dim)) }
}

function placeholders(nodes: ReadonlyMap<string, GraphNode>): Port[] {
  return [...nodes.values()].filter(({ op }) => op === 'Placeholder').map((node) => port(node))
}

/** Without a signature, what nobody takes goes out. */
function ends(nodes: ReadonlyMap<string, GraphNode>): string[] {
  const taken = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map((input) => outputRef(input).name)))
  return [...nodes.values()]
    .filter(({ name, op }) => !taken.has(name) && op !== 'Const' && op !== 'NoOp')
    .map(({ name }) => name)
}
