import { type Attribute, type Graph, type GraphBuilder, graphBuilder, type Value } from '@pixelrow/onnx'
import type { Mask } from '../masks.ts'
import { DOMAIN, inferRules } from '../operators.ts'
import { blocksOf, type Choice } from '../blocked/index.ts'
import { batchNormGrad, batchNormTrain } from './batch-norm.ts'
import { convGradInput, convGradWeight } from './conv.ts'
import { fuse } from './fuse.ts'
import { oneHot } from './one-hot.ts'
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
  /** State that is kept as blocked filters. */
  filters: Set<string>
  /** What became of each convolution. */
  choices: Choice[]
  /** Where the bytes of `pixels` come from in an image's row, −1 being 0; undefined where they are the row itself. */
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
  SeededMask: seededMask,
  SoftmaxCrossEntropy: softmaxCrossEntropy,
  SoftmaxCrossEntropyGrad: softmaxCrossEntropyGrad,
}

/**
 * Rewrites a graph into what onnxruntime runs: our own operators through their lowering, all others as they are; then fuses what can be.
 * With a `block` (8 or 16, what onnxruntime's convolutions work on), convolutions and what lies between them work on blocks where
 * `blocked/plan.ts` says so.
 */
export function lower(graph: Graph, { block = 1 } = {}): Lowered {

  const g = graphBuilder(graph.name, { infer: inferRules, prefix: 'lowered' })
  const masks: Mask[] = []
  const addMask = (mask: Mask) => void masks.push(mask)
  const { forms, take, choices, entry, filters } = blocksOf(graph, g, block)
  for (const { name, type } of graph.inputs) {
    const dims = (name === 'pixels' && entry ? [type.dims![0]!, entry.places.length] : type.dims) ?? []
    forms.set(name, g.input(name, type.dataType, dims), filters.has(name) ? 'filters' : 'plain', dims.map(Number))
  }
  for (const tensor of graph.initializers) forms.set(tensor.name!, g.constant(tensor, tensor.name), 'plain', tensor.dims.map(Number))
  for (const node of graph.nodes) {
    if (take(node)) continue
    const inputs = node.inputs.map((name) => forms.get(name, 'plain'))
    const { attributes, domain, name, outputs } = node
    const results =
      domain === DOMAIN
        ? loweringOf(node.opType)({ g, inputs, attributes, addMask })
        : g.ops(node.opType, inputs, attributes, { domain, name, outputs: [...outputs], count: outputs.length })
    outputs.forEach((output, i) => {
      forms.set(output, results[i]!, 'plain', results[i]!.dims.map(Number))
    })
  }
  for (const { name } of graph.outputs) g.output(forms.get(name, filters.has(stateOf(name)) ? 'filters' : 'plain')!, name)
  return { graph: fuse(g.build()), masks, filters, choices, places: entry?.places }
}

/** The state that an output is the next value of. */
const stateOf = (name: string) => name.replace(/:next$/, '')

function loweringOf(opType: string): Lowering {
  const lowering = lowerings[opType]
  if (!lowering) throw new Error(`No lowering for operator ${DOMAIN}:${opType}.`)
  return lowering
}
