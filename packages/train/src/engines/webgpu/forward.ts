import { int, int64, type Model, type Node, type ValueInfo } from '@pixelrow/onnx'
import type { LoopCarried, Lowered } from '../../lowerings/index.ts'
import { asModel } from '../model.ts'

/** A model that answers with logits, and what of the state it takes. */
export interface ForwardModel {
  model: Model
  carried: string[]
}

/**
 * A lowered forward graph that takes the weights as the steps carry them on, where several may be one tensor: it splits them, so that the steps' buffers
 * are its inputs.
 */
export function forwardModel({ graph }: Lowered, loopCarried: readonly LoopCarried[]): ForwardModel {
  const infos = new Map(graph.inputs.map((info) => [info.name, info]))
  const taken = loopCarried.filter(({ parts }) => parts.some(({ name }) => infos.has(name)))
  const split = taken.filter(({ parts }) => parts.length > 1)
  const parts = new Set(split.flatMap((each) => each.parts.map(({ name }) => name)))
  return {
    model: asModel({
      ...graph,
      inputs: [...graph.inputs.filter(({ name }) => !parts.has(name)), ...split.map(infoOf)],
      initializers: [...graph.initializers, ...split.flatMap((each) => shapesOf(each, infos))],
      nodes: [...split.flatMap(splitNodes), ...graph.nodes],
      values: [],
    }),
    carried: taken.map(({ name }) => name),
  }
}

const infoOf = ({ name, dims }: LoopCarried): ValueInfo => ({ name, type: { dataType: 'float32', dims } })

function shapesOf({ name, parts }: LoopCarried, infos: ReadonlyMap<string, ValueInfo>) {
  const dims = (part: string) => (infos.get(part)?.type.dims ?? []).map(Number)
  return [
    { ...int64(parts.map(({ size }) => size)), name: `${name}/sizes` },
    ...parts.map((part) => ({ ...int64(dims(part.name)), name: `${part.name}/dims` })),
  ]
}

function splitNodes({ name, parts }: LoopCarried): Node[] {
  const rows = parts.map((part) => `${part.name}/row`)
  return [
    node('Split', [name, `${name}/sizes`], rows, { axis: int(0) }),
    ...parts.map((part, i) => node('Reshape', [rows[i]!, `${part.name}/dims`], [part.name])),
  ]
}

function node(opType: string, inputs: string[], outputs: string[], attributes: Node['attributes'] = {}): Node {
  return { opType, domain: '', name: `${opType}/${inputs[0]}`, inputs, outputs, attributes }
}
