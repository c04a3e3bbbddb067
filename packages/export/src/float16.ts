import {
  type Attribute,
  bodiesOf,
  dataTypeCode,
  type Graph,
  type GraphView,
  inferShapes,
  int,
  type Model,
  type Node,
  type Operand,
  operandsOf,
  type Tensor,
  viewOf,
  write,
} from '@pixelrow/onnx'
import { toHalf } from '../../../common/half.ts'
import { ExportError } from './error.ts'
import { isOwn, labelOf, namer, opsetOf } from './graph.ts'
import { optimizeModel } from './optimize/optimize.ts'
import { withPrecision } from './precisionmetadata.ts'
import { readWhole } from './whole.ts'

/**
 * The same network in float16: half the bytes for its weights, computed in float16, with inputs and outputs as they were.
 * Softmax, sums over many values and what decides by the smallest difference stay float32 between casts, and so does whatever an
 * operator takes in no float16 by its definition in the file's operator set. Throws an
 * `ExportError` for a weight beyond float16's range (65,504), an operator whose result has no known type, a graph within the
 * graph, weights in other files, and a file without float32 weights; an `OnnxError` for what is no ONNX file.
 */
export function toFloat16(bytes: Uint8Array): Uint8Array {
  return write(float16Model(readWhole(bytes)))
}

/** Results that float16 would spoil: sums of many values, small differences that decide, places in an image, steps of integers. */
const precise = new Set([
  ...['Softmax', 'LogSoftmax', 'ArgMax', 'ArgMin', 'TopK', 'CumSum'],
  ...['ReduceSum', 'ReduceSumSquare', 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMean'],
  ...['Resize', 'Upsample', 'RoiAlign', 'QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear'],
])

/** Scattering may also add what falls on one place. */
function isPrecise({ opType, attributes: { reduction } }: Node): boolean {
  const scatters = opType === 'ScatterND' || opType === 'ScatterElements'
  return (
    precise.has(opType) || (scatters && reduction !== undefined && 'string' in reduction && reduction.string !== 'none')
  )
}

/** A graph on its way to float16. */
interface State {
  opset: number
  /** Of the file given. */
  view: GraphView
  /** Values that were float32 and are float16 now. */
  half: Set<string>
  /** Constants in the type that they were not kept in, and casts, by `name type`. */
  made: Map<string, string>
  nodes: Node[]
  initializers: Tensor[]
  fresh: (wanted: string) => string
}

function float16Model(given: Model): Model {
  const model = optimizeModel(given)
  const { graph } = model
  const opset = opsetOf(model)
  for (const node of graph.nodes) requirePlain(node, opset)
  const state = stateOf(inferShapes(model, { strict: false }).graph, opset)
  if (state.half.size === 0) throw new ExportError('The file has no float32 weights that could become float16.')
  const aliases = outputAliases(state)
  for (const node of graph.nodes) lower(node, state, aliases)
  for (const [name, half] of aliases) castNode(state, half, name, 'float32')
  const { values: _, ...rest } = graph
  const converted: Graph = { ...rest, nodes: state.nodes, initializers: state.initializers }
  return withPrecision(
    { ...model, graph: inferShapes({ ...model, graph: converted }, { strict: false }).graph },
    'float16',
  )
}

function requirePlain(node: Node, opset: number): void {
  const fail = (reason: string): never => {
    const params = { node: node.name || node.outputs[0] || '', operator: node.opType, opset }
    throw new ExportError(`${labelOf(node)} ${reason}; float16 is made of plain graphs only.`, { params })
  }
  if (bodiesOf(node).length > 0) fail('has a graph inside')
  if (!isOwn(node)) fail('is not one of ONNX’s own')
  if (!operandsOf(node.opType, opset)) fail(`is none that is known of operator set ${opset}`)
}

/** Whether an operand that was float32 becomes float16: its definition allows it, and nothing is lost. */
function takesHalf(node: Node, operand: Operand | undefined): boolean {
  if (isPrecise(node) || !operand?.types.has('float16')) return false
  // A Constant's float attributes are float32 by themselves.
  return node.opType !== 'Constant' || 'value' in node.attributes
}

const halfInput = (node: Node, index: number, opset: number) =>
  takesHalf(node, operandsOf(node.opType, opset)?.input(index))

const halfOutput = (node: Node, index: number, opset: number) =>
  takesHalf(node, operandsOf(node.opType, opset)?.output(index))

function stateOf(graph: Graph, opset: number): State {
  const view = viewOf(graph)
  const wanted = new Set(graph.nodes.flatMap((node) => node.inputs.filter((_, index) => halfInput(node, index, opset))))
  const isHalf = ({ name = '', dataType }: Tensor) => dataType === 'float32' && view.constant(name) && wanted.has(name)
  const half = new Set(graph.initializers.filter(isHalf).map(({ name = '' }) => name))
  const initializers = graph.initializers.map((tensor) => (isHalf(tensor) ? halfTensor(tensor) : tensor))
  return { opset, view, half, made: new Map(), nodes: [], initializers, fresh: namer(graph) }
}

/** What an output is called until the cast that gives it its own name back. */
function outputAliases({ view, opset, fresh }: State): Map<string, string> {
  const cast = view.graph.outputs.filter(({ name }) => {
    const maker = view.producer(name)
    return view.type(name)?.dataType === 'float32' && maker && halfOutput(maker, maker.outputs.indexOf(name), opset)
  })
  return new Map(cast.map(({ name }) => [name, fresh(`${name}/float16`)]))
}

function lower(node: Node, state: State, aliases: ReadonlyMap<string, string>): void {
  const { opset, view, half } = state
  const inputs = node.inputs.map((name, index) => inputFor(name, halfInput(node, index, opset), state, aliases))
  const becomes = node.outputs.map((name, index) => {
    if (name === '') return false
    const type = view.type(name)?.dataType ?? 'undefined'
    if (type === 'undefined') throw new ExportError(`${labelOf(node)}: nothing tells the type of its output ${name}.`)
    return type === 'float32' && halfOutput(node, index, opset)
  })
  const outputs = node.outputs.map((name, index) => (becomes[index] ? (aliases.get(name) ?? name) : name))
  outputs.forEach((name, index) => {
    if (becomes[index]) half.add(name)
  })
  const attributes = becomes.includes(true) ? attributesOf(node) : node.attributes
  state.nodes.push({ ...node, inputs, outputs, attributes })
}

/** The name under which a node finds a value in the type that it takes: `toHalf` is float16. */
function inputFor(given: string, toHalf: boolean, state: State, aliases: ReadonlyMap<string, string>): string {
  const name = aliases.get(given) ?? given
  if (given === '' || state.view.type(given)?.dataType !== 'float32' || toHalf === state.half.has(name)) return name
  const type = toHalf ? 'float16' : 'float32'
  const key = `${type} ${name}`
  const made = state.made.get(key) ?? (state.view.constant(given) && !toHalf ? again(given, state) : undefined)
  if (made) return made
  const result = state.fresh(`${given}/${type}`)
  castNode(state, name, result, type)
  state.made.set(key, result)
  return result
}

/** A constant that is wanted in both types is there twice. */
function again(name: string, { view, made, initializers, fresh }: State): string {
  const full = fresh(`${name}/float32`)
  initializers.push({ ...view.constant(name)!, name: full })
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
    const isType = (name === 'to' && opType === 'Cast') || name === 'dtype' || name === 'output_datatype'
    if (isType && 'int' in attribute && attribute.int === float32) return [name, int(dataTypeCode('float16'))]
    return [name, 'tensor' in attribute ? { ...attribute, tensor: halfTensor(attribute.tensor) } : attribute]
  })
  return { ...defaultsOf(opType), ...Object.fromEntries(entries) }
}

/** What an operator makes float32 that nobody says otherwise of. */
function defaultsOf(opType: string): Record<string, Attribute> {
  const zeros: Tensor = { dataType: 'float16', dims: [1], data: new Uint16Array(1) }
  if (opType === 'ConstantOfShape') return { value: { tensor: zeros } }
  const half = int(dataTypeCode('float16'))
  if (opType === 'RandomNormal' || opType === 'RandomUniform') return { dtype: half }
  return /^(Hann|Hamming|Blackman)Window$|^MelWeightMatrix$/.test(opType) ? { output_datatype: half } : {}
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
