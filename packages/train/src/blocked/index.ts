import type { Graph, GraphBuilder, Node, Value } from '@pixelrow/onnx'
import { newtonSchulz, orthogonalizeFilters } from '../lowerings/orthogonalize.ts'
import { DOMAIN, floating, integer, integers } from '../operators.ts'
import type { LayoutChoice } from '../types.ts'
import { conv, convGradInput, convGradWeight, type Source, sourceOf } from './conv.ts'
import { ELEMENTWISE } from './elementwise.ts'
import { type Entry, enter, findEntry, type Shapes } from './entry.ts'
import { type Forms, formsOf } from './forms.ts'
import { type Geometry, geometryOf } from './geometry.ts'
import { type BlockLayout, imageDims, type Layout, reshape, transpose } from './layout.ts'
import { reasonAgainst } from './plan.ts'
import {
  averagePool,
  averagePoolGrad,
  channelSums,
  globalAveragePool,
  maxPool,
  maxPoolGrad,
  type Tiling,
} from './pool.ts'

/** The part of the lowering that works on blocks. */
export interface Blocks {
  forms: Forms
  /** Lowers a node if it is better done on blocks; false leaves it to the plain formulation. */
  take(node: Node): boolean
  choices: LayoutChoice[]
  entry: Entry | undefined
  /** The layouts of inputs that do not come plain. */
  layouts: Map<string, BlockLayout>
}

/** One node for one of the rules. */
interface Site {
  node: Node
  g: GraphBuilder
  forms: Forms
  block: number
  shapes: Shapes
  state: State
}

/** What rules remember for later nodes. */
interface State {
  sources: Map<string, Source>
  /** By the name of what was pooled: the largest pixel of each row of a window. */
  columns: Map<string, Value>
  /** Gradients of averages that are spread when they are multiplied. */
  spread: Map<string, { gradient: Value; tiling: Tiling }>
  done: Set<Node>
  entry: Entry | undefined
  choices: LayoutChoice[]
}

type Rule = (site: Site) => boolean

const rules: Readonly<Record<string, Rule>> = {
  Conv: convRule,
  [`${DOMAIN}:ConvGradInput`]: convGradInputRule,
  [`${DOMAIN}:ConvGradWeight`]: convGradWeightRule,
  AveragePool: averagePoolRule,
  [`${DOMAIN}:AveragePoolGrad`]: averagePoolGradRule,
  [`${DOMAIN}:MaxPool`]: maxPoolRule,
  [`${DOMAIN}:MaxPoolGrad`]: maxPoolGradRule,
  GlobalAveragePool: globalAveragePoolRule,
  ReduceSum: channelSumRule,
  Expand: expandRule,
  Reshape: reshapeRule,
  Gemm: gemmRule,
  [`${DOMAIN}:Orthogonalize`]: orthogonalizeRule,
  Mul: mulRule,
}

/** Prepares the lowering of a step's graph onto blocks of `block` numbers. */
export function blocksOf(graph: Graph, g: GraphBuilder, block: number): Blocks {
  if (block === 1) {
    return { forms: formsOf(g, block), take: () => false, choices: [], entry: undefined, layouts: new Map() }
  }
  const shapes = shapesOf(graph)
  const forms = formsOf(g, block)
  const entry = findEntry(graph, shapes, block)
  const state: State = {
    sources: new Map(),
    columns: new Map(),
    spread: new Map(),
    done: new Set(entry?.replaced),
    entry,
    choices: [],
  }
  const usable = entry && !reasonAgainst(entry.geometry, block, true) ? entry : undefined
  if (!usable) state.done.clear()
  state.entry = usable
  return {
    forms,
    choices: state.choices,
    entry: usable,
    layouts: inputLayouts(graph, shapes, usable, block),
    take(node) {
      if (state.done.has(node)) return true
      const key = node.domain ? `${node.domain}:${node.opType}` : node.opType
      const site = { node, g, forms, block, shapes, state }
      return rules[key]?.(site) ?? (ELEMENTWISE.has(key) && elementwise(site))
    },
  }
}

function shapesOf(graph: Graph): Shapes {
  const types = new Map(
    [...graph.inputs, ...graph.outputs, ...(graph.values ?? [])].map(({ name, type }) => [name, type.dims]),
  )
  for (const { name, dims } of graph.initializers) types.set(name!, dims)
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])))
  const readers = new Map<string, Node[]>()
  for (const node of graph.nodes)
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node])
  return {
    dims: (name) => types.get(name)!.map(Number),
    readers: (name) => readers.get(name) ?? [],
    producer: (name) => producers.get(name),
  }
}

/** Weights of blocked convolutions and of what follows flattened blocks, with what the optimiser remembers about them (inputs named after them). */
function inputLayouts(graph: Graph, shapes: Shapes, entry: Entry | undefined, block: number): Map<string, BlockLayout> {
  const layouts = new Map<string, BlockLayout>()
  const assign = (weight: string, layout: BlockLayout) => {
    for (const { name } of graph.inputs) if (name === weight || name.startsWith(`${weight}:`)) layouts.set(name, layout)
  }
  for (const node of graph.nodes) {
    const [x, weight] = node.inputs as [string, string]
    if (node.opType === 'Conv' && !reasonAgainst(geometryOfConv(node, shapes), block, entry?.images === x))
      assign(weight, 'filters')
    const flattened = node.opType === 'Gemm' && layouts.size > 0 ? shapes.producer(x) : undefined
    const [batch, channels, height, width] = flattened?.opType === 'Reshape' ? shapes.dims(flattened.inputs[0]!) : []
    if (!width || batch! % block || channels! % block || height! * width === 1) continue
    assign(weight, `rows/${height! * width}`)
  }
  return layouts
}

function geometryOfConv(node: Node, { dims }: Shapes): Geometry {
  return geometryOf(node, dims(node.inputs[0]!), dims(node.outputs[0]!), dims(node.inputs[1]!).slice(2))
}

function convRule(site: Site): boolean {
  const { node, g, forms, block, shapes, state } = site
  const [images, weight, bias] = node.inputs as [string, string, string?]
  const geometry = geometryOfConv(node, shapes)
  if (!choose(site, geometry, images)) return false
  const source = sourceFor(site, geometry, images)
  // Gradients read what comes out of the relu, never what goes into it.
  const readers = shapes.readers(node.outputs[0]!)
  const relu = readers.length === 1 && readers[0]!.opType === 'Relu' ? readers[0] : undefined
  if (relu) state.done.add(relu)
  const b = bias ? forms.get(bias, 'plain') : undefined
  const y = conv(g, source, { w: forms.get(weight, 'filters')!, b }, { geometry, block, relu: relu !== undefined })
  setImages(site, (relu ?? node).outputs[0]!, y)
  return true
}

function convGradInputRule(site: Site): boolean {
  const { node, g, forms, block, shapes } = site
  const [dy, weight] = node.inputs as [string, string]
  const geometry = geometryOf(node, shapes.dims(node.outputs[0]!), shapes.dims(dy), shapes.dims(weight).slice(2))
  if (!choose(site, geometry)) return false
  const value = convGradInput(g, forms.get(dy, 'images')!, forms.get(weight, 'filters')!, { geometry, block })
  setImages(site, node.outputs[0]!, value)
  return true
}

function convGradWeightRule(site: Site): boolean {
  const { node, g, forms, block, shapes } = site
  const [images, dy] = node.inputs as [string, string]
  const dims = shapes.dims(node.outputs[0]!)
  const geometry = geometryOf(node, shapes.dims(images), shapes.dims(dy), dims.slice(2))
  if (!choose(site, geometry, images)) return false
  const source = sourceFor(site, geometry, images)
  const value = convGradWeight(g, source, forms.get(dy, 'images')!, { geometry, block, dims })
  forms.set(node.outputs[0]!, value, 'filters', dims)
  return true
}

/** Decides by the rule, and keeps the decision for the plan. */
function choose({ node, block, state }: Site, geometry: Geometry, images?: string): boolean {
  const reason = reasonAgainst(geometry, block, images !== undefined && images === state.entry?.images)
  state.choices.push({
    node: node.name,
    operator: node.opType,
    layout: reason ? 'plain' : 'blocked',
    ...(reason && { reason }),
  })
  return reason === undefined
}

/** A convolution and its gradient read the same sorted images. */
function sourceFor({ g, forms, block, state }: Site, geometry: Geometry, images: string): Source {
  const { kernel, stride, pads } = geometry
  const key = `${images} ${kernel} ${stride} ${pads}`
  const known = state.sources.get(key)
  if (known) return known
  const { entry } = state
  const source =
    entry?.images === images
      ? { sorted: enter(g, forms.get('pixels', 'plain')!, entry, block), scale: entry.scale }
      : sourceOf(g, forms.get(images, 'images')!, geometry, block)
  state.sources.set(key, source)
  return source
}

function setImages({ forms, shapes }: Site, name: string, value: Value): void {
  forms.set(name, value, 'images', shapes.dims(name))
}

/** The tiling of a pooling whose input lies in blocks; undefined for windows that overlap, leave gaps or reach over the edge. */
function tilingOf({ node, shapes, forms, block }: Site, input: string, output: string): Tiling | undefined {
  const { kernel_shape, strides, pads } = node.attributes
  const kernel = integers(kernel_shape) as [number, number]
  const [stride, padding] = [strides ? integers(strides) : [1, 1], pads ? integers(pads) : []]
  const tiles = kernel.every((length, i) => length === stride[i]) && padding.every((pad) => pad === 0)
  if (!tiles || !isImages(forms, input)) return undefined
  return {
    extent: extentOf(shapes.dims(input)),
    kernel,
    output: shapes.dims(output).slice(2) as [number, number],
    block,
  }
}

const isImages = (forms: Forms, name: string) => forms.made(name) === 'images'

function extentOf([batch, channels, height, width]: number[]) {
  return { batch: batch!, channels: channels!, height: height!, width: width! }
}

function averagePoolRule(site: Site): boolean {
  const { node, g, forms } = site
  const tiling = tilingOf(site, node.inputs[0]!, node.outputs[0]!)
  if (!tiling) return false
  setImages(site, node.outputs[0]!, averagePool(g, forms.get(node.inputs[0]!, 'images')!, tiling))
  return true
}

function averagePoolGradRule(site: Site): boolean {
  const { node, g, forms, shapes, state } = site
  const [dy, dx] = [node.inputs[0]!, node.outputs[0]!]
  const { kernel_shape, strides, pads } = node.attributes
  const kernel = integers(kernel_shape) as [number, number]
  const tiles = kernel.every((length, i) => length === integers(strides)[i]) && integers(pads).every((pad) => pad === 0)
  const extent = extentOf(shapes.dims(dx))
  if (!tiles || extent.batch % site.block || extent.channels % site.block) return false
  const tiling = { extent, kernel, output: shapes.dims(dy).slice(2) as [number, number], block: site.block }
  const gradient = forms.get(dy, 'images')!
  const [next, ...more] = shapes.readers(dx)
  if (next?.opType === 'Mul' && more.length === 0) state.spread.set(dx, { gradient, tiling })
  else setImages(site, dx, averagePoolGrad(g, gradient, tiling))
  return true
}

/** What an average's gradient is multiplied by next, mostly relu's mask, is multiplied while it is spread. */
function mulRule(site: Site): boolean {
  const { node, g, forms, shapes, state } = site
  const spread = node.inputs.find((name) => state.spread.has(name))
  if (spread === undefined) return elementwise(site)
  const { gradient, tiling } = state.spread.get(spread)!
  const mask = node.inputs.find((name) => name !== spread)!
  if (isImages(forms, mask)) {
    setImages(site, node.outputs[0]!, averagePoolGrad(g, gradient, tiling, forms.get(mask, 'images')))
    return true
  }
  forms.set(spread, averagePoolGrad(g, gradient, tiling), 'images', shapes.dims(spread))
  return elementwise(site)
}

function maxPoolRule(site: Site): boolean {
  const { node, g, forms, state } = site
  const tiling = tilingOf(site, node.inputs[0]!, node.outputs[0]!)
  if (!tiling) return false
  const { y, columns } = maxPool(g, forms.get(node.inputs[0]!, 'images')!, tiling)
  state.columns.set(node.outputs[0]!, columns)
  setImages(site, node.outputs[0]!, y)
  return true
}

function maxPoolGradRule(site: Site): boolean {
  const { node, g, forms, state } = site
  const [dy, x, y] = node.inputs as [string, string, string]
  const columns = state.columns.get(y)
  const tiling = columns && tilingOf(site, x, y)
  if (!tiling) return false
  const [pixels, largest, gradient] = [x, y, dy].map((name) => forms.get(name, 'images')!) as [Value, Value, Value]
  setImages(site, node.outputs[0]!, maxPoolGrad(g, { x: pixels, y: largest, columns, dy: gradient }, tiling))
  return true
}

function globalAveragePoolRule(site: Site): boolean {
  const { node, g, forms, shapes, block } = site
  const x = node.inputs[0]!
  if (!isImages(forms, x)) return false
  setImages(site, node.outputs[0]!, globalAveragePool(g, forms.get(x, 'images')!, extentOf(shapes.dims(x)), block))
  return true
}

/** The sum over batch and pixels, as a bias' gradient takes it. */
function channelSumRule(site: Site): boolean {
  const { node, g, forms, shapes, block } = site
  const [x, axes] = node.inputs as [string, string?]
  const keeps = node.attributes.keepdims
  if (!isImages(forms, x) || axes === undefined || !(keeps && 'int' in keeps && Number(keeps.int) === 0)) return false
  if (String(g.constantOf(forms.get(axes, 'plain')!)?.data) !== '0,2,3') return false
  const sums = channelSums(g, forms.get(x, 'images')!, extentOf(shapes.dims(x)), block)
  forms.set(node.outputs[0]!, sums, 'plain', shapes.dims(node.outputs[0]!))
  return true
}

/** One number a channel on all pixels. */
function expandRule(site: Site): boolean {
  const { node, g, forms, shapes, block } = site
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const [from, to] = [shapes.dims(x), shapes.dims(y)]
  const isPixel = from.length === 4 && from[2] === 1 && from[3] === 1 && from[0] === to[0] && from[1] === to[1]
  if (!isPixel || to[0]! % block || to[1]! % block) return false
  const planes = (to[0]! / block) * (to[1]! / block)
  const pixel = reshape(g, forms.get(x, 'images')!, [planes, 1, block * block])
  const target = g.constant({
    dataType: 'int64',
    dims: [3],
    data: BigInt64Array.from([planes, to[2]! * to[3]!, block * block], BigInt),
  })
  setImages(site, y, reshape(g, g.op('Expand', [pixel, target]), imageDims(to, block)))
  return true
}

/** Images to flat features and back: rows of a block's channels move as they are, and the weights' rows are in that order. */
function reshapeRule(site: Site): boolean {
  const { node, g, forms, shapes, block } = site
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const [from, to] = [shapes.dims(x), shapes.dims(y)]
  const [images, flat] = from.length === 4 ? [from, to] : [to, from]
  const [batch, channels, height, width] = images as [number, number, number, number]
  const size = height * width
  if (images.length !== 4 || flat.length !== 2 || flat[0] !== batch || batch % block || channels % block) return false
  const blocks = (channels / block) * size
  const layout: Layout = size === 1 ? 'plain' : `features/${size}`
  if (from.length === 4) {
    if (!isImages(forms, x)) return false
    const turned = transpose(
      g,
      reshape(g, forms.get(x, 'images')!, [batch / block, blocks, block, block]),
      [0, 2, 1, 3],
    )
    forms.set(y, reshape(g, turned, flat), layout, flat)
    return true
  }
  if (forms.made(x) !== layout) return false
  const turned = transpose(g, reshape(g, forms.get(x, layout)!, [batch / block, block, blocks, block]), [0, 2, 1, 3])
  setImages(site, y, reshape(g, turned, imageDims(images, block)))
  return true
}

/** Products with flat features in blocks: forwards, by the weights and by the features. */
function gemmRule({ node, g, forms, shapes }: Site): boolean {
  const [a, b, c] = node.inputs as [string, string, string?]
  const has = (name: string) => {
    const attribute = node.attributes[name]
    return attribute !== undefined && 'int' in attribute && Number(attribute.int) === 1
  }
  const pixels = [a, b].map((name) => forms.made(name)?.split('/')[1]).find((count) => count !== undefined)
  if (pixels === undefined) return false
  const [features, rows]: Layout[] = [`features/${Number(pixels)}`, `rows/${Number(pixels)}`]
  const set = (left: Layout, right: Layout, made: Layout) => {
    const inputs = [forms.get(a, left), forms.get(b, right), c === undefined ? undefined : forms.get(c, 'plain')]
    const output = node.outputs[0]!
    forms.set(output, g.op('Gemm', inputs, node.attributes, { name: node.name }), made, shapes.dims(output))
    return true
  }
  if (forms.made(a) === features && !has('transA') && !has('transB')) return set(features!, rows!, 'plain')
  if (forms.made(a) === features && has('transA') && c === undefined) return set(features!, 'plain', rows!)
  if (forms.made(b) === rows && has('transB') && !has('transA') && c === undefined)
    return set('plain', rows!, features!)
  return false
}

function orthogonalizeRule({ node, g, forms, shapes, block }: Site): boolean {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const layout = forms.made(x)!
  if (layout === 'plain') return false
  const steps = integer(node.attributes.steps)
  const epsilon = floating(node.attributes.epsilon)
  const value = forms.get(x, layout)!
  const result =
    layout === 'filters'
      ? orthogonalizeFilters(g, value, { block, steps, epsilon })
      : newtonSchulz(g, value, { steps, epsilon })
  forms.set(y, result, layout, shapes.dims(y))
  return true
}

/** Where an operand lies in blocks, all others of its shape do; single numbers fit any layout. */
function elementwise({ node, g, forms, shapes }: Site): boolean {
  const output = node.outputs[0]!
  const dims = shapes.dims(output)
  const layout = node.inputs
    .map((name) => forms.made(name))
    .find((made): made is Layout => made !== undefined && made !== 'plain')
  if (!layout) return false
  const isNumber = (name: string) => shapes.dims(name).every((dim) => dim === 1) && shapes.dims(name).length <= 1
  const fits = node.inputs.every((name) => isNumber(name) || String(shapes.dims(name)) === String(dims))
  if (!fits) return false
  const inputs = node.inputs.map((name) => forms.get(name, isNumber(name) ? 'plain' : layout)!)
  forms.set(output, g.op(node.opType, inputs, node.attributes, { name: node.name, outputs: output }), layout, dims)
  return true
}
