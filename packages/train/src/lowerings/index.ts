import { type Attribute, type Graph, type GraphBuilder, graphBuilder, type Value } from '@pixelrow/onnx'
import type { Mask } from '../masks.ts'
import { DOMAIN, inferRules } from '../operators.ts'
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

/** Rewrites a graph into plain ONNX: our own operators through their lowering, all others as they are; then fuses what can be. */
export function lower(graph: Graph): Lowered {
  const g = graphBuilder(graph.name, { infer: inferRules, prefix: 'lowered' })
  const values = new Map<string, Value>()
  const masks: Mask[] = []
  const addMask = (mask: Mask) => void masks.push(mask)
  for (const { name, type } of graph.inputs) values.set(name, g.input(name, type.dataType, type.dims ?? []))
  for (const tensor of graph.initializers) values.set(tensor.name!, g.constant(tensor, tensor.name))
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => values.get(name))
    const { attributes, domain, name, outputs } = node
    const results =
      domain === DOMAIN
        ? loweringOf(node.opType)({ g, inputs, attributes, addMask })
        : g.ops(node.opType, inputs, attributes, { domain, name, outputs: [...outputs], count: outputs.length })
    outputs.forEach((output, i) => {
      values.set(output, results[i]!)
    })
  }
  for (const { name } of graph.outputs) g.output(values.get(name)!, name)
  return { graph: fuse(g.build()), masks }
}

function loweringOf(opType: string): Lowering {
  const lowering = lowerings[opType]
  if (!lowering) throw new Error(`No lowering for operator ${DOMAIN}:${opType}.`)
  return lowering
}
