import {
  type Attribute,
  type Graph,
  type GraphBuilder,
  graphBuilder,
  renamed,
  sizeOf,
  type Value,
} from '@pixelrow/onnx'
import { blocksOf } from '../blocked/index.ts'
import { type Layout, placesOf } from '../blocked/layout.ts'
import { unsupported } from '../error.ts'
import type { Mask } from '../masks.ts'
import { DOMAIN, inferRules } from '../operators.ts'
import type { LayoutChoice } from '../types.ts'
import { batchNormGrad, batchNormTrain } from './batch-norm.ts'
import { type Bundle, type Bundled, bundlesOf, openBundle } from './bundle.ts'
import { convGradInput, convGradWeight } from './conv.ts'
import { fuse } from './fuse.ts'
import { oneHot } from './one-hot.ts'
import { orthogonalize } from './orthogonalize.ts'
import { averagePoolGrad, maxPool, maxPoolGrad } from './pool.ts'
import { seededMask } from './seeded-mask.ts'
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from './softmax-cross-entropy.ts'

/** How an operator of our own domain is said in plain ONNX: emits nodes and gives the values of its outputs. */
export type Lowering = (context: LoweringContext) => Value[]

export interface LoweringContext {
  g: GraphBuilder
  /** Undefined where an optional one is left out. */
  inputs: (Value | undefined)[]
  attributes: Readonly<Record<string, Attribute>>
  /** Announces a random mask that the lowered graph takes as an input. */
  addMask(mask: Mask): void
}

/** A graph of plain ONNX operators, with the masks it takes as inputs beside those of the graph it was lowered from. */
export interface Lowered {
  graph: Graph
  masks: Mask[]
  /** The state as the lowered graph has it; `NAME:next` is the output that follows on the input `NAME`. */
  carried: Carried[]
  /** For inputs that come in blocks, the place of each number in the plain tensor. */
  inputPlaces: Map<string, Int32Array>
  /** What became of each convolution. */
  choices: LayoutChoice[]
  /** Where the bytes of `pixels` come from in an image's row, −1 being 0; undefined where they are the row itself. */
  places: Int32Array | undefined
}

/** A tensor that the lowered step carries on: one of the graph's state, or several in a row, each perhaps in another order. */
export interface Carried {
  name: string
  dims: number[]
  parts: CarriedPart[]
}

export interface CarriedPart {
  name: string
  size: number
  /** For each number its place in the plain tensor; undefined where the order is the same. */
  places: Int32Array | undefined
}

const lowerings: Readonly<Record<string, Lowering>> = {
  AveragePoolGrad: averagePoolGrad,
  BatchNormGrad: batchNormGrad,
  BatchNormTrain: batchNormTrain,
  ConvGradInput: convGradInput,
  ConvGradWeight: convGradWeight,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  OneHot: oneHot,
  Orthogonalize: orthogonalize,
  SeededMask: seededMask,
  SoftmaxCrossEntropy: softmaxCrossEntropy,
  SoftmaxCrossEntropyGrad: softmaxCrossEntropyGrad,
}

/**
 * Rewrites a graph into what onnxruntime runs: our own operators through their lowering, all others as they are; then fuses what can be.
 * With a `block` (8 or 16, what onnxruntime's convolutions work on), convolutions and what lies between them work on blocks where
 * `blocked/plan.ts` says so; with 1 all stays plain.
 */
export function lower(graph: Graph, { block = 1 } = {}): Lowered {
  const g = graphBuilder(graph.name, { infer: inferRules, prefix: 'lowered' })
  const masks: Mask[] = []
  const addMask = (mask: Mask) => void masks.push(mask)
  const { forms, take, choices, entry, layouts } = blocksOf(graph, g, block)
  const layoutOf = (name: string) => layouts.get(name) ?? 'plain'
  const bundles = bundlesOf(graph)
  const bundled = new Set(
    bundles.flatMap(({ members, suffixes }) =>
      members.flatMap(({ parameter }) => suffixes.map((suffix) => `${parameter}${suffix}`)),
    ),
  )
  for (const { name, type } of graph.inputs) {
    const dims = (name === 'pixels' && entry ? [type.dims![0]!, entry.places.length] : type.dims) ?? []
    if (!bundled.has(name)) forms.set(name, g.input(name, type.dataType, dims), layoutOf(name), dims.map(Number))
  }
  for (const tensor of graph.initializers) {
    forms.set(tensor.name!, g.constant(tensor, tensor.name), 'plain', tensor.dims.map(Number))
  }
  const opened = bundles.map((bundle, number) => openBundle(bundle, { g, forms, layoutOf, number }))
  for (const node of graph.nodes) {
    if (bundles.some((bundle) => bundle.has(node)) || take(node)) continue
    const inputs = node.inputs.map((name) => forms.get(name, 'plain'))
    const { attributes, domain, name, outputs } = node
    const results =
      domain === DOMAIN
        ? loweringOf(node.opType)({ g: g.scope(name), inputs, attributes, addMask })
        : g.ops(node.opType, inputs, attributes, { domain, name, outputs: [...outputs], count: outputs.length })
    outputs.forEach((output, i) => {
      forms.set(output, results[i]!, 'plain', results[i]!.dims.map(Number))
    })
  }
  for (const { finish } of opened) finish()
  for (const { name } of graph.outputs) {
    const before = name.replace(/:next$/, '')
    if (!bundled.has(before)) g.output(forms.get(name, layoutOf(before))!, name)
  }
  const inputPlaces = new Map(
    graph.inputs.flatMap(({ name, type }) => {
      const order = blockPlaces(layoutOf(name), (type.dims ?? []).map(Number), block)
      return order ? [[name, order] as const] : []
    }),
  )
  const carried = carriedOf(graph, {
    bundles,
    opened,
    bundled,
    places: (name) => inputPlaces.get(name),
  })
  return { graph: fuse(renamed(g.build(), forms.names())), masks, carried, inputPlaces, choices, places: entry?.places }
}

function blockPlaces(layout: Layout, dims: readonly number[], block: number): Int32Array | undefined {
  return layout === 'plain' ? undefined : placesOf(dims, layout, block)
}

interface CarriedContext {
  bundles: Bundle[]
  opened: Bundled[]
  bundled: Set<string>
  places(name: string): Int32Array | undefined
}

/** What the lowered step carries on: bundles, and all state that is in none. */
function carriedOf(graph: Graph, { bundles, opened, bundled, places }: CarriedContext): Carried[] {
  const next = new Set(graph.outputs.map(({ name }) => name))
  const single = graph.inputs.flatMap(({ name, type }): Carried[] => {
    const dims = type.dims!.map(Number)
    const parts = [{ name, size: sizeOf(dims), places: places(name) }]
    return next.has(`${name}:next`) && !bundled.has(name) ? [{ name, dims, parts }] : []
  })
  const together = bundles.flatMap(({ members }, i) =>
    [...opened[i]!.names].map(([suffix, name]): Carried => {
      const parts = members.map(({ parameter, dims }) => {
        const part = `${parameter}${suffix}`
        return { name: part, size: sizeOf(dims), places: places(part) }
      })
      return { name, dims: [opened[i]!.size], parts }
    }),
  )
  return [...single, ...together]
}

export function loweringOf(opType: string): Lowering {
  const lowering = lowerings[opType]
  if (!lowering) throw unsupported(`No lowering for operator ${DOMAIN}:${opType}.`, { operator: `${DOMAIN}:${opType}` })
  return lowering
}
