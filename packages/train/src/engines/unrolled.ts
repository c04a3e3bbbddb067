import type { Node } from '@pixelrow/onnx'
import type { Lowered } from '../lowerings/index.ts'

/** The name that what each step is given, or makes, has among several steps. */
export const ofStep = (name: string, step: number) => `${name}@${step}`

/**
 * The nodes of so many steps, one behind the other. Constants are shared; the state is called `NAME` before the first step and `NAME:next` after the
 * last; every other value is a step's own, `NAME@STEP`.
 */
export function unrolled({ graph, loopCarried }: Lowered, count: number): Node[] {
  const state = new Set(loopCarried.map(({ name }) => name))
  const constants = new Set(graph.initializers.map(({ name }) => name))
  const last = new Set(loopCarried.map(({ name }) => `${name}:next`))
  const inStep = (name: string, step: number): string => {
    if (name === '' || constants.has(name)) return name
    if (state.has(name)) return step === 0 ? name : ofStep(`${name}:next`, step - 1)
    return last.has(name) && step === count - 1 ? name : ofStep(name, step)
  }
  const copy = (node: Node, step: number): Node => ({
    ...node,
    name: ofStep(node.name, step),
    inputs: node.inputs.map((name) => inStep(name, step)),
    outputs: node.outputs.map((name) => inStep(name, step)),
  })
  return Array.from({ length: count }, (_, step) => graph.nodes.map((node) => copy(node, step))).flat()
}
