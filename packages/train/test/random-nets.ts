import { type Architecture, type Layer, parameters, validate } from '@pixelrow/model'
import { type Engine, sgd, trainingGraph } from '@pixelrow/train'
import fc from 'fast-check'
import { expect } from 'vitest'
import { type Array64, array64, interpret } from './interpreter.ts'

/** Layers of every kind with random windows; those that do not fit an image are drawn again. */
const size = fc.integer({ min: 1, max: 4 })
const pair = fc.tuple(size, size)
const padding = fc.oneof(fc.constantFrom('same' as const, 'valid' as const), fc.nat(1))
const imageLayer: fc.Arbitrary<Layer> = fc.oneof(
  fc.record({
    type: fc.constant('conv2d' as const),
    filters: size,
    kernelSize: pair,
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
    padding,
    bias: fc.boolean(),
  }),
  fc.record({
    type: fc.constantFrom('maxPool2d' as const, 'averagePool2d' as const),
    size: pair,
    stride: pair,
    padding,
  }),
  fc.constantFrom<Layer>({ type: 'averagePool2d', size: 2 }, { type: 'maxPool2d', size: 2 }),
  fc.constantFrom<Layer>({ type: 'batchNorm' }, { type: 'tanh' }, { type: 'relu' }, { type: 'gelu' }, { type: 'silu' }),
  fc.constant<Layer>({
    type: 'residual',
    layers: [{ type: 'conv2d', filters: 2, kernelSize: 3, padding: 'same' }],
    shortcut: [{ type: 'conv2d', filters: 2, kernelSize: 1 }],
  }),
)
const end = fc.constantFrom<Layer[]>(
  [{ type: 'flatten' }],
  [{ type: 'globalAveragePool' }],
  [{ type: 'globalMaxPool' }],
)
export const architecture = fc
  .tuple(
    fc.record({
      height: fc.integer({ min: 3, max: 8 }),
      width: fc.integer({ min: 3, max: 8 }),
      channels: fc.integer({ min: 1, max: 3 }),
      channelOrder: fc.constantFrom('interleaved' as const, 'planar' as const),
    }),
    fc.array(imageLayer, { minLength: 1, maxLength: 4 }),
    end,
  )
  .map(([shape, layers, last]): Architecture => {
    const mean = new Array(shape.channels).fill(0.4)
    const input = { shape, maxValue: 16, mean, std: mean.map((_, c) => 0.3 + c / 10) }
    return { input, layers: [...layers, ...last, { type: 'dense', units: 3 }] }
  })
  .filter((candidate) => {
    try {
      validate(candidate)
      return true
    } catch {
      return false
    }
  })

const BATCH = 5

/** A step of a net as `trainingGraph` makes it, with weights and images drawn by `seed`, and what the float64 interpreter makes of it. */
export function definedStep(net: Architecture, seed: number) {
  const { graph } = trainingGraph(net, sgd(), BATCH)
  const draw = uniform(seed)
  const pixels = Uint8Array.from({ length: BATCH * graph.imageBytes }, () => Math.floor(draw() * 17))
  const labels = Uint16Array.from({ length: BATCH }, () => Math.floor(draw() * 3))
  const state: Record<string, Float32Array> = {}
  for (const { name, dims } of parameters(net)) {
    const length = dims.reduce((a, b) => a * b, 1)
    state[name] = Float32Array.from({ length }, () => (name.endsWith('Variance') ? draw() + 0.5 : draw() - 0.5))
  }
  const inputs: Record<string, Array64> = {
    pixels: array64([BATCH, graph.imageBytes], pixels),
    labels: array64([BATCH], labels),
    learning_rate: array64([], [0.1]),
  }
  for (const { name, dims } of graph.state) inputs[name] = array64(dims, state[name]!)
  return { graph, pixels, labels, state, expected: interpret(graph.step, inputs) }
}

type DefinedStep = ReturnType<typeof definedStep>

/** What a step came to elsewhere is what its definition says. */
export function expectDefined(
  { graph, expected }: DefinedStep,
  loss: number,
  state: Readonly<Record<string, Float32Array>>,
): void {
  expect(loss).toBeCloseTo(expected.loss!.data[0]!, 4)
  for (const { name, next } of graph.state) {
    const largest = Math.max(1, ...expected[next]!.data.map(Math.abs))
    state[name]!.forEach((value, i) => {
      expect(Math.abs(value - expected[next]!.data[i]!), `${name}[${i}]`).toBeLessThan(2e-4 * largest)
    })
  }
}

/** One step of a net in an engine, from weights and images drawn by `seed`, is what its definition says. */
export async function expectDefinedStep(engine: Engine, net: Architecture, seed: number): Promise<void> {
  const step = definedStep(net, seed)
  const { graph, pixels, labels, state } = step
  const trainer = await engine.compile(graph, { device: 'cpu', threads: 1, pixels, labels, seed: 0, state })
  const rows = Uint32Array.from({ length: BATCH }, (_, i) => i)
  const { losses } = await trainer.train({
    rows,
    first: 0,
    epoch: 1,
    scalars: { learning_rate: Float32Array.of(0.1) },
  })
  const found = await trainer.state()
  await trainer.close()
  expectDefined(step, losses[0]!, found)
}

/** Park and Miller's minimal standard generator: uniform numbers of (0, 1). */
function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}
