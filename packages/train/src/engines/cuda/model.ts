import { type Graph, int, int64, type Model, type Node, type Tensor, type ValueInfo } from '@pixelrow/onnx'
import { dataTypeOf, type PixelValues } from '../../../../../common/values.ts'
import type { Lowered } from '../../lowerings/index.ts'
import type { TrainingGraph } from '../../types.ts'
import { after, before, series } from '../loop/model.ts'
import { asModel } from '../model.ts'
import { ofStep, unrolled } from '../unrolled.ts'

/** Steps of one iteration of the loop: the device waits once an iteration, not once a step. */
export const STEPS = 8

/** The two loops of a chunk: iterations of so many steps each, and the steps that are left one by one. */
export const loops = [
  { name: 'whole', steps: STEPS },
  { name: 'rest', steps: 1 },
] as const

/** A loop of a chunk. */
export type Part = (typeof loops)[number]

/** The name of a loop's own input or output. */
export const of = ({ name }: Pick<Part, 'name'>, what: string) => `${name}:${what}`

/** The rows of a table, in the model itself where they lie on the device for the whole training. */
export interface TableOnDevice {
  pixels: PixelValues
  labels: Int32Array
}

/**
 * A model that does a chunk of training steps in one run on a device that is far from the host. Two loops: of iterations of eight steps, and of what is
 * left. They never end early: a condition that is computed would be copied back and waited for, so a loss that is not finite is found afterwards.
 *
 * Inputs, for each loop (`whole` with k = 8, `rest` with k = 1): `LOOP:iterations` int64 scalar, `LOOP:rows` int32 `[I, k, batchSize]`, each
 * scalar `[I, k]`, each mask uint8 `[I, k, size]`; each state tensor; and `table_pixels` uint8 or float32 `[T, imageBytes]` and `table_labels` int32 `[T]` unless
 * a table is given, which then is part of the model. Outputs: each state tensor, `LOOP:losses` `[I, k]`.
 */
export function chunkModel(training: TrainingGraph, step: Lowered, table?: TableOnDevice): Model {
  const { batchSize, imageBytes, pixelType, scalars } = training
  const { loopCarried, masks } = step
  const tables = [info('table_pixels', pixelType, ['T', imageBytes]), info('table_labels', 'int32', ['T'])]
  const inputsOf = (loop: Part) => [
    info(of(loop, 'iterations'), 'int64', []),
    info(of(loop, 'rows'), 'int32', [of(loop, 'I'), loop.steps, batchSize]),
    ...scalars.map((name) => info(of(loop, series(name)), 'float32', [of(loop, 'I'), loop.steps])),
    ...masks.map(({ name, size }) => info(of(loop, series(name)), 'uint8', [of(loop, 'I'), loop.steps, size])),
  ]
  const [first, last] = loops
  const between = (name: string) => `${name}:between`
  const names = loopCarried.map(({ name }) => name)
  return asModel({
    name: 'training',
    inputs: [
      ...(table ? [] : tables),
      ...loops.flatMap(inputsOf),
      ...loopCarried.map((tensor) => info(before(tensor), 'float32', tensor.dims)),
    ],
    outputs: [
      ...loopCarried.map((tensor) => info(after(tensor), 'float32', tensor.dims)),
      ...loops.map((loop) => info(of(loop, 'losses'), 'float32', [of(loop, 'I'), loop.steps])),
    ],
    initializers: [
      ...(table ? tableOf(table, imageBytes) : []),
      { name: 'true', dataType: 'bool', dims: [], data: Uint8Array.of(1) },
    ],
    nodes: [
      loopNode(first, loopCarried.map(before), names.map(between), iteration(training, step, first)),
      loopNode(last, names.map(between), loopCarried.map(after), iteration(training, step, last)),
    ],
  })
}

const tableOf = ({ pixels, labels }: TableOnDevice, imageBytes: number): Tensor[] => [
  { name: 'table_pixels', dataType: dataTypeOf(pixels), dims: [labels.length, imageBytes], data: pixels },
  { name: 'table_labels', dataType: 'int32', dims: [labels.length], data: labels },
]

function loopNode(loop: Part, given: string[], made: string[], body: Graph): Node {
  return node('Loop', [of(loop, 'iterations'), 'true', ...given], [...made, of(loop, 'losses')], {
    body: { graph: body },
  })
}

/** An iteration: what all its steps are given is gathered at once and cut into the steps' own, then they follow on each other. */
function iteration({ scalars, batchSize, imageBytes }: TrainingGraph, step: Lowered, loop: Part): Graph {
  const { graph, masks, loopCarried } = step
  const { steps } = loop
  const given: Given[] = [
    { name: 'pixels', from: of(loop, 'pixels'), dims: [batchSize, imageBytes] },
    { name: 'labels', from: of(loop, 'labels'), dims: [batchSize] },
    ...[...scalars.map((name) => ({ name, dims: [] })), ...masks.map(({ name, size }) => ({ name, dims: [size] }))].map(
      ({ name, dims }) => ({ name, dims, from: of(loop, `${series(name)}:now`), series: of(loop, series(name)) }),
    ),
  ]
  const shapes = new Map([[1], ...given.map(({ dims }) => dims)].map((dims) => [shapeName(dims), shapeOf(dims)]))
  const losses = Array.from({ length: steps }, (_, t) => ofStep('loss:1', t))
  return {
    ...graph,
    name: loop.name,
    inputs: [
      info('iteration', 'int64', []),
      info('condition', 'bool', []),
      ...loopCarried.map(({ name, dims }) => info(name, 'float32', dims)),
    ],
    outputs: [
      info('go_on', 'bool', []),
      ...loopCarried.map(({ name, dims }) => info(`${name}:next`, 'float32', dims)),
      info('losses', 'float32', [steps]),
    ],
    initializers: [
      ...graph.initializers,
      ...shapes.values(),
      { name: 'go_on', dataType: 'bool', dims: [], data: Uint8Array.of(1) },
    ],
    values: [],
    nodes: [
      node('Gather', [of(loop, 'rows'), 'iteration'], ['batch_rows'], { axis: int(0) }),
      node('Gather', ['table_pixels', 'batch_rows'], [of(loop, 'pixels')], { axis: int(0) }),
      node('Gather', ['table_labels', 'batch_rows'], [of(loop, 'labels')], { axis: int(0) }),
      ...given.flatMap((entry) => [...gathered(entry), ...cut(entry, steps)]),
      ...unrolled(step, steps),
      ...losses.map((name, t) => node('Reshape', [ofStep('loss', t), shapeName([1])], [name])),
      steps > 1 ? node('Concat', losses, ['losses'], { axis: int(0) }) : node('Identity', losses, ['losses']),
    ],
  }
}

/** What each step of an iteration is given, and where it lies for all of them in a row. */
interface Given {
  name: string
  from: string
  dims: readonly number[]
  /** Its values over the whole chunk, where it is not made of the rows. */
  series?: string
}

const gathered = ({ series, from }: Given) =>
  series === undefined ? [] : [node('Gather', [series, 'iteration'], [from], { axis: int(0) })]

/** One node cuts, and a change of shape costs nothing. */
function cut({ name, from, dims }: Given, steps: number): Node[] {
  const pieces = Array.from({ length: steps }, (_, t) => ofStep(`${name}:piece`, t))
  const reshaped = pieces.map((piece, t) =>
    node('Reshape', [steps > 1 ? piece : from, shapeName(dims)], [ofStep(name, t)]),
  )
  return steps > 1 ? [node('Split', [from], pieces, { axis: int(0) }), ...reshaped] : reshaped
}

const shapeName = (dims: readonly number[]) => `shape_${dims.join('x')}`
const shapeOf = (dims: readonly number[]): Tensor => ({ ...int64([...dims]), name: shapeName(dims) })

function info(name: string, dataType: ValueInfo['type']['dataType'], dims: (number | string)[]): ValueInfo {
  return { name, type: { dataType, dims } }
}

function node(opType: string, inputs: string[], outputs: string[], attributes: Node['attributes'] = {}): Node {
  return { opType, domain: '', name: `${opType}/${outputs[0]}`, inputs, outputs, attributes }
}
