import {
  float32,
  type Graph,
  inferShapes,
  int,
  type Node,
  type Tensor,
  tensor,
  uint8,
  viewOf,
  write,
} from '@pixelrow/onnx'
import { type Range, rangesOf } from './calibrate.ts'
import { ExportError } from './error.ts'
import { isOwn, namer, opsetOf } from './graph.ts'
import { optimizeModel } from './optimize/optimize.ts'
import { checked, requireRows, requireRun, scoreRules } from './options.ts'
import { withPrecision } from './precisionmetadata.ts'
import { isMover, type Product, type Quantizable, quantizableIn } from './quantizable.ts'
import type { Rows } from './score.ts'
import type { ScoreOptions } from './session.ts'
import { readWhole } from './whole.ts'

/**
 * Weights go to ±64, not ±127: x86 processors without VNNI add two products in 16 bits, and 2 · 255 · 64 is what fits there
 * (onnxruntime's `reduce_range`). On all others it costs next to nothing.
 */
const weightLimit = 64

/** The step between neighbouring integers, and which of them is 0. */
interface Scale {
  scale: number
  zero: number
}

/**
 * The same network in int8 (Jacob et al. 2018, arXiv:1712.05877): convolutions, dense layers and matrix products with a
 * scale for each output channel, the values between them in uint8 over the range that they have on `rows`, biases in int32. Written
 * as QuantizeLinear and DequantizeLinear around the float32 operators, which runtimes turn into int8 ones. Inputs and
 * outputs stay as they are. Throws an `ExportError` for a file without such weights, of an operator set before 13, and for
 * rows that do not fit.
 */
export async function toInt8(bytes: Uint8Array, rows: Rows, options: ScoreOptions): Promise<Uint8Array> {
  checked('toInt8', options, scoreRules)
  requireRun('toInt8', options)
  requireRows('toInt8', rows)
  const model = optimizeModel(readWhole(bytes))
  const opset = opsetOf(model)
  if (opset < 13) throw new ExportError(`The file is of operator set ${opset}; scales by channel came with 13.`)
  const typed = inferShapes(model, { strict: false }).graph
  // With the model's own nodes, which products name.
  const plan = quantizableIn(viewOf({ ...typed, nodes: model.graph.nodes }))
  if (plan.products.length === 0) {
    throw new ExportError('The file has no convolution, dense layer or matrix product with float32 weights.')
  }
  const ranges = await rangesOf(model, plan.values, rows, options)
  return write(withPrecision({ ...model, graph: quantized(model.graph, plan, ranges) }, 'int8'))
}

/** A graph on its way to int8. */
interface State {
  fresh: (wanted: string) => string
  scales: ReadonlyMap<string, Scale>
  initializers: Tensor[]
  /** A weight that several layers share is there once. */
  shared: Map<string, string>
}

function quantized(graph: Graph, { products, values }: Quantizable, ranges: ReadonlyMap<string, Range>): Graph {
  const scales = withPools(graph, new Map(values.map((name) => [name, scaleOf(ranges.get(name)!)])))
  const state: State = { fresh: namer(graph), scales, initializers: [], shared: new Map() }
  const after = new Map([...scales.keys()].map((name) => [name, state.fresh(`${name}/uint8/float`)]))
  const byNode = new Map(products.map((product) => [product.node, product]))
  const sources = sourceScales(graph, scales)
  const absorbed = absorbedBy(graph, scales)
  const given = [...graph.inputs, ...graph.initializers].flatMap(({ name = '' }) => around(name, after, state))
  const nodes = graph.nodes.flatMap((node) => {
    const renamed = { ...node, inputs: node.inputs.map((name) => after.get(name) ?? name) }
    const product = byNode.get(node)
    if (absorbed.has(node)) return around(node.outputs[0]!, after, state, node.inputs[0])
    const made = product ? quantizedProduct(product, renamed, sources.get(product.data)!, state) : [renamed]
    return [...made, ...node.outputs.flatMap((name) => around(name, after, state))]
  })
  const used = new Set(nodes.flatMap(({ inputs }) => inputs))
  const kept = graph.initializers.filter(({ name = '' }) => used.has(name))
  const { values: _, ...rest } = graph
  return { ...rest, nodes: [...given, ...nodes], initializers: [...kept, ...state.initializers] }
}

/**
 * Values in uint8, which runtimes multiply by int8 weights fastest: from the smallest to the largest, 0 exactly among them,
 * which padding and Relu need.
 */
function scaleOf({ min, max }: Range): Scale {
  const [low, high] = [Math.min(min, 0), Math.max(max, 0)]
  const scale = Math.fround((high - low) / 255)
  return scale > 0 ? { scale, zero: Math.max(0, Math.min(255, Math.round(-low / scale))) } : { scale: 1, zero: 0 }
}

/** The Relus that quantising does by itself: below 0, its lowest step, there is nothing. */
function absorbedBy({ nodes, outputs }: Graph, scales: ReadonlyMap<string, Scale>): Set<Node> {
  const ends = new Set(outputs.map(({ name }) => name))
  const isAbsorbed = (node: Node) => {
    const [output = ''] = node.outputs
    return node.opType === 'Relu' && isOwn(node) && !ends.has(output) && scales.get(output)?.zero === 0
  }
  return new Set(nodes.filter((node) => isAbsorbed(node) && !scales.has(node.inputs[0]!)))
}

/** The largest of small integers is one of them: a pool between int8 values is one too, as runtimes expect it. */
function withPools(graph: Graph, scales: ReadonlyMap<string, Scale>): Map<string, Scale> {
  const sources = sourceScales(graph, scales)
  const pools = graph.nodes.filter((node) => node.opType === 'MaxPool' && isOwn(node))
  const pooled = pools.flatMap(({ outputs: [output = ''] }): [string, Scale][] => {
    const scale = sources.get(output)
    return scale && !scales.has(output) ? [[output, scale]] : []
  })
  return new Map([...scales, ...pooled])
}

/** The scale of each value that is int8, or a rearrangement of one. */
function sourceScales(graph: Graph, scales: ReadonlyMap<string, Scale>): Map<string, Scale> {
  const all = new Map(scales)
  for (const node of graph.nodes) {
    const scale = isMover(node) ? all.get(node.inputs[0] ?? '') : undefined
    const [output = ''] = node.outputs
    if (scale && !all.has(output)) all.set(output, scale)
  }
  return all
}

/** A value to uint8 and back, for all that reads it. */
function around(name: string, after: ReadonlyMap<string, string>, state: State, from = name): Node[] {
  const result = after.get(name)
  const scale = state.scales.get(name)
  if (result === undefined || !scale) return []
  const parameters = [
    constant(float32(scale.scale), `${name}/uint8/scale`, state),
    constant(uint8(scale.zero), `${name}/uint8/zero`, state),
  ]
  const small = state.fresh(`${name}/uint8`)
  return [
    nodeOf('QuantizeLinear', [from, ...parameters], small),
    nodeOf('DequantizeLinear', [small, ...parameters], result),
  ]
}

function constant(tensor: Tensor, wanted: string, { fresh, initializers }: State): string {
  const name = fresh(wanted)
  initializers.push({ ...tensor, name })
  return name
}

function nodeOf(opType: string, inputs: string[], output: string, axis?: number): Node {
  const attributes: Node['attributes'] = axis === undefined ? {} : { axis: int(axis) }
  return { opType, domain: '', name: `${output}/${opType}`, inputs, outputs: [output], attributes }
}

function quantizedProduct({ weight, axis, bias }: Product, node: Node, input: Scale, state: State): Node[] {
  const scales = weightScales(weight, axis, input, bias)
  const weights = tensor('int8', quantizedWeights(weight, axis, scales), weight.dims)
  const [weightName, ...weightNodes] = restored(weights, scales, axis, node.inputs[1]!, state)
  if (!bias) return [...weightNodes, { ...node, inputs: [node.inputs[0]!, weightName] }]
  const steps = scales.map((scale) => Math.fround(scale * input.scale))
  const values = tensor(
    'int32',
    Array.from(bias.data as Float32Array, (value, at) => Math.round(value / steps[at]!)),
  )
  const [biasName, ...biasNodes] = restored(values, steps, 0, node.inputs[2]!, state)
  return [...weightNodes, ...biasNodes, { ...node, inputs: [node.inputs[0]!, weightName, biasName] }]
}

/** The name of a constant made of small integers, and the node that makes it. */
function restored(
  values: Tensor,
  scales: readonly number[],
  axis: number,
  name: string,
  state: State,
): [string, ...Node[]] {
  const key = `${name} ${axis} ${scales.join()}`
  const before = state.shared.get(key)
  if (before !== undefined) return [before]
  const parts = [
    constant(values, `${name}/${values.dataType}`, state),
    constant(float32(scales, [scales.length]), `${name}/scale`, state),
  ]
  const result = state.fresh(`${name}/${values.dataType}/float`)
  state.shared.set(key, result)
  return [result, nodeOf('DequantizeLinear', parts, result, axis)]
}

/** One scale an output channel: large enough for its weights, and for its bias to fit into int32. */
function weightScales({ dims, data }: Tensor, axis: number, input: Scale, bias: Tensor | undefined): number[] {
  const largest = new Float64Array(dims[axis]!)
  const channel = channelsAlong(dims, axis)
  const values = data as Float32Array
  for (let at = 0; at < values.length; at++) {
    const [size, place] = [Math.abs(values[at]!), channel(at)]
    if (size > largest[place]!) largest[place] = size
  }
  return Array.from(largest, (size, at) => {
    const offset = Math.abs((bias?.data[at] as number | undefined) ?? 0)
    return Math.fround(Math.max(size / weightLimit, offset / (2 ** 30 * input.scale))) || 1
  })
}

function quantizedWeights({ dims, data }: Tensor, axis: number, scales: readonly number[]): Int8Array {
  const channel = channelsAlong(dims, axis)
  const limited = (value: number) => Math.max(-weightLimit, Math.min(weightLimit, Math.round(value)))
  return Int8Array.from(data as Float32Array, (value, at) => limited(value / scales[channel(at)]!))
}

function channelsAlong(dims: readonly number[], axis: number): (at: number) => number {
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1)
  return (at) => Math.floor(at / inner) % dims[axis]!
}
