import type { Architecture, Layer } from '@pixelrow/model'
import type { Graph, Node } from '@pixelrow/onnx'
import { adamw, type LoweringDevice, lower, muon, type Optimizer, recipes, sgd, trainingGraph } from '@pixelrow/train'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runLowered } from './lowered.ts'
import { architecture, definedStep, expectDefined } from './random-nets.ts'

const devices: LoweringDevice[] = ['cpu', 'cuda', 'webgpu']

test.each(devices)('a step lowered for %s does what its definition says, for random nets', async (device) => {
  await fc.assert(
    fc.asyncProperty(architecture, fc.integer({ min: 1, max: 1 << 30 }), async (net, seed) => {
      const step = definedStep(net, seed)
      const lowered = lower(step.graph.step, { device })
      const { loss, state } = await runLowered(lowered, step.state, { ...step, scalars: { learning_rate: 0.1 } })
      expectDefined(step, loss, state)
    }),
    { numRuns: 40, seed: 5 },
  )
})

const image = (side: number): Architecture['input'] => ({
  shape: { height: side, width: side, channels: 1, channelOrder: 'interleaved' },
  maxValue: 255,
})
const conv = (filters: number, more: Partial<Layer> = {}): Layer =>
  ({ type: 'conv2d', filters, kernelSize: 3, padding: 'same', ...more }) as Layer
const end: Layer[] = [{ type: 'globalAveragePool' }, { type: 'dense', units: 10 }]

/** What a step leaves, lowered for two devices, from equal weights that are drawn. */
async function bothWays(net: Architecture, optimizer: Optimizer, batch: number, other: LoweringDevice) {
  const { graph, scalars } = trainingGraph(net, optimizer, batch)
  let seed = 7
  const draw = () => {
    seed = (seed * 48271) % 2147483647
    return seed / 2147483647
  }
  const state = Object.fromEntries(
    graph.state.map(({ name, dims, kind }) => {
      const length = dims.reduce((a, b) => a * b, 1)
      const value = kind === 'optimizer' ? () => 0.1 + 0.1 * draw() : () => 0.6 * draw() - 0.2
      return [name, Float32Array.from({ length }, value)]
    }),
  )
  const given = {
    pixels: Uint8Array.from({ length: batch * graph.imageBytes }, () => Math.floor(256 * draw())),
    labels: Uint16Array.from({ length: batch }, (_, i) => i % 10),
    scalars: {
      learning_rate: 0.01,
      ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, value(3, 20)])),
    },
  }
  const run = (device: LoweringDevice) => runLowered(lower(graph.step, { device }), state, given)
  return { expected: await run('cpu'), found: await run(other), choices: lower(graph.step, { device: other }).choices }
}

function expectClose(found: Readonly<Record<string, Float32Array>>, expected: Readonly<Record<string, Float32Array>>) {
  for (const [name, wanted] of Object.entries(expected)) {
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
    const apart = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - found[name]![i]!)), 0)
    expect(apart / largest, name).toBeLessThan(1e-3)
  }
}

/** More small parameters than a shader can bind buffers. */
const manySmall: Architecture = {
  input: image(8),
  layers: [
    ...Array.from({ length: 5 }, () => [conv(6), { type: 'batchNorm' } as const, { type: 'relu' } as const]).flat(),
    ...end,
  ],
}
const optimizers: Record<string, Optimizer> = {
  sgd: sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adamw: adamw(),
  muon: muon({ filtersOnly: true, weightDecay: 0.01 }),
}

test.each(Object.keys(optimizers))('%s updates many small parameters for WebGPU as for the CPU', async (name) => {
  const { expected, found } = await bothWays(manySmall, optimizers[name]!, 4, 'webgpu')
  expectClose(found.state, expected.state)
})

describe('formulations for WebGPU are chosen by shapes, with the reason', () => {
  const cases: [string, Architecture, number, string[]][] = [
    ['few weights', { input: image(9), layers: [conv(8), conv(8), ...end] }, 3, ['convolution', 'matmul', 'matmul']],
    [
      'strides',
      { input: image(9), layers: [conv(4), conv(4, { stride: 2 }), ...end] },
      3,
      ['transposed convolution', 'matmul', 'matmul'],
    ],
    [
      'many weights',
      { input: image(3), layers: [conv(256), conv(200), ...end] },
      2,
      ['convolution', 'convolution', 'matmul'],
    ],
    // The windows of 26 images would be 138 MB.
    [
      'a large batch',
      { input: image(64), layers: [conv(4), conv(2, { kernelSize: 9 }), ...end] },
      26,
      ['convolution', 'matmul', 'matmul'],
    ],
    [
      'tiling pools',
      { input: image(8), layers: [conv(4), { type: 'maxPool2d', size: 2 }, ...end] },
      3,
      ['comparison', 'matmul'],
    ],
    [
      'overlapping pools',
      { input: image(8), layers: [conv(4), { type: 'maxPool2d', size: 3, stride: 2, padding: 1 }, ...end] },
      3,
      ['comparison of windows', 'matmul'],
    ],
  ]
  test.each(cases)('%s', async (_, net, batch, formulations) => {
    const { expected, found, choices } = await bothWays(net, sgd({ momentum: 0.9 }), batch, 'webgpu')
    expectClose(found.state, expected.state)
    expect(choices.map(({ formulation }) => formulation)).toEqual(formulations)
    for (const { reason, layout } of choices)
      expect([layout, reason]).toEqual(['plain', expect.stringMatching(/\w+ \w+/)])
  })
})

/** What onnxruntime's WebGPU provider has not, or only on the CPU, as it was found by trying each operator. */
const lacking = new Set([
  'OneHot',
  'LogSoftmax',
  'Sum',
  'Sign',
  'Round',
  'Mod',
  'ScatterElements',
  'Selu',
  'Dropout',
  'BatchNormalization',
  'Loop',
])

const table = {
  pixels: new Uint8Array(2000 * 784),
  rows: 2000,
  ...image(28),
  classes: [...'0123456789'],
  labels: new Uint16Array(2000),
}

test.each(Object.keys(recipes))(
  'the step of recipe %s has, for WebGPU, only operators that run there, on 8 buffers at most',
  (name) => {
    const { architecture, options } = recipes[name]!.prepare(table)
    const { graph } = trainingGraph(architecture, options.optimizer ?? sgd(), 128)
    const { graph: step } = lower(graph.step, { device: 'webgpu' })
    expect(step.nodes.filter(({ opType }) => lacking.has(opType))).toEqual([])
    expect(step.nodes.filter((node) => node.domain !== '')).toEqual([])
    const constants = new Set(step.initializers.map(({ name }) => name))
    const bound = ({ inputs, outputs }: Node) =>
      [...inputs.filter((input) => input && !constants.has(input)), ...outputs].length
    expect(step.nodes.filter((node) => bound(node) > 8)).toEqual([])
    expect(largestValue(step)).toBeLessThanOrEqual(128 * 2 ** 20)
  },
)

/** Bytes of the largest float value of a graph. */
function largestValue({ values = [] }: Graph): number {
  return Math.max(
    ...values.map(({ type }) => 4 * (type.dims ?? []).reduce<number>((size, dim) => size * Number(dim), 1)),
  )
}
