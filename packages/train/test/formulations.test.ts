import { type Architecture, type Layer, parameters, validate } from '@pixelrow/model'
import { engines, sgd, trainingGraph } from '@pixelrow/train'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Array64, array64, interpret } from './interpreter.ts'

const BATCH = 16

/** Nets that fit blocks of 8 and 16 channels, small enough for the interpreter; those of `lowerings.test.ts` never do. */
const side = fc.integer({ min: 1, max: 3 })
const conv: fc.Arbitrary<Layer> = fc.record({
  type: fc.constant('conv2d' as const),
  filters: fc.constantFrom(16, 32),
  kernelSize: fc.tuple(side, side),
  stride: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  padding: fc.oneof(fc.constantFrom('same' as const, 'valid' as const), fc.nat(1)),
  bias: fc.boolean(),
})
const between = fc.constantFrom<Layer[]>(
  [{ type: 'relu' }],
  [{ type: 'tanh' }],
  [{ type: 'silu' }, { type: 'averagePool2d', size: 2 }],
  [{ type: 'batchNorm' }, { type: 'gelu' }],
  [{ type: 'maxPool2d', size: 2, stride: 1 }],
  [
    {
      type: 'residual',
      layers: [{ type: 'conv2d', filters: 16, kernelSize: 3, padding: 'same' }],
      shortcut: [{ type: 'conv2d', filters: 16, kernelSize: 1 }],
    },
  ],
)
const end = fc.constantFrom<Layer>({ type: 'flatten' }, { type: 'globalAveragePool' }, { type: 'globalMaxPool' })
const architecture = fc
  .tuple(
    fc.integer({ min: 5, max: 8 }),
    fc.integer({ min: 5, max: 8 }),
    fc.integer({ min: 1, max: 3 }),
    conv,
    between,
    conv,
    end,
  )
  .map(([height, width, channels, first, middle, second, last]): Architecture => {
    const shape = { height, width, channels, channelOrder: 'interleaved' as const }
    return { input: { shape, maxValue: 255 }, layers: [first, ...middle, second, last, { type: 'dense', units: 3 }] }
  })
  .filter((candidate) => {
    try {
      validate(candidate)
      return true
    } catch {
      return false
    }
  })

/** A number of (0, 1) that depends on its place alone. */
const drawn = (stream: number, index: number) => Math.abs(Math.sin(stream * 7919 + index * 104729 + 1) * 43758.5453) % 1

/** Weights and images of a net, the same in every formulation. */
function given(net: Architecture) {
  const { graph } = trainingGraph(net, sgd(), BATCH)
  const state = Object.fromEntries(
    parameters(net).map(({ name, dims }, stream) => {
      const length = dims.reduce((a, b) => a * b, 1)
      const from = name.endsWith('Variance') ? 0.5 : -0.5
      return [name, Float32Array.from({ length }, (_, i) => from + drawn(stream, i))]
    }),
  )
  const pixels = Uint8Array.from({ length: BATCH * graph.imageBytes }, (_, i) => 256 * drawn(99, i))
  return { graph, state, pixels, labels: Uint16Array.from({ length: BATCH }, (_, i) => i % 3) }
}

type Given = ReturnType<typeof given>

async function step({ graph, ...data }: Given, layout: 'auto' | 'plain') {
  const trainer = await engines.onnxruntime.compile(graph, { ...data, device: 'cpu', threads: 1, seed: 0, layout })
  const rows = Uint32Array.from({ length: BATCH }, (_, i) => i)
  const scalars = { learning_rate: Float32Array.of(0.1) }
  const { losses } = await trainer.train({ rows, first: 0, epoch: 1, scalars })
  const state = await trainer.state()
  await trainer.close()
  return { loss: losses[0]!, state, blocked: trainer.layouts!.convolutions.filter((each) => each.layout === 'blocked') }
}

function defined({ graph, state, pixels, labels }: Given) {
  const inputs: Record<string, Array64> = {
    pixels: array64([BATCH, graph.imageBytes], pixels),
    labels: array64([BATCH], labels),
    learning_rate: array64([], [0.1]),
  }
  for (const { name, dims } of graph.state) inputs[name] = array64(dims, state[name]!)
  return interpret(graph.step, inputs)
}

test('either formulation of a step, plain and on blocks, does what its definition says in float64', async () => {
  let onBlocks = 0
  await fc.assert(
    fc.asyncProperty(architecture, async (net) => {
      const all = given(net)
      const expected = defined(all)
      for (const layout of ['plain', 'auto'] as const) {
        const { loss, state, blocked } = await step(all, layout)
        if (layout === 'plain') expect(blocked).toEqual([])
        onBlocks += blocked.length
        expect(loss, layout).toBeCloseTo(expected.loss!.data[0]!, 4)
        for (const { name, next } of all.graph.state) {
          const wanted = expected[next]!.data
          const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
          const apart = state[name]!.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0)
          expect(apart / largest, `${name}, ${layout}`).toBeLessThan(2e-4)
        }
      }
    }),
    { numRuns: 12, seed: 5 },
  )
  expect(onBlocks).toBeGreaterThan(25)
})
