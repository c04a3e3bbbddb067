import { random } from '@pixelrow/data'
import { type Architecture, initialize } from '@pixelrow/model'
import { type Model, sizeOf, type ValueInfo, write } from '@pixelrow/onnx'
import { NCHWC } from '../lowerings/cpu/blocks/layout.ts'
import { prepareBytes } from '../lowerings/cpu/blocks/stem.ts'
import { lower } from '../lowerings/index.ts'
import { sgd } from '../optimizers.ts'
import { LEARNING_RATE, trainingGraph } from '../training-graph.ts'
import type { TrainingGraph } from '../types.ts'
import { asModel } from './model.ts'
import { pack, unpack } from './state.ts'
import type { Trial, TrialTensor } from './trial.ts'

/** Blocks that onnxruntime may work on: 16 numbers with AVX-512, 8 with AVX2. */
const BLOCKS = [16, 8]

/** Runs a model once where onnxruntime is: its outputs by name, undefined where it cannot be run. */
export type RunTrial = (trial: Trial) => Promise<Record<string, Float32Array> | undefined>

/** What came of the self-test: the block to work on, 1 for none, and why it is none. */
export interface SelfTest {
  block: number
  reason?: string
}

/** The block that onnxruntime works on here, if every operator on it gives what the plain ones give. */
export async function testedBlock(run: RunTrial): Promise<SelfTest> {
  const block = await blockSize(run)
  if (block === 1) return { block: 1, reason: 'this onnxruntime has no operators that work on blocks' }
  const reason = await difference(block, run)
  return reason === undefined ? { block } : { block: 1, reason }
}

/** Found by where an operator that only reorders puts the numbers 0, 1, … of 16 channels of two columns. */
async function blockSize(run: RunTrial): Promise<number> {
  const data = Float32Array.from({ length: 32 }, (_, i) => i)
  const found = await run({ model: write(reorder), inputs: { x: { dataType: 'float32', dims: [1, 16, 1, 2], data } } })
  // The second column follows on a block of channels of the first.
  return BLOCKS.find((block) => found?.y?.[block] === 1) ?? 1
}

const columns = (name: string): ValueInfo => ({ name, type: { dataType: 'float32', dims: [1, 16, 1, 2] } })
const reorder: Model = {
  irVersion: 8,
  opsets: { '': 17, [NCHWC]: 1 },
  graph: {
    name: 'reorder',
    inputs: [columns('x')],
    outputs: [columns('y')],
    initializers: [],
    nodes: [{ opType: 'ReorderInput', domain: NCHWC, name: 'reorder', inputs: ['x'], outputs: ['y'], attributes: {} }],
  },
}

/** A small net in which every blocked operator stands, at strides and paddings of every kind. */
const testNet = (block: number): Architecture => ({
  input: { shape: { height: 22, width: 24, channels: 1, channelOrder: 'interleaved' }, maxValue: 255 },
  layers: [
    { type: 'conv2d', filters: block, kernelSize: 4, stride: 2, padding: 1 },
    { type: 'relu' },
    { type: 'averagePool2d', size: 2 },
    { type: 'conv2d', filters: 2 * block, kernelSize: 3, padding: 1, bias: false },
    { type: 'batchNorm' },
    { type: 'relu' },
    { type: 'maxPool2d', size: 2 },
    { type: 'residual', layers: [{ type: 'conv2d', filters: 2 * block, kernelSize: 3, padding: 1, bias: false }] },
    { type: 'conv2d', filters: block, kernelSize: 3, stride: 2, padding: 1 },
    { type: 'tanh' },
    { type: 'flatten' },
    { type: 'dense', units: 3 },
  ],
})

/** Runs a step of that net in both formulations; undefined where all that follows is the same but for rounding, else what is not. */
async function difference(block: number, run: RunTrial): Promise<string | undefined> {
  const architecture = testNet(block)
  // The momentum of a first step is the gradient itself.
  const { graph } = trainingGraph(architecture, sgd({ momentum: 0.9 }), 2 * block)
  const { uniform } = random(1, 0)
  const weights = initialize(architecture, uniform)
  const state = Object.fromEntries(
    graph.state.map(({ name, dims }) => [name, weights[name]?.data ?? new Float32Array(sizeOf(dims))]),
  )
  const images = Uint8Array.from({ length: graph.batchSize * graph.imageBytes }, (_, i) => 256 * uniform(1000, i))
  const plain = await nextState(graph, { block: 1, state, images }, run)
  const blocked = await nextState(graph, { block, state, images }, run)
  if (!plain || !blocked) return 'this onnxruntime cannot run the operators that work on blocks'
  const wrong = Object.entries(plain).find(([name, expected]) => {
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
    return !expected.every((value, i) => Math.abs(value - blocked[name]![i]!) < 1e-3 * largest)
  })
  return wrong && `the operators that work on blocks give another ${wrong[0]} here than the plain ones`
}

async function nextState(
  graph: TrainingGraph,
  { block, state, images }: { block: number; state: Record<string, Float32Array>; images: Uint8Array },
  run: RunTrial,
): Promise<Record<string, Float32Array> | undefined> {
  const { graph: step, loopCarried, byteOrder } = lower(graph.step, { block })
  const pixels = byteOrder ? prepareBytes(images, byteOrder, graph.imageBytes) : images
  const known = new Map(loopCarried.map((tensor) => [tensor.name, pack(tensor, state)]))
  const inputs = step.inputs.map(({ name, type }): [string, TrialTensor] => {
    const dims = type.dims!.map(Number)
    const size = sizeOf(dims)
    if (name === 'labels')
      return [name, { dataType: 'int32', dims, data: Int32Array.from({ length: size }, (_, i) => i % 3) }]
    if (name === 'pixels') return [name, { dataType: 'uint8', dims, data: pixels }]
    const data = known.get(name) ?? new Float32Array(size).fill(name === LEARNING_RATE ? 0.1 : 1)
    return [name, { dataType: 'float32', dims, data }]
  })
  const results = await run({ model: write(asModel(step)), inputs: Object.fromEntries(inputs) })
  return results && Object.assign({}, ...loopCarried.map((tensor) => unpack(tensor, results[`${tensor.name}:next`]!)))
}
