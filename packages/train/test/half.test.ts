import { random } from '@pixelrow/data'
import { cnn, initialize, mlp } from '@pixelrow/model'
import { type Engine, engines, fit, type Lowered, lower, type Optimizer, sgd, trainingGraph } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { runLowered } from './lowered.ts'
import { bits, quarters } from './quarters.ts'

const batchSize = 64
const table = quarters(640)
const net = mlp(table, { hidden: [16] })
const [w1, w2] = ['1.weight', '3.weight'] as const

type State = Record<string, Float32Array>
type Precision = 'fp16' | 'fp32'

/** How a step is made and what it begins with. */
interface Trained {
  precision: Precision
  scaled?: boolean
  optimizer?: Optimizer
  learningRate?: number
  /** Times as large as drawn. */
  factors?: Record<string, number>
}

/** onnxruntime's CPU computes float16 in float32 between two casts, and leaves out a cast that meets one to the other side: not with something between. */
function rounding(lowered: Lowered): Lowered {
  const nodes = lowered.graph.nodes.flatMap((node) => {
    const [output = ''] = node.outputs
    if (!/:half(:product)?$/.test(output)) return [node]
    const between = { ...node, name: `${node.name}/between`, opType: 'Identity', attributes: {} }
    return [
      { ...node, outputs: [`${output}:raw`] },
      { ...between, inputs: [`${output}:raw`], outputs: [output] },
    ]
  })
  return { ...lowered, graph: { ...lowered.graph, nodes } }
}

/** Does so many steps, each on the next rows, lowered for CUDA; gives their losses and the state before the first and after each. */
async function train(
  architecture: typeof net,
  steps: number,
  { precision, scaled = precision === 'fp16', ...how }: Trained,
) {
  const { optimizer = sgd(), learningRate = 0.1, factors = {} } = how
  const { graph } = trainingGraph(architecture, optimizer, batchSize, { scaled })
  const drawn = initialize(architecture, random(1, 0).uniform)
  const states: State[] = [
    Object.fromEntries(
      graph.state.map(({ name, dims }) => {
        const size = dims.reduce((product, dim) => product * dim, 1)
        return [name, (drawn[name]?.data ?? new Float32Array(size)).map((value) => value * (factors[name] ?? 1))]
      }),
    ),
  ]
  const step = rounding(lower(graph.step, { device: 'cuda', precision }))
  const losses: number[] = []
  for (let at = 0; at < steps; at++) {
    const rows = [at % 10, (at % 10) + 1].map((batch) => batch * batchSize) as [number, number]
    const result = await runLowered(step, states.at(-1)!, {
      pixels: table.pixels.subarray(16 * rows[0], 16 * rows[1]),
      labels: table.labels!.subarray(...rows),
      scalars: { learning_rate: learningRate },
      isOptimized: false,
    })
    losses.push(result.loss)
    states.push(result.state)
  }
  return { losses, states }
}

test.each([
  ['a dense net', net],
  ['convolutions', cnn(table, { filters: [8, 8] })],
])('%s in float16 keeps near the losses of float32', async (_, architecture) => {
  const how = { optimizer: sgd({ momentum: 0.9 }), learningRate: 0.02 }
  const exact = await train(architecture, 12, { ...how, precision: 'fp32' })
  const rounded = await train(architecture, 12, { ...how, precision: 'fp16' })
  for (const [i, loss] of rounded.losses.entries()) expect(Math.abs(loss - exact.losses[i]!)).toBeLessThan(5e-3)
  // It is rounded, and its sums and weights are not.
  expect(rounded.losses[0]).not.toBe(exact.losses[0])
  const weights = rounded.states.at(-1)![w1] ?? Object.values(rounded.states.at(-1)!)[0]!
  expect(weights.some((weight) => (weight * 2 ** 14) % 1 !== 0)).toBe(true)
})

test('a scaled loss keeps gradients that float16 would lose', async () => {
  const change = async (precision: Precision, scaled: boolean) => {
    const how = { precision, scaled, optimizer: sgd({ momentum: 0.9 }), learningRate: 1e4, factors: { [w2]: 1e-4 } }
    const { states } = await train(net, 1, how)
    return states[1]![w1]!.map((value, i) => value - states[0]![w1]![i]!)
  }
  const exact = await change('fp32', false)
  const largest = Math.max(...exact.map(Math.abs))
  const off = (found: Float32Array) => Math.max(...exact.map((value, i) => Math.abs(value - found[i]!))) / largest
  expect(off(await change('fp16', true))).toBeLessThan(0.02)
  expect(off(await change('fp16', false))).toBeGreaterThan(0.05)
})

test('a step whose gradients overflow is none and halves the scale, until they do not', async () => {
  const how = { optimizer: sgd({ momentum: 0.9 }), learningRate: 1e-3, factors: { [w1]: 1e-2, [w2]: 1e3 } }
  const { states } = await train(net, 12, { ...how, precision: 'fp16' })
  // Kept as what is beyond 2¹⁶, with which it begins.
  const scales = states.map((state) => state['loss:scale']![0]! + 2 ** 16)
  expect(scales.slice(0, 3)).toEqual([2 ** 16, 2 ** 15, 2 ** 14])
  for (const [i, state] of states.slice(1).entries()) {
    const { 'loss:scale': _, 'loss:steps': __, ...now } = state
    const { 'loss:scale': ___, 'loss:steps': ____, ...before } = states[i]!
    if (scales[i + 1]! < scales[i]!) expect(now).toEqual(before)
    else expect(now).not.toEqual(before)
  }
  expect(scales.at(-1)).toBe(scales.at(-2))
})

// What CUDA is given, run by onnxruntime's CPU provider.
const engine: Engine = {
  ...engines.onnxruntime,
  async devices(names = ['cuda', 'cpu']) {
    const cuda = { name: 'cuda', available: true, precisions: ['tf32', 'fp32', 'fp16'] as const }
    return [cuda, { name: 'cpu', available: true }].filter(({ name }) => names.includes(name))
  },
  compile: (graph, options) => engines.onnxruntime.compile(graph, { ...options, provider: 'cpu' }),
}

test('its checkpoint goes on to the same bits, and on the CPU in float32', async () => {
  const checkpoints: Uint8Array[] = []
  const asked = { engine, threads: 1, batchSize, epochs: 2 }
  const options = { ...asked, device: 'cuda', precision: 'fp16' as const }
  const whole = await fit(net, table, { ...options, onCheckpoint: (bytes) => checkpoints.push(bytes) })
  expect(whole).toMatchObject({ device: 'cuda', precision: 'fp16' })
  const resumed = await fit(net, table, { ...asked, resume: checkpoints[0]! })
  expect(resumed).toMatchObject({ device: 'cuda', precision: 'fp16' })
  expect(bits(resumed.model.weights)).toEqual(bits(whole.model.weights))
  const onCpu: Uint8Array[] = []
  const elsewhere = { ...asked, device: 'cpu', onCheckpoint: (bytes: Uint8Array) => onCpu.push(bytes) }
  const moved = await fit(net, table, { ...elsewhere, resume: checkpoints[0]! })
  expect(moved).toMatchObject({ device: 'cpu', precision: 'fp32' })
  expect(moved.history.at(-1)!.trainLoss).toBeCloseTo(whole.history.at(-1)!.trainLoss, 2)
  expect(await fit(net, table, { ...asked, resume: onCpu.at(-1)! })).toMatchObject({ device: 'cpu' })
})
