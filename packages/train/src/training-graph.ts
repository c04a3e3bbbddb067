import { type Architecture, parameters } from '@pixelrow/model'
import { type GraphBuilder, graphBuilder, type Value } from '@pixelrow/onnx'
import { whole } from '../../../common/options.ts'
import { check, checkArguments } from './check.ts'
import { differentiate } from './differentiate.ts'
import { forward } from './forward.ts'
import { crossEntropy, type LossOptions } from './loss.ts'
import { inferRules } from './operators.ts'
import type { Optimizer } from './optimizers.ts'
import { lossRules, optimizerRule } from './rules.ts'
import type { ScalarValue } from './transforms.ts'
import type { StateTensor, TrainingGraph } from './types.ts'

/** A training graph with the rules that give its scalars their values; only the graph, plain data, goes to an engine. */
export interface Differentiated {
  graph: TrainingGraph
  /** Value of each scalar but the learning rate, which the schedule gives. */
  scalars: Record<string, ScalarValue>
}

export const LEARNING_RATE = 'learning_rate'
/** Random streams of dropout masks begin here; lower ones belong to the data package. */
const FIRST_MASK_STREAM = 256

/**
 * Builds the step: forward, mean cross-entropy, derived gradients, optimiser; and the forward graph for evaluation. `batchSize` is 1 or more.
 * Throws a `TrainError` for a batch norm that would be given one value for each channel, and a `ModelError` for layers that do not fit.
 */
export function trainingGraph(
  architecture: Architecture,
  optimizer: Optimizer,
  batchSize: number,
  loss: LossOptions = {},
): Differentiated {
  checkArguments('trainingGraph', { optimizer, batchSize }, { optimizer: optimizerRule, batchSize: whole(1) })
  check('trainingGraph', loss, lossRules)
  const { height, width, channels } = architecture.input.shape
  const imageBytes = height * width * channels
  const step = buildStep(architecture, optimizer, batchSize, imageBytes, loss)
  return {
    graph: { batchSize, imageBytes, ...step.graph, forward: forwardGraph(architecture, imageBytes) },
    scalars: step.scalars,
  }
}

/** Pixels to logits for any number of rows, with the weights and statistics as inputs. */
export function forwardGraph(architecture: Architecture, imageBytes: number) {
  const g = graphBuilder('forward', { infer: inferRules })
  const pixels = g.input('pixels', 'uint8', ['N', imageBytes])
  const weights = declareWeights(g, architecture)
  g.output(forward({ g, weight: (name) => weights.get(name)! }, architecture, pixels), 'logits')
  return g.build()
}

function buildStep(
  architecture: Architecture,
  optimizer: Optimizer,
  batchSize: number,
  imageBytes: number,
  options: LossOptions,
) {
  const g = graphBuilder('step', { infer: inferRules })
  const pixels = g.input('pixels', 'uint8', [batchSize, imageBytes])
  const labels = g.input('labels', 'int32', [batchSize])
  const weights = declareWeights(g, architecture)
  const state: StateTensor[] = []
  const statistics = new Map<string, Value>()
  let streams = FIRST_MASK_STREAM
  const training = { next: (name: string, value: Value) => void statistics.set(name, value), stream: () => streams++ }
  const logits = forward({ g, weight: (name) => weights.get(name)!, training }, architecture, pixels)
  const loss = crossEntropy(g, logits, labels, options)
  for (const [name, next] of statistics) carry(g, state, weights.get(name)!, 'statistic')(next)
  const trained = parameters(architecture).flatMap(({ name, trained }) => (trained ? [weights.get(name)!] : []))
  const { scalars, scalarNames } = optimize(g, state, optimizer, trained, loss)
  g.output(loss, 'loss')
  return { graph: { step: g.build(), state, scalars: scalarNames }, scalars }
}

function declareWeights(g: GraphBuilder, architecture: Architecture): Map<string, Value> {
  return new Map(parameters(architecture).map(({ name, dims }) => [name, g.input(name, 'float32', dims)]))
}

/** Enters an input into the state; the function it gives takes the next value. */
function carry(g: GraphBuilder, state: StateTensor[], value: Value, kind: StateTensor['kind']) {
  const entry = { name: value.name, dims: value.dims.map(Number), next: `${value.name}:next`, kind }
  state.push(entry)
  return (next: Value) => void g.output(next, entry.next)
}

/** Appends the gradients and the optimiser for every parameter; the state gets what its transforms remember. */
function optimize(g: GraphBuilder, state: StateTensor[], optimizer: Optimizer, parameters: Value[], loss: Value) {
  const { transform, scalesLoss } = optimizer
  const scalars: Record<string, ScalarValue> = {}
  const inputs = new Map<string, Value>()
  const scalar = (name: string, value?: ScalarValue) => {
    if (value) scalars[name] = value
    if (!inputs.has(name)) inputs.set(name, g.input(name, 'float32', []))
    return inputs.get(name)!
  }
  const learningRate = scalar(LEARNING_RATE)
  const scale = scalesLoss ? g.op('Neg', [learningRate]) : undefined
  const gradients = differentiate(g, loss, parameters, { scale })
  parameters.forEach((parameter, i) => {
    const next = carry(g, state, parameter, 'weight')
    const remember = (name: string) => {
      const value = g.input(`${parameter.name}:${name}`, 'float32', parameter.dims)
      return { value, next: carry(g, state, value, 'optimizer') }
    }
    const gradient = gradients[i]!
    const update = scalesLoss ? gradient : transform(gradient, { g, parameter, remember, scalar, learningRate })
    next(g.op('Add', [parameter, update]))
  })
  return { scalars, scalarNames: [...inputs.keys()] }
}
