import { type Attribute, type Graph, type GraphBuilder, graphBuilder, type Value } from '@pixelrow/onnx'
import { DOMAIN, inferRules } from '../operators.ts'
import { fuse } from './fuse.ts'
import { oneHot } from './one-hot.ts'
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from './softmax-cross-entropy.ts'

/** How an operator of our own domain is said in plain ONNX: emits nodes and gives the values of its outputs. */
export type Lowering = (context: LoweringContext) => Value[]

export interface LoweringContext {
  g: GraphBuilder
  /** Undefined where an optional one is left out. */
  inputs: (Value | undefined)[]
  attributes: Readonly<Record<string, Attribute>>
}

const lowerings: Readonly<Record<string, Lowering>> = {
  OneHot: oneHot,
  SoftmaxCrossEntropy: softmaxCrossEntropy,
  SoftmaxCrossEntropyGrad: softmaxCrossEntropyGrad,
}

/** Rewrites a graph into plain ONNX: our own operators through their lowering, all others as they are; then fuses what can be. */
export function lower(graph: Graph): Graph {
  const g = graphBuilder(graph.name, { infer: inferRules, prefix: 'lowered' })
  const values = new Map<string, Value>()
  for (const { name, type } of graph.inputs) values.set(name, g.input(name, type.dataType, type.dims ?? []))
  for (const tensor of graph.initializers) values.set(tensor.name!, g.constant(tensor, tensor.name))
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => values.get(name))
    const { attributes, domain, name, outputs } = node
    const results =
      domain === DOMAIN
        ? loweringOf(node.opType)({ g, inputs, attributes })
        : g.ops(node.opType, inputs, attributes, { domain, name, outputs: [...outputs], count: outputs.length })
    outputs.forEach((output, i) => {
      values.set(output, results[i]!)
    })
  }
  for (const { name } of graph.outputs) g.output(values.get(name)!, name)
  return fuse(g.build())
}

function loweringOf(opType: string): Lowering {
  const lowering = lowerings[opType]
  if (!lowering) throw new Error(`No lowering for operator ${DOMAIN}:${opType}.`)
  return lowering
}
