import { type Graph, graphBuilder, type Model, type Value, write } from '@pixelrow/onnx'
import { asModel } from '../engines/model.ts'
import { ruleFor } from '../lowerings/plain/index.ts'
import type { Mask } from '../masks.ts'
import { inferRules } from '../operators.ts'

/** A graph that onnxruntime runs and in which every float value is an output, under the name that it has in the graph it was made of. */
export interface PlainModel {
  model: Uint8Array
  /** Random masks that it takes as inputs. */
  masks: Mask[]
}

/**
 * A graph node by node as its definition says: our own operators in plain ONNX, nothing in blocks, nothing fused. All that can be looked at in it
 * is an output.
 */
export function plainModel(graph: Graph): PlainModel {
  const g = graphBuilder(graph.name, { infer: inferRules, prefix: 'plain' })
  const masks: Mask[] = []
  const values = new Map<string, Value>()
  for (const { name, type } of graph.inputs) values.set(name, g.input(name, type.dataType, type.dims ?? []))
  for (const tensor of graph.initializers) if (tensor.name) values.set(tensor.name, g.constant(tensor, tensor.name))
  for (const { opType, domain, name, attributes, ...node } of graph.nodes) {
    const inputs = node.inputs.map((input) => values.get(input))
    const outputs = [...node.outputs]
    const rule = ruleFor({ domain, opType })
    const results = rule
      ? rule({ g, inputs, attributes, addMask: (mask) => void masks.push(mask), choose() {} })
      : g.ops(opType, inputs, attributes, { domain, name, outputs, count: outputs.length })
    outputs.forEach((output, i) => {
      const value = results[i]!
      values.set(output, value)
      if (value.dataType === 'float32') g.output(value, output)
    })
  }
  const model: Model = asModel(g.build())
  return { model: write(model), masks }
}
