import { type Architecture, parameters } from '@pixelrow/model'
import { type GraphBuilder, graphBuilder, type Value } from '@pixelrow/onnx'
import { differentiate } from './differentiate.ts'
import { forward } from './forward.ts'
import { crossEntropy, type LossOptions } from './loss.ts'
import { inferRules } from './operators.ts'
import type { Optimizer } from './optimizers.ts'
import type { ScalarValue } from './transforms.ts'
import type { StateTensor, TrainingGraph } from './types.ts'

/** A training graph with the rules that give its scalars their values; only the graph, plain data, goes to an engine. */
export interface Differentiated {
  graph: TrainingGraph
  /** Value of each scalar but the learning rate, which the schedule gives. */
  scalars: Record<string, ScalarValue>
}

export const LEARNING_RATE = 'learning_rate'

/** Builds the step: forward, mean cross-entropy, derived gradients, optimiser; and the forward graph for evaluation. */
export function trainingGraph(
  architecture: Architecture,
  optimizer: Optimizer,
  batchSize: number,
  loss: LossOptions = {},
): Differentiated {
  const { height, width, channels } = architecture.input.shape
  const imageBytes = height * width * channels
  const step = buildStep(architecture, optimizer, batchSize, imageBytes, loss)
  return {
    graph: { batchSize, imageBytes, ...step.graph, forward: forwardGraph(architecture, imageBytes) },
    scalars: step.scalars,
  }
}

/** Pixels to logits for any number of rows, with the weights as inputs. */
export function forwardGraph(architecture: Architecture, imageBytes: number) {
  const g = graphBuilder('forward', { infer: inferRules })
  const pixels = g.input('pixels', 'uint8', ['N', imageBytes])
  const weights = declareWeights(g, architecture)
  g.output(
    forward(g, architecture, pixels, (name) => weights.get(name)!),
    'logits',
  )
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
  const logits = forward(g, architecture, pixels, (name) => weights.get(name)!)
  const loss = crossEntropy(g, logits, labels, options)
  return optimize(g, optimizer, [...weights.values()], loss)
}

function declareWeights(g: GraphBuilder, architecture: Architecture): Map<string, Value> {
  return new Map(parameters(architecture).map(({ name, dims }) => [name, g.input(name, 'float32', dims)]))
}

/** Appends the gradients and the optimiser for every parameter; the state gets what its transforms remember. */
function optimize(g: GraphBuilder, { transform, scalesLoss }: Optimizer, weights: Value[], loss: Value) {
  const state: StateTensor[] = []
  const scalars: Record<string, ScalarValue> = {}
  const scalarInputs = new Map<string, Value>()
  const scalar = (name: string, value?: ScalarValue) => {
    if (value) scalars[name] = value
    if (!scalarInputs.has(name)) scalarInputs.set(name, g.input(name, 'float32', []))
    return scalarInputs.get(name)!
  }
  const carry = (value: Value, kind: StateTensor['kind']) => {
    const entry = { name: value.name, dims: value.dims.map(Number), next: `${value.name}:next`, kind }
    state.push(entry)
    return (next: Value) => void g.output(next, entry.next)
  }
  const learningRate = scalar(LEARNING_RATE)
  const scale = scalesLoss ? g.op('Neg', [learningRate]) : undefined
  const gradients = differentiate(g, loss, weights, { scale })
  weights.forEach((parameter, i) => {
    const next = carry(parameter, 'weight')
    const remember = (name: string) => {
      const value = g.input(`${parameter.name}:${name}`, 'float32', parameter.dims)
      return { value, next: carry(value, 'optimizer') }
    }
    const gradient = gradients[i]!
    const update = scalesLoss ? gradient : transform(gradient, { g, parameter, remember, scalar, learningRate })
    next(g.op('Add', [parameter, update]))
  })
  g.output(loss, 'loss')
  return { graph: { step: g.build(), state, scalars: [...scalarInputs.keys()] }, scalars }
}
