import { random } from '@pixelrow/data'
import { type Architecture, cnn, initialize, type Layer, linear, mlp } from '@pixelrow/model'
import { adam, type Engine, muon, type Optimizer, sgd, trainingGraph } from '@pixelrow/train'
import { digitShape, firstDigits } from './digits.ts'

const STEPS = 20
const SEED = 4
const table = { shape: digitShape, maxValue: 255, classes: [...'0123456789'] }
const digits = (layers: Layer[]): Architecture => ({ input: { shape: digitShape, maxValue: 255 }, layers })

/** Small nets in which stands all that an engine may do in its own way. */
const small = digits([
  { type: 'conv2d', filters: 4, kernelSize: 5, stride: 2, padding: 'same' },
  { type: 'batchNorm' },
  { type: 'relu' },
  { type: 'maxPool2d', size: 2 },
  { type: 'residual', layers: [{ type: 'conv2d', filters: 4, kernelSize: 3, padding: 'same' }, { type: 'relu' }] },
  { type: 'averagePool2d', size: 2 },
  { type: 'flatten' },
  { type: 'dropout', rate: 0.25 },
  { type: 'dense', units: 10 },
])

/** Nets with how they are trained. */
export const trainings: Record<string, { net: Architecture; optimizer: Optimizer; learningRate: number }> = {
  'linear, SGD': { net: linear(table), optimizer: sgd(), learningRate: 0.1 },
  'mlp, SGD with momentum': { net: mlp(table), optimizer: sgd({ momentum: 0.9, nesterov: true }), learningRate: 0.05 },
  'mlp, Adam': { net: mlp(table, { hidden: [32] }), optimizer: adam(), learningRate: 0.003 },
  'small cnn, Adam': { net: small, optimizer: adam(), learningRate: 0.003 },
  'small cnn, Muon': { net: small, optimizer: muon(), learningRate: 0.02 },
  'cnn, Adam': { net: cnn(table), optimizer: adam(), learningRate: 0.002 },
}

/** The losses of the first 20 steps, the same weights, batches and masks for every engine, and the logits after them. */
export async function firstSteps(engine: Engine, name: string, { batch = 32, threads = 2 } = {}) {
  const { net, optimizer, learningRate } = trainings[name]!
  const { graph, scalars } = trainingGraph(net, optimizer, batch)
  const weights = initialize(net, random(SEED, 0).uniform)
  const state = Object.fromEntries(
    graph.state.map(({ name: key, dims }) => [
      key,
      weights[key]?.data ?? new Float32Array(dims.reduce((a, b) => a * b, 1)),
    ]),
  )
  const images = firstDigits(STEPS * batch)
  const trainer = await engine.compile(graph, { device: 'cpu', threads, ...images, seed: SEED, state })
  try {
    const series = (value: (step: number) => number) => Float32Array.from({ length: STEPS }, (_, step) => value(step))
    const { losses } = await trainer.train({
      rows: Uint32Array.from({ length: STEPS * batch }, (_, i) => i),
      first: 0,
      epoch: 1,
      scalars: {
        learning_rate: series(() => learningRate),
        ...Object.fromEntries(
          Object.entries(scalars).map(([key, value]) => [key, series((step) => value(step, STEPS))]),
        ),
      },
    })
    return { losses, logits: await trainer.logits(images.pixels.subarray(0, 100 * 784)) }
  } finally {
    await trainer.close()
  }
}
