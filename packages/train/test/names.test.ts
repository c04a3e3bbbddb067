import type { Architecture } from '@pixelrow/model'
import { adam, engines, sgd, trainingGraph } from '@pixelrow/train'
import { expect, test } from 'vitest'

const shape = { height: 8, width: 8, channels: 1, channelOrder: 'interleaved' as const }
const net: Architecture = {
  input: { shape, maxValue: 255 },
  layers: [
    { type: 'conv2d', filters: 16, kernelSize: 3, padding: 'same' },
    { type: 'batchNorm' },
    { type: 'relu' },
    {
      type: 'residual',
      layers: [{ type: 'conv2d', filters: 16, kernelSize: 3, padding: 'same' }, { type: 'tanh' }],
    },
    { type: 'maxPool2d', size: 2 },
    { type: 'flatten' },
    { type: 'dense', units: 3 },
  ],
}

test('a training graph’s values are named after their layers, gradients after what they are gradients of', () => {
  const { step } = trainingGraph(net, adam(), 4).graph
  const values = step.nodes.flatMap(({ outputs }) => outputs)
  expect(values).toEqual(
    expect.arrayContaining([
      ...['conv0', 'batchNorm1', 'batchNorm1/variance', 'residual3/layers/tanh1', 'maxPool4/indices', 'dense6'],
      ...[
        'conv0:grad',
        'residual3:grad',
        'conv0/weight:grad',
        'residual3/layers/conv0/bias:grad',
        'dense6/weight:grad',
      ],
    ]),
  )
  expect(step.nodes.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['conv0/Conv', 'conv0/Conv:grad/ConvGradWeight', 'dense6/weight:update/Sqrt']),
  )
  const layered = /^(input|loss|[a-zA-Z]+\d+[/:]|Identity_)/
  expect(step.nodes.map(({ name }) => name).filter((name) => !layered.test(name))).toEqual([])
  expect(new Set(values).size).toBe(values.length)
})

test('state and inputs keep the names that checkpoints have', () => {
  const { step, state } = trainingGraph(net, adam(), 4).graph
  expect(state.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      '0.weight',
      '0.weight:mean',
      '0.weight:square',
      '3.layers.0.bias',
      '1.runningMean',
      '6.weight',
    ]),
  )
  const outputs = new Set(step.outputs.map(({ name }) => name))
  for (const { name, next } of state) expect([next, outputs.has(next)]).toEqual([`${name}:next`, true])
})

test('what an engine says of convolutions names their layers', async () => {
  const { graph } = trainingGraph(net, sgd(), 16)
  const state = Object.fromEntries(
    graph.state.map(({ name, dims }) => [name, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.1)]),
  )
  const pixels = new Uint8Array(16 * graph.imageBytes)
  const options = { device: 'cpu', threads: 1, seed: 0, pixels, labels: new Uint16Array(16), state }
  const trainer = await engines.onnxruntime.compile(graph, options)
  await trainer.close()
  expect(trainer.layouts?.convolutions.map(({ node }) => node)).toEqual([
    'conv0/Conv',
    'residual3/layers/conv0/Conv',
    'residual3/layers/conv0/Conv:grad/ConvGradInput',
    'residual3/layers/conv0/Conv:grad/ConvGradWeight',
    'conv0/Conv:grad/ConvGradWeight',
  ])
})
