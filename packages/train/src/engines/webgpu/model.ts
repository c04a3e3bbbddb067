import { int, int64, type Model, type Node, type ValueInfo } from '@pixelrow/onnx'
import type { Lowered } from '../../lowerings/index.ts'
import { asModel } from '../model.ts'
import { ofStep, unrolled } from '../unrolled.ts'

/** Nodes of a run: each costs a launch of some microseconds, so that reading the losses, which waits for them all, costs little beside them. */
const NODES = 512
/** As many losses as one `Concat` can bind, and its output. */
const MOST_STEPS = 7

/** The steps of a run, by the number of nodes of a lowered step alone: 7 of a small net's, down to 1 of more than 256 nodes. */
export function stepsOfRun({ graph }: Lowered): number {
  return Math.max(1, Math.min(MOST_STEPS, Math.floor(NODES / graph.nodes.length)))
}

/**
 * A model of some steps, one behind the other, without a loop: `Loop` would take the state through the host at every step.
 *
 * Inputs: each of the lowered step's, for each step as `NAME@STEP`, but the state once, as it is before the first. Outputs: `NAME:next`, the state
 * after the last step, and `losses` float32 `[count]`.
 */
export function stepsModel(lowered: Lowered, count: number): Model {
  const { graph, loopCarried } = lowered
  const steps = Array.from({ length: count }, (_, step) => step)
  const state = new Set(loopCarried.map(({ name }) => name))
  const given = graph.inputs.filter(({ name }) => !state.has(name))
  const float = (name: string, dims: number[]): ValueInfo => ({ name, type: { dataType: 'float32', dims } })
  return asModel({
    name: 'steps',
    inputs: [
      ...loopCarried.map(({ name, dims }) => float(name, dims)),
      ...steps.flatMap((step) => given.map(({ name, type }) => ({ name: ofStep(name, step), type }))),
    ],
    outputs: [...loopCarried.map(({ name, dims }) => float(`${name}:next`, dims)), float('losses', [count])],
    initializers: [...graph.initializers, { name: 'one_number', ...int64([1]) }],
    nodes: [...unrolled(lowered, count), ...lossesNodes(steps)],
  })
}

/** The steps' losses as one row: what comes to the host does so at once. */
function lossesNodes(steps: readonly number[]): Node[] {
  const entries = steps.map((step) => ofStep('loss_entry', step))
  return [
    ...steps.map((step) => node('Reshape', [ofStep('loss', step), 'one_number'], entries[step]!)),
    node('Concat', entries, 'losses', { axis: int(0) }),
  ]
}

/** A model that gives the state back as it is, to be read by the host. */
export function readingModel({ loopCarried }: Pick<Lowered, 'loopCarried'>): Model {
  const infos = (suffix: string) =>
    loopCarried.map(({ name, dims }): ValueInfo => ({ name: `${name}${suffix}`, type: { dataType: 'float32', dims } }))
  return asModel({
    name: 'reading',
    inputs: infos(''),
    outputs: infos(':read'),
    initializers: [],
    nodes: loopCarried.map(({ name }) => node('Identity', [name], `${name}:read`)),
  })
}

function node(opType: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node {
  return { opType, domain: '', name: `${opType}/${output}`, inputs, outputs: [output], attributes }
}
