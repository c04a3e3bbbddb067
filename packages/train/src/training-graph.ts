import { type Architecture, parameters } from '@pixelrow/model'
import { forward, inputType, type Surroundings, takesImage } from '@pixelrow/network'
import { type GraphBuilder, graphBuilder, renamed, type Value } from '@pixelrow/onnx'
import { flag, whole } from '../../../common/options.ts'
import { check, checkArguments } from './check.ts'
import { gradientsOf } from './differentiate.ts'
import { crossEntropy, type LossOptions } from './loss.ts'
import { lossScaling } from './loss-scaling.ts'
import { inferRules } from './operators.ts'
import type { Optimizer } from './optimizers.ts'
import { required } from './required.ts'
import { lossRules, optimizerRule } from './rules.ts'
import { trainingLayers } from './training-layers.ts'
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
 * With `scaled` the gradients are those of a scaled loss, and a step in which one overflows is none: for products in float16.
 * Throws a `TrainError` for a batch norm that would be given one value for each channel, and a `ModelError` for layers that do not fit.
 */
export function trainingGraph(
  architecture: Architecture,
  optimizer: Optimizer,
  batchSize: number,
  loss: LossOptions & { scaled?: boolean } = {},
): Differentiated {
  checkArguments('trainingGraph', { optimizer, batchSize }, { optimizer: optimizerRule, batchSize: whole(1) })
  check('trainingGraph', loss, { ...lossRules, scaled: flag })
  const { height, width, channels } = architecture.input.shape
  const imageBytes = height * width * channels
  const step = buildStep(architecture, optimizer, batchSize, imageBytes, loss)
  return {
    graph: {
      batchSize,
      imageBytes,
      pixelType: inputType(architecture.input),
      ...step.graph,
      forward: forwardGraph(architecture, imageBytes),
    },
    scalars: step.scalars,
  }
}

/** Pixels to logits for any number of rows, with the weights and statistics as inputs. */
export function forwardGraph(architecture: Architecture, imageBytes: number) {
  const g = graphBuilder('forward', { infer: inferRules })
  const pixels = g.input('pixels', inputType(architecture.input), ['N', imageBytes])
  const weights = declareWeights(g, architecture)
  g.output(network({ g, parameter: (name) => required(weights, name, 'parameter') }, architecture, pixels), 'logits')
  return g.build()
}

/** The network as export has it, too; images of several channels are made images at once. */
function network(surroundings: Surroundings, architecture: Architecture, pixels: Value): Value {
  const asImage = architecture.input.shape.channels > 1 || takesImage(architecture)
  return forward(surroundings, architecture, pixels, { asImage })
}

function buildStep(
  architecture: Architecture,
  optimizer: Optimizer,
  batchSize: number,
  imageBytes: number,
  { scaled = false, ...options }: LossOptions & { scaled?: boolean },
) {
  const g = graphBuilder('step', { infer: inferRules })
  const pixels = g.input('pixels', inputType(architecture.input), [batchSize, imageBytes])
  const classes = g.input('labels', 'int32', [batchSize])
  const weights = declareWeights(g, architecture)
  const state: StateTensor[] = []
  const { logits, statistics, labels } = trainedNetwork(g, architecture, pixels, weights)
  const loss = crossEntropy(g.scope('loss'), logits, classes, options)
  for (const [name, next] of statistics) carry(g, state, required(weights, name, 'parameter'), 'statistic')(next)
  const trained = parameters(architecture).flatMap(({ name, trained }) =>
    trained ? [required(weights, name, 'parameter')] : [],
  )
  const { scalars, scalarNames, names } = optimize(g, state, optimizer, { parameters: trained, labels, loss, scaled })
  g.output(loss, 'loss')
  return { graph: { step: renamed(g.build(), names), state, scalars: scalarNames }, scalars }
}

/** The forward pass of a step, with what follows on the running statistics, and each parameter's name after its layer. */
function trainedNetwork(
  g: GraphBuilder,
  architecture: Architecture,
  pixels: Value,
  weights: ReadonlyMap<string, Value>,
): { logits: Value; statistics: Map<string, Value>; labels: Map<string, string> } {
  const statistics = new Map<string, Value>()
  const labels = new Map<string, string>()
  let streams = FIRST_MASK_STREAM
  const training = trainingLayers({
    next: (name, value) => void statistics.set(name, value),
    stream: () => streams++,
  })
  const parameter = (name: string, label: string) => {
    labels.set(name, label)
    return required(weights, name, 'parameter')
  }
  return { logits: network({ g, parameter, training }, architecture, pixels), statistics, labels }
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

interface Trained {
  parameters: Value[]
  /** Names of parameters after their layers: `dense1/weight`. */
  labels: ReadonlyMap<string, string>
  loss: Value
  scaled: boolean
}

/**
 * Appends the gradients and the optimiser for every parameter; the state gets what its transforms remember. `names` are those by which
 * gradients are to be known.
 */
function optimize(
  g: GraphBuilder,
  state: StateTensor[],
  optimizer: Optimizer,
  { parameters, labels, loss, scaled }: Trained,
) {
  const { transform } = optimizer
  const scalesLoss = optimizer.scalesLoss && !scaled
  const scalars: Record<string, ScalarValue> = {}
  const inputs = new Map<string, Value>()
  const scalar = (name: string, value?: ScalarValue) => {
    if (value) scalars[name] = value
    const known = inputs.get(name)
    if (known) return known
    const input = g.input(name, 'float32', [])
    inputs.set(name, input)
    return input
  }
  const learningRate = scalar(LEARNING_RATE)
  const scaling = scaled
    ? lossScaling(g.scope('loss:update'), (name) => {
        const value = g.input(name, 'float32', [])
        return { value, next: carry(g, state, value, 'optimizer') }
      })
    : undefined
  const scale = scalesLoss ? g.scope('loss').op('Neg', [learningRate]) : scaling?.scale
  const gradients = gradientsOf(g, loss, parameters, { scale })
  const given = parameters.map(({ name }) => required(gradients, name, 'gradient'))
  const plain = scaling?.unscaled(given) ?? given
  for (const [i, parameter] of parameters.entries()) {
    const own = g.scope(`${labels.get(parameter.name)}:update`)
    const following = (value: Value, kind: StateTensor['kind']) => {
      const next = carry(g, state, value, kind)
      return (after: Value) => next(scaling?.kept(after, value) ?? after)
    }
    const next = following(parameter, 'weight')
    const remember = (name: string) => {
      const value = g.input(`${parameter.name}:${name}`, 'float32', parameter.dims)
      return { value, next: following(value, 'optimizer') }
    }
    const gradient = plain[i]!
    const update = scalesLoss ? gradient : transform(gradient, { g: own, parameter, remember, scalar, learningRate })
    next(own.op('Add', [parameter, update]))
  }
  return { scalars, scalarNames: [...inputs.keys()], names: gradientNames(gradients, labels) }
}

/** Gradients are called after what they are gradients of: `dense1/weight:grad`, `conv0:grad`. One that is of several values has the first name. */
function gradientNames(
  gradients: ReadonlyMap<string, Value>,
  labels: ReadonlyMap<string, string>,
): Map<string, string> {
  const names = new Map<string, string>()
  const isParameter = ([name]: [string, Value]) => labels.has(name)
  const all = [...gradients]
  for (const [name, { name: gradient }] of [...all.filter(isParameter), ...all]) {
    if (!names.has(gradient)) names.set(gradient, `${labels.get(name) ?? name}:grad`)
  }
  return names
}
