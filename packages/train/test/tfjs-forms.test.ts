import type { Layer } from '@pixelrow/model'
import {
  adam,
  adamw,
  engines,
  gradientRules,
  inferRules,
  muon,
  type Optimizer,
  sgd,
  type TrainingGraph,
  trainingGraph,
} from '@pixelrow/train'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { architecture, expectDefinedStep } from './random-nets.ts'

// Plain tfjs is meant, whatever was built on this machine.
process.env.PIXELROW_CACHE = '/dev/null'

const tfjs = engines.tfjs

/** Every layer there is, and both orders of colours. */
const layers: Layer[] = [
  { type: 'conv2d', filters: 2, kernelSize: 3, padding: 'same' },
  { type: 'batchNorm' },
  { type: 'relu' },
  { type: 'maxPool2d', size: 2 },
  { type: 'residual', layers: [{ type: 'conv2d', filters: 2, kernelSize: 3, padding: 1, bias: false }] },
  { type: 'averagePool2d', size: 2 },
  { type: 'silu' },
  { type: 'gelu' },
  { type: 'tanh' },
  { type: 'sigmoid' },
  { type: 'dropout', rate: 0.5 },
]
const ends: Layer[][] = [[{ type: 'flatten' }], [{ type: 'globalAveragePool' }], [{ type: 'globalMaxPool' }]]
const optimizers: Optimizer[] = [
  sgd(),
  sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  adam(),
  adamw(),
  muon(),
]
const losses = [{}, { labelSmoothing: 0.1, classWeights: [1, 2, 3] }]

/** Training graphs in which, taken together, every operator stands that a layer, a gradient, a loss or an optimiser emits. */
const graphs: TrainingGraph[] = optimizers.map((optimizer, i) => {
  const shape = { height: 8, width: 8, channels: 3, channelOrder: 'interleaved' as const }
  const input = { shape, maxValue: 255, mean: [0.1, 0.2, 0.3], std: [1, 2, 3] }
  const net = { input, layers: [...layers, ...ends[i % 3]!, { type: 'dense', units: 3 } as const] }
  return trainingGraph(net, optimizer, 4, losses[i % 2]).graph
})

test('the engine tfjs has a form for every operator that a training graph may hold', async () => {
  const keys = new Set(
    graphs.flatMap(({ step }) => step.nodes.map(({ domain, opType }) => (domain ? `${domain}:${opType}` : opType))),
  )
  // The graphs hold all that has a gradient (what only a given derivative needs aside) and all operators of our own.
  const rare = ['Div', 'Sub', 'Transpose']
  expect(Object.keys(gradientRules).filter((key) => !keys.has(key) && !rare.includes(key))).toEqual([])
  expect(Object.keys(inferRules).filter((key) => !keys.has(key))).toEqual([])
  const state = (graph: TrainingGraph) =>
    Object.fromEntries(
      graph.state.map(({ name, dims }) => [name, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.1)]),
    )
  for (const graph of graphs) {
    const pixels = new Uint8Array(4 * graph.imageBytes).fill(100)
    const labels = Uint16Array.of(0, 1, 2, 0)
    const trainer = await tfjs.compile(graph, {
      device: 'cpu',
      threads: 1,
      pixels,
      labels,
      seed: 0,
      state: state(graph),
    })
    try {
      const scalars = Object.fromEntries(graph.scalars.map((name) => [name, Float32Array.of(0.1)]))
      const { losses: found } = await trainer.train({ rows: Uint32Array.of(0, 1, 2, 3), first: 0, epoch: 1, scalars })
      expect(found[0]).toBeGreaterThan(0)
      expect(await trainer.logits(pixels)).toHaveLength(12)
    } finally {
      await trainer.close()
    }
  }
}, 120_000)

test('an operator without a form is refused by its name', async () => {
  const [graph] = graphs
  const { step } = graph!
  const nodes = step.nodes.map((node) => (node.opType === 'Gemm' ? { ...node, opType: 'Abacus', name: 'beads' } : node))
  const options = { device: 'cpu', threads: 1, pixels: new Uint8Array(), labels: new Uint16Array(), seed: 0 }
  const state = Object.fromEntries(
    graph!.state.map(({ name, dims }) => [name, new Float32Array(dims.reduce((a, b) => a * b, 1))]),
  )
  await expect(tfjs.compile({ ...graph!, step: { ...step, nodes } }, { ...options, state })).rejects.toMatchObject({
    name: 'TrainError',
    code: 'TRAIN_GRAPH_UNSUPPORTED',
    params: { operator: 'Abacus', node: 'beads' },
    message: 'The engine tfjs has no form for operator Abacus (node beads).',
  })
})

test('a step in tfjs does what its definition says, for random nets', async () => {
  await fc.assert(
    fc.asyncProperty(architecture, fc.integer({ min: 1, max: 1 << 30 }), (net, seed) =>
      expectDefinedStep(tfjs, net, seed),
    ),
    { numRuns: process.env.PIXELROW_FULL ? 60 : 12, seed: 5 },
  )
}, 120_000)
