import { type Architecture, initialize, type Layer, validate } from '@pixelrow/model'
import { adam, engines, type LayoutChoice, muon, type Optimizer, sgd, trainingGraph } from '@pixelrow/train'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const STEPS = 2

/** Layers of a net on blocks of 16 (or 8) channels, with windows of all kinds; those that do not fit an image are drawn again. */
const kernel = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
const stride = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
const padding = fc.oneof(fc.constantFrom('same' as const, 'valid' as const), fc.nat(2))
const filters = fc.constantFrom(16, 32, 48)
const imageLayer: fc.Arbitrary<Layer> = fc.oneof(
  fc.record({ type: fc.constant('conv2d' as const), filters, kernelSize: kernel, stride, padding, bias: fc.boolean() }),
  fc.record({ type: fc.constantFrom('maxPool2d' as const, 'averagePool2d' as const), size: kernel }),
  fc.record({ type: fc.constantFrom('maxPool2d' as const, 'averagePool2d' as const), size: kernel, stride, padding }),
  fc.constantFrom<Layer>({ type: 'relu' }, { type: 'tanh' }, { type: 'batchNorm' }, { type: 'silu' }, { type: 'gelu' }),
  fc.constant<Layer>({ type: 'dropout', rate: 0.25 }),
  fc.constant<Layer>({
    type: 'residual',
    layers: [{ type: 'conv2d', filters: 16, kernelSize: 3, padding: 'same' }, { type: 'relu' }],
    shortcut: [{ type: 'conv2d', filters: 16, kernelSize: 1 }],
  }),
)
const end = fc.constantFrom<Layer[]>(
  [{ type: 'flatten' }],
  [{ type: 'globalAveragePool' }],
  [{ type: 'globalMaxPool' }],
)
const architecture = fc
  .tuple(
    fc.record({
      height: fc.integer({ min: 6, max: 14 }),
      width: fc.integer({ min: 6, max: 14 }),
      channels: fc.integer({ min: 1, max: 3 }),
      channelOrder: fc.constantFrom('interleaved' as const, 'planar' as const),
    }),
    fc.boolean(),
    fc.array(imageLayer, { minLength: 1, maxLength: 6 }),
    end,
  )
  .map(([shape, normalized, layers, last]): Architecture => {
    const perChannel = (value: number) => new Array<number>(shape.channels).fill(value)
    const input = { shape, maxValue: 255, ...(normalized && { mean: perChannel(0.4), std: perChannel(0.3) }) }
    return { input, layers: [...layers, ...last, { type: 'dense', units: 3 }] }
  })
  .filter(fits)

function fits(candidate: Architecture): boolean {
  try {
    validate(candidate)
    return true
  } catch {
    return false
  }
}

/** The state and losses after two steps from equal weights on random images, in one of the two layouts. */
async function train(net: Architecture, optimizer: Optimizer, batch: number, layout: 'auto' | 'plain') {
  const { graph, scalars } = trainingGraph(net, optimizer, batch)
  const random = (stream: number, index: number) =>
    Math.abs(Math.sin(stream * 7919 + index * 104729 + 1) * 43758.5453) % 1
  const weights = initialize(net, random)
  const rows = batch * STEPS
  const trainer = await engines.onnxruntime.compile(graph, {
    device: 'cpu',
    threads: 2,
    seed: 3,
    layout,
    pixels: Uint8Array.from({ length: rows * graph.imageBytes }, (_, i) => 256 * random(99, i)),
    labels: Uint16Array.from({ length: rows }, (_, i) => i % 3),
    state: Object.fromEntries(
      graph.state.map(({ name, dims }) => [
        name,
        weights[name]?.data ?? new Float32Array(dims.reduce((a, b) => a * b, 1)),
      ]),
    ),
  })
  const values = (value: (step: number) => number) => Float32Array.from({ length: STEPS }, (_, step) => value(step))
  const { losses } = await trainer.train({
    rows: Uint32Array.from({ length: rows }, (_, i) => i),
    first: 0,
    epoch: 1,
    scalars: {
      learning_rate: values(() => 0.01),
      ...Object.fromEntries(
        Object.entries(scalars).map(([name, value]) => [name, values((step) => value(step, STEPS))]),
      ),
    },
  })
  const state = await trainer.state()
  // More rows than one run of the forward graph takes.
  const logits = await trainer.logits(
    Uint8Array.from({ length: 300 * graph.imageBytes }, (_, i) => 256 * random(98, i)),
  )
  await trainer.close()
  return { losses, state, logits, layouts: trainer.layouts! }
}

const blocked = ({ layout }: LayoutChoice) => layout === 'blocked'

async function requireEqual(net: Architecture, optimizer: Optimizer, batch: number, tolerance: number) {
  const plain = await train(net, optimizer, batch, 'plain')
  const auto = await train(net, optimizer, batch, 'auto')
  expect(plain.layouts.block).toBe(1)
  auto.losses.forEach((loss, i) => {
    expect(Math.abs(loss - plain.losses[i]!)).toBeLessThan(1e-5 * Math.max(1, plain.losses[i]!))
  })
  const expectedOf = { ...plain.state, logits: plain.logits }
  const foundOf: Record<string, Float32Array> = { ...auto.state, logits: auto.logits }
  const largestOf = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
  const moments = Object.entries(expectedOf).filter(([name]) => name.includes(':'))
  const largestMoment = Math.max(...moments.map(([, values]) => largestOf(values)))
  for (const [name, expected] of Object.entries(expectedOf)) {
    // The gradient of a weight that batch norm makes ineffective is what rounding leaves of numbers as large as the others.
    const largest = name.includes(':') ? largestMoment : largestOf(expected)
    const apart = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - foundOf[name]![i]!)), 0)
    expect(apart / largest, `${name} of ${JSON.stringify(net)}`).toBeLessThan(tolerance)
  }
  return auto.layouts
}

/** Whatever nets are drawn, this one has eleven operators that go onto blocks. */
const surely: Architecture = {
  input: { shape: { height: 12, width: 12, channels: 1, channelOrder: 'interleaved' }, maxValue: 255 },
  layers: [
    ...Array.from({ length: 4 }, (): Layer => ({ type: 'conv2d', filters: 16, kernelSize: 3, padding: 'same' })),
    { type: 'flatten' },
    { type: 'dense', units: 3 },
  ],
}

test('any net of blocked convolutions takes the same steps as in the plain formulation', async () => {
  let onBlocks = 0
  await fc.assert(
    fc.asyncProperty(architecture, fc.constantFrom(16, 32), async (net, batch) => {
      const { convolutions } = await requireEqual(net, sgd({ momentum: 0.9 }), batch, 2e-4)
      onBlocks += convolutions.filter(blocked).length
    }),
    {
      numRuns: 25,
      examples: [
        [surely, 16],
        [surely, 32],
      ],
    },
  )
  expect(onBlocks).toBeGreaterThan(20)
})

const small: Architecture = {
  input: { shape: { height: 12, width: 11, channels: 1, channelOrder: 'interleaved' }, maxValue: 255 },
  layers: [
    { type: 'conv2d', filters: 16, kernelSize: 5, stride: 2, padding: 2 },
    { type: 'relu' },
    { type: 'conv2d', filters: 32, kernelSize: 3, padding: 1 },
    { type: 'relu' },
    { type: 'averagePool2d', size: 2 },
    { type: 'flatten' },
    { type: 'dense', units: 3 },
  ],
}

test('adam and muon work on what is kept in blocks', async () => {
  for (const optimizer of [adam(), muon()]) {
    const { block, convolutions } = await requireEqual(small, optimizer, 32, 1e-3)
    // What an emulated processor must come to is said by who starts it.
    expect(String(block)).toMatch(process.env.PIXELROW_TEST_BLOCK ?? /^(8|16)$/)
    // Two convolutions, the gradients by their weights, one by images.
    expect(convolutions.filter(blocked)).toHaveLength(5)
  }
})

test('what does not fit blocks stays plain, and is said', async () => {
  const { convolutions } = await requireEqual(small, sgd(), 30, 2e-4)
  expect(convolutions.map(({ reason }) => reason)).toEqual(
    new Array(5).fill(expect.stringMatching(/^a batch of 30 is not a multiple of (8|16)$/)),
  )
  const odd = { ...small, layers: [{ type: 'conv2d', filters: 6, kernelSize: 3 } as const, ...small.layers] }
  const layouts = await requireEqual(odd, sgd(), 32, 2e-4)
  expect(layouts.convolutions.map(({ reason }) => reason)).toContainEqual(
    expect.stringMatching(/^6 filters are not a multiple of /),
  )
  expect(layouts.convolutions.map(({ reason }) => reason)).toContainEqual(
    expect.stringMatching(/^6 channels are not a multiple of /),
  )
})
