import { type Graph, int, type Model, type Node, type ValueInfo } from '@pixelrow/onnx'
import type { LoopCarried, Lowered } from '../../lowerings/index.ts'
import type { TrainingGraph } from '../../types.ts'
import { asModel } from '../model.ts'

/** The outer model's names of a state tensor before and after the chunk. */
export const before = ({ name }: LoopCarried) => `${name}:before`
export const after = ({ name }: LoopCarried) => `${name}:after`

/**
 * A model whose `Loop` does a chunk of training steps, lowered before, in one run.
 *
 * Inputs: `table_pixels` uint8 or float32 `[T, imageBytes]`, `table_labels` int32 `[T]`, `rows` int32 `[S, batchSize]`, each scalar
 * `[S]`, each mask uint8 `[S, size]`, each state tensor. Outputs: each state tensor, and `losses` `[≤ S]`: the loop ends with the first loss that is
 * not finite. Table and scalars reach the body from the outer graph; onnxruntime reads them in place.
 */
export function loopModel(training: TrainingGraph, step: Lowered): Model {
  const { batchSize, imageBytes, pixelType, scalars } = training
  const { loopCarried } = step
  return asModel({
    name: 'training',
    inputs: [
      info('table_pixels', pixelType, ['T', step.byteOrder?.length ?? imageBytes]),
      info('table_labels', 'int32', ['T']),
      info('rows', 'int32', ['S', batchSize]),
      ...scalars.map((name) => info(series(name), 'float32', ['S'])),
      ...step.masks.map(({ name, size }) => info(series(name), 'uint8', ['S', size])),
      ...loopCarried.map((tensor) => info(before(tensor), 'float32', tensor.dims)),
    ],
    outputs: [
      ...loopCarried.map((tensor) => info(after(tensor), 'float32', tensor.dims)),
      info('losses', 'float32', ['L']),
    ],
    initializers: [
      { name: 'zero', dataType: 'int64', dims: [], data: BigInt64Array.of(0n) },
      { name: 'true', dataType: 'bool', dims: [], data: Uint8Array.of(1) },
    ],
    nodes: [
      node('Shape', ['rows'], ['rows_shape']),
      node('Gather', ['rows_shape', 'zero'], ['trip_count'], { axis: int(0) }),
      node('Loop', ['trip_count', 'true', ...loopCarried.map(before)], [...loopCarried.map(after), 'losses'], {
        body: { graph: body(training, step) },
      }),
    ],
  })
}

/** The step with its batch gathered from the table; the loop goes on while the loss is finite. */
function body({ scalars }: TrainingGraph, { graph: step, masks, loopCarried }: Lowered): Graph {
  const perStep = [...scalars, ...masks.map(({ name }) => name)]
  return {
    ...step,
    name: 'body',
    inputs: [
      info('iteration', 'int64', []),
      info('condition', 'bool', []),
      ...loopCarried.map(({ name, dims }) => info(name, 'float32', dims)),
    ],
    outputs: [
      info('finite', 'bool', []),
      ...loopCarried.map(({ name, dims }) => info(`${name}:next`, 'float32', dims)),
      info('loss', 'float32', []),
    ],
    nodes: [
      node('Gather', ['rows', 'iteration'], ['batch_rows'], { axis: int(0) }),
      node('Gather', ['table_pixels', 'batch_rows'], ['pixels'], { axis: int(0) }),
      node('Gather', ['table_labels', 'batch_rows'], ['labels'], { axis: int(0) }),
      ...perStep.map((name) => node('Gather', [series(name), 'iteration'], [name], { axis: int(0) })),
      ...step.nodes,
      // Infinity − Infinity and NaN − NaN are NaN, which equals nothing.
      node('Sub', ['loss', 'loss'], ['loss_difference']),
      node('Equal', ['loss_difference', 'loss_difference'], ['finite']),
    ],
  }
}

/** The outer graph's name of a scalar's or mask's values over the chunk. */
export const series = (name: string) => `${name}:series`

function info(name: string, dataType: ValueInfo['type']['dataType'], dims: (number | string)[]): ValueInfo {
  return { name, type: { dataType, dims } }
}

function node(opType: string, inputs: string[], outputs: string[], attributes: Node['attributes'] = {}): Node {
  return { opType, domain: '', name: `${opType}/${outputs[0]}`, inputs, outputs, attributes }
}
