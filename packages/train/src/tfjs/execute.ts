import type { Graph } from '@pixelrow/onnx'
import { required } from '../required.ts'
import type { FormContext } from './forms/form.ts'
import { formOf } from './forms/index.ts'
import type { Tensor, Tf } from './library.ts'
import { opsOf } from './ops.ts'

/** Carries out a graph: from tensors by input name to tensors by output name, which the caller frees; everything else is freed. */
export type Execute = (inputs: Record<string, Tensor>, maskBytes: FormContext['maskBytes']) => Record<string, Tensor>

/** A graph ready to be carried out node by node; throws for an operator without a form. */
export function prepare(tf: Tf, graph: Graph): Execute {
  const ops = opsOf(tf)
  const { constants, numbers } = initializersOf(tf, graph)
  const plan = planOf(graph)
  return (inputs, maskBytes) =>
    tf.tidy(() => {
      const values = new Map([...constants, ...Object.entries(inputs)])
      for (const { node, form, last } of plan) {
        const context: FormContext = {
          ops,
          inputs: node.inputs.map((name) => values.get(name)),
          numbers: (i) => numbers.get(node.inputs[i] ?? ''),
          attributes: node.attributes,
          maskBytes,
        }
        const results = tf.tidy(() => form(context) as Tensor[])
        node.outputs.forEach((name, i) => {
          if (results[i]) values.set(name, results[i])
        })
        for (const name of last) values.get(name)?.dispose()
      }
      return Object.fromEntries(graph.outputs.map(({ name }) => [name, required(values, name, 'output')]))
    })
}

/** The graph's constants: numbers as tensors, whole numbers, which say shapes and axes, as they are. */
function initializersOf(tf: Tf, { initializers }: Graph) {
  const constants = new Map<string, Tensor>()
  const numbers = new Map<string, readonly number[]>()
  for (const { name, dataType, dims, data } of initializers) {
    // What has no name is read by nobody.
    if (!name) continue
    const values = Array.from(data as ArrayLike<number | bigint>, Number)
    if (dataType === 'float32') constants.set(name, tf.tensor(Float32Array.from(values), dims.map(Number), 'float32'))
    else numbers.set(name, values)
  }
  return { constants, numbers }
}

/** The nodes with their forms, and with the values that nobody needs after them. */
function planOf({ nodes, outputs }: Graph) {
  const kept = new Set(outputs.map(({ name }) => name))
  const made = new Set<string>()
  const plan = nodes.map((node) => {
    for (const name of node.outputs) made.add(name)
    return { node, form: formOf(node), last: [] as string[] }
  })
  const seen = new Set<string>()
  for (const { node, last } of [...plan].reverse()) {
    for (const name of [...node.inputs, ...node.outputs]) {
      if (!seen.has(name) && made.has(name) && !kept.has(name)) last.push(name)
      seen.add(name)
    }
  }
  return plan
}
