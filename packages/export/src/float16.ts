import {
  type Attribute,
  dataTypeCode,
  type Graph,
  inferShapes,
  int,
  type Model,
  type Node,
  read,
  type Tensor,
  write,
} from '@pixelrow/onnx'
import { ExportError } from './error.ts'
import { bodiesOf, constantsOf, isOwn, labelOf, namer } from './graph.ts'
import { toHalf } from './half.ts'
import { optimizeModel } from './optimize/optimize.ts'
import { withPrecision } from './precisionmetadata.ts'

/**
 * The same network in float16: half the bytes for its weights, computed in float16, with inputs and outputs as they were.
 * Softmax, sums over many values and what decides by the smallest difference stay float32 between casts. Throws an
 * `ExportError` for a weight beyond float16's range (65,504), an operator whose result has no known type, a graph within the
 * graph, and a file without float32 weights; an `OnnxError` for what is no ONNX file.
 */
export function toFloat16(bytes: Uint8Array): Uint8Array {
  return write(float16Model(read(bytes)))
}

/** Results that float16 would spoil, and operators that take float32 alone. */
const exempt = new Set([
  ...['Softmax', 'LogSoftmax', 'ArgMax', 'ArgMin', 'TopK', 'CumSum', 'Range', 'NonMaxSuppression', 'RoiAlign'],
  ...['ReduceSum', 'ReduceSumSquare', 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMean'],
  ...['Resize', 'Upsample', 'QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear'],
])

/** A graph on its way to float16. */
interface State {
  /** Type of each value in the file given. */
  types: ReadonlyMap<string, string>
  /** Values that were float32 and are float16 now. */
  half: Set<string>
  constants: ReadonlyMap<string, Tensor>
  /** Constants in the type that they were not kept in, and casts, by `name type`. */
  made: Map<string, string>
  nodes: Node[]
  initializers: Tensor[]
  fresh: (wanted: string) => string
}

function float16Model(given: Model): Model {
  const model = optimizeModel(given)
  const { graph } = model
  for (const node of graph.nodes) requirePlain(node)
  const state = stateOf(inferShapes(model, { strict: false }).graph)
  if (state.half.size === 0) throw new ExportError('The file has no float32 weights that could become float16.')
  const aliases = outputAliases(graph, state)
  for (const node of graph.nodes) lower(node, state, aliases)
  for (const [name, half] of aliases) castNode(state, half, name, 'float32')
  const { values: _, ...rest } = graph
  const converted: Graph = { ...rest, nodes: state.nodes, initializers: state.initializers }
  return withPrecision({ ...model, graph: inferShapes(converted, { strict: false }) }, 'float16')
}

function requirePlain(node: Node): void {
  const reason = bodiesOf(node).length > 0 ? 'has a graph inside' : isOwn(node) ? undefined : 'is not one of ONNX’s own'
  if (reason) throw new ExportError(`${labelOf(node)} ${reason}; float16 is made of plain graphs only.`)
}

function stateOf(graph: Graph): State {
  const infos = [...graph.inputs, ...graph.outputs, ...(graph.values ?? [])]
  const types = new Map<string, string>(infos.map(({ name, type }) => [name, type.dataType]))
  for (const { name = '', dataType } of graph.initializers) types.set(name, dataType)
  const constants = constantsOf(graph)
  const wanted = new Set(graph.nodes.filter(({ opType }) => !exempt.has(opType)).flatMap(({ inputs }) => inputs))
  const isHalf = ({ name = '', dataType }: Tensor) => dataType === 'float32' && constants.has(name) && wanted.has(name)
  const half = new Set(graph.initializers.filter(isHalf).map(({ name = '' }) => name))
  const initializers = graph.initializers.map((tensor) => (isHalf(tensor) ? halfTensor(tensor) : tensor))
  return { types, half, constants, made: new Map(), nodes: [], initializers, fresh: namer(graph) }
}

/** What an output is called until the cast that gives it its own name back. */
function outputAliases(graph: Graph, state: State): Map<string, string> {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])))
  const cast = graph.outputs.filter(({ name }) => {
    const maker = makers.get(name)
    return state.types.get(name) === 'float32' && maker && !exempt.has(maker.opType)
  })
  return new Map(cast.map(({ name }) => [name, state.fresh(`${name}/float16`)]))
}

function lower(node: Node, state: State, aliases: ReadonlyMap<string, string>): void {
  const stays = exempt.has(node.opType)
  const inputs = node.inputs.map((name) => inputFor(name, stays, state, aliases))
  const outputs = node.outputs.map((name) => {
    if (name === '') return name
    const type = state.types.get(name) ?? 'undefined'
    if (type === 'undefined') throw new ExportError(`${labelOf(node)}: nothing tells the type of its output ${name}.`)
    if (type !== 'float32' || stays) return name
    state.half.add(aliases.get(name) ?? name)
    return aliases.get(name) ?? name
  })
  state.nodes.push({ ...node, inputs, outputs, attributes: stays ? node.attributes : attributesOf(node) })
}

function inputFor(given: string, stays: boolean, state: State, aliases: ReadonlyMap<string, string>): string {
  const name = aliases.get(given) ?? given
  if (given === '' || state.types.get(given) !== 'float32' || stays !== state.half.has(name)) return name
  const type = stays ? 'float32' : 'float16'
  const key = `${type} ${name}`
  const made = state.made.get(key) ?? (state.constants.has(given) && stays ? again(given, state) : undefined)
  if (made) return made
  const result = state.fresh(`${given}/${type}`)
  castNode(state, name, result, type)
  state.made.set(key, result)
  return result
}

/** A constant that is wanted in both types is there twice. */
function again(name: string, { constants, made, initializers, fresh }: State): string {
  const full = fresh(`${name}/float32`)
  initializers.push({ ...constants.get(name)!, name: full })
  made.set(`float32 ${name}`, full)
  return full
}

function castNode({ nodes }: State, from: string, to: string, type: 'float16' | 'float32'): void {
  const attributes = { to: int(dataTypeCode(type)) }
  nodes.push({ opType: 'Cast', domain: '', name: `${to}/Cast`, inputs: [from], outputs: [to], attributes })
}

/** Types and constants that an operator carries. */
function attributesOf({ opType, attributes }: Node): Record<string, Attribute> {
  const float32 = dataTypeCode('float32')
  const entries = Object.entries(attributes).map(([name, attribute]): [string, Attribute] => {
    const isType = (name === 'to' && opType === 'Cast') || name === 'dtype'
    if (isType && 'int' in attribute && attribute.int === float32) return [name, int(dataTypeCode('float16'))]
    return [name, 'tensor' in attribute ? { ...attribute, tensor: halfTensor(attribute.tensor) } : attribute]
  })
  const zeros: Tensor = { dataType: 'float16', dims: [1], data: new Uint16Array(1) }
  const isDefault = opType === 'ConstantOfShape' && !attributes.value
  return { ...Object.fromEntries(entries), ...(isDefault && { value: { tensor: zeros } }) }
}

/** A loop: `from` would make a list of all values first. */
function halves(values: Float32Array): Uint16Array {
  const result = new Uint16Array(values.length)
  for (let at = 0; at < values.length; at++) result[at] = toHalf(values[at]!)
  return result
}

function halfTensor(tensor: Tensor): Tensor {
  const { dataType, data, name = '', extra } = tensor
  if (dataType !== 'float32' || extra?.external_data) return tensor
  const { typed: _, ...rest } = tensor
  const values = data as Float32Array
  const beyond = values.find((value) => Number.isFinite(value) && Math.abs(value) >= 65520)
  if (beyond !== undefined) {
    throw new ExportError(`${name} holds ${beyond}; float16 ends at 65,504. Keep this model in float32.`)
  }
  return { ...rest, dataType: 'float16', data: halves(values) }
}
