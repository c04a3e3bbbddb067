import { type Architecture, type Layer, outputShapes, parameters } from '@pixelrow/model'
import { forward, inputDims, type TrainingLayers } from '@pixelrow/network'
import { check, type Graph, graphBuilder } from '@pixelrow/onnx'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { architectures } from '../../model/test/arbitrary.ts'

/** The graph of a network with its weights as inputs, and what its parameters are called after their layers. */
function graphOf(net: Architecture, kind: 'flat' | 'image' = 'flat', training?: TrainingLayers) {
  const g = graphBuilder('net')
  const pixels = g.input('pixels', 'uint8', inputDims(net.input, kind))
  const weights = new Map(parameters(net).map(({ name, dims }) => [name, g.input(name, 'float32', dims)]))
  const labels = new Map<string, string>()
  const parameter = (name: string, label: string) => {
    labels.set(name, label)
    return weights.get(name)!
  }
  const logits = forward({ g, parameter, ...(training && { training }) }, net, pixels)
  g.output(logits)
  return { graph: g.build(), logits, labels }
}

test('any network is a well-formed graph of the shapes that the model says, and asks for every parameter', () => {
  fc.assert(
    fc.property(architectures, fc.constantFrom('flat' as const, 'image' as const), (net, kind) => {
      const { graph, logits, labels } = graphOf(net, kind)
      check({ irVersion: 8, opsets: { '': 17 }, graph })
      expect(logits.dims).toEqual(['N', ...outputShapes(net).at(-1)!])
      expect([...labels.keys()].sort()).toEqual(
        parameters(net)
          .map(({ name }) => name)
          .sort(),
      )
    }),
  )
})

test('every node, value and parameter is named after its layer, and no two nodes alike', () => {
  fc.assert(
    fc.property(architectures, (net) => {
      const { graph, labels } = graphOf(net)
      const names = graph.nodes.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      const layer = /^(input|([a-zA-Z]+\d+)(\/(layers|shortcut)\/[a-zA-Z]+\d+)*)(\/|$)/
      for (const name of [...names, ...graph.nodes.flatMap(({ outputs }) => outputs)]) expect(name).toMatch(layer)
      for (const [name, label] of labels) {
        // `3.layers.1.weight` is `residual3/layers/conv1/weight`.
        expect(label.replace(/[a-zA-Z]+(\d+)/g, '$1').replaceAll('/', '.')).toBe(name)
      }
    }),
  )
})

const shape = { height: 6, width: 6, channels: 1, channelOrder: 'interleaved' as const }
const netOf = (layers: Layer[]): Architecture => ({
  input: { shape, maxValue: 255 },
  layers: [...layers, { type: 'dense', units: 2 }],
})
const lines = ({ nodes }: Graph) => nodes.map(({ name, inputs, outputs }) => `${outputs} = ${name}(${inputs})`)

test('names follow the layers’ indices, those of nested layers their way', () => {
  const conv: Layer = { type: 'conv2d', filters: 1, kernelSize: 3, padding: 'same' }
  const { graph } = graphOf(netOf([{ type: 'residual', layers: [conv, { type: 'relu' }] }, { type: 'flatten' }]))
  expect(lines(graph).slice(3)).toEqual([
    'residual0/layers/conv0 = residual0/layers/conv0/Conv(input/image,0.layers.0.weight,0.layers.0.bias)',
    'residual0/layers/relu1 = residual0/layers/relu1/Relu(residual0/layers/conv0)',
    'residual0 = residual0/Add(residual0/layers/relu1,input/image)',
    'flatten1 = flatten1/Reshape(residual0,flatten1/shape)',
    'dense2 = dense2/Gemm(flatten1,2.weight,2.bias)',
  ])
})

test('training does its layers in its own way, all others are the same nodes', () => {
  const calls: string[] = []
  const training: TrainingLayers = {
    maxPool({ g, name }, x, { window, output }) {
      calls.push(`${name} ${window.kernel_shape && JSON.stringify(window.kernel_shape)}`)
      return g.op('MaxPool', [x], window, { outputs: output })
    },
    batchNorm({ g, name, path, parameter }, _, x) {
      calls.push(`${name} ${path}`)
      const scale = parameter(`${path}.weight`, `${name}/weight`)
      return g.op(
        'Mul',
        [
          x,
          g.op('Reshape', [scale, g.constant({ dataType: 'int64', dims: [3], data: BigInt64Array.of(-1n, 1n, 1n) })]),
        ],
        {},
        { outputs: name },
      )
    },
    dropout({ g, name }, { rate }, x) {
      calls.push(`${name} ${rate}`)
      return g.op('Identity', [x], {}, { outputs: name })
    },
  }
  const net = netOf([
    { type: 'conv2d', filters: 2, kernelSize: 3 },
    { type: 'batchNorm' },
    { type: 'gelu' },
    { type: 'maxPool2d', size: 2 },
    { type: 'dropout', rate: 0.5 },
    { type: 'globalMaxPool' },
  ])
  const [trained, inferred] = [graphOf(net, 'flat', training).graph, graphOf(net).graph]
  expect(calls).toEqual(['batchNorm1 1', 'maxPool3 {"ints":[2,2]}', 'dropout4 0.5', 'globalMaxPool5 {"ints":[2,2]}'])
  const others = (graph: Graph) => lines(graph).filter((line) => /^(input|conv|gelu)/.test(line))
  expect(others(trained)).toEqual(others(inferred))
  expect(inferred.nodes.map(({ opType }) => opType)).toContain('GlobalMaxPool')
  expect(inferred.nodes.some(({ name }) => name.startsWith('dropout'))).toBe(false)
})
