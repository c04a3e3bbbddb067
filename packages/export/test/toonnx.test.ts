import { describe, toOnnx } from '@pixelrow/export'
import {
  type Architecture,
  cnn,
  initialize,
  type Layer,
  linear,
  type Model,
  ModelError,
  mlp,
  resnet,
} from '@pixelrow/model'
import { check, read, string, write } from '@pixelrow/onnx'
import { readMetadata } from '@pixelrow/onnx/metadata'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { modelOf, models, pixelsFor, uniform } from './models.ts'
import { forward } from './reference.ts'
import { predict, session } from './runtime.ts'

const digits = {
  shape: { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' as const },
  maxValue: 255,
  classes: [...'0123456789'],
}

function fresh(architecture: Architecture, classes = digits.classes): Model {
  return { architecture, weights: initialize(architecture, uniform), classes }
}

/** Probabilities and labels of onnxruntime against the float64 reference. */
async function expectAgreement(model: Model, rows: number, input: 'flat' | 'image') {
  const { height, width, channels, channelOrder } = model.architecture.input.shape
  const image = channelOrder === 'planar' ? [channels, height, width] : [height, width, channels]
  const size = height * width * channels
  const pixels = pixelsFor(model, rows)
  const loaded = await session(toOnnx(model, { input }))
  const found = await predict(loaded, pixels, [rows, ...(input === 'flat' ? [size] : image)])
  await loaded.release()
  expect(found.types).toEqual(['float32', 'int64'])
  expect(found.dims).toEqual([[rows, model.classes.length], [rows]])
  for (let row = 0; row < rows; row++) {
    const expected = forward(model, pixels.subarray(row * size, (row + 1) * size))
    const probabilities = [...found.probabilities.subarray(row * expected.length, (row + 1) * expected.length)]
    const worst = Math.max(...expected.map((value, at) => Math.abs(value - probabilities[at]!)))
    // Relative to the largest probability, which is at least 1/classes.
    expect(worst / Math.max(...expected), `row ${row}`).toBeLessThan(1e-5)
    expect(found.labels[row]).toBe(probabilities.indexOf(Math.max(...probabilities)))
  }
}

test('onnxruntime computes what a float64 reference computes, for any shape, range, channels and layers', async () => {
  await fc.assert(
    fc.asyncProperty(models, fc.constantFrom('flat' as const, 'image' as const), async (model, input) => {
      await expectAgreement(model, 1, input)
      await expectAgreement(model, 33, input)
    }),
    { numRuns: 60 },
  )
})

test('every order of channels, with and without normalisation', async () => {
  for (const channelOrder of ['interleaved', 'planar'] as const) {
    for (const normalized of [false, true]) {
      for (const input of ['flat', 'image'] as const) {
        const net = linear({
          shape: { height: 3, width: 5, channels: 3, channelOrder },
          maxValue: 16,
          classes: ['a', 'b'],
        })
        if (normalized) Object.assign(net.input, { mean: [0.1, 0.5, 0.9], std: [0.2, 0.7, 1.5] })
        await expectAgreement(fresh(net, ['a', 'b']), 3, input)
      }
    }
  }
})

test('the tutorial’s net is seven plain nodes with names to follow', () => {
  const { graph, irVersion, opsets, producerName } = read(toOnnx(fresh(mlp(digits))))
  expect({ irVersion, opsets, producerName }).toEqual({ irVersion: 8, opsets: { '': 17 }, producerName: 'pixelrow' })
  expect(graph.nodes.map(({ name, inputs, outputs }) => `${outputs} = ${name}(${inputs})`)).toEqual([
    'input/float = input/Cast(pixels)',
    'input/scaled = input/Mul(input/float,input/scale)',
    'dense1 = dense1/Gemm(input/scaled,1.weight,1.bias)',
    'relu2 = relu2/Relu(dense1)',
    'dense3 = dense3/Gemm(relu2,3.weight,3.bias)',
    'probabilities = probabilities/Softmax(dense3)',
    'label = label/ArgMax(probabilities)',
  ])
  expect(graph.initializers.map(({ name, dims }) => `${name} ${dims}`).sort()).toEqual([
    '1.bias 60',
    '1.weight 784,60',
    '3.bias 10',
    '3.weight 60,10',
    'input/scale ',
  ])
})

/** Each node as `output = name(inputs)`. */
function nodesOf(model: Model, input?: 'flat' | 'image'): string[] {
  const { nodes } = read(toOnnx(model, { input })).graph
  return nodes.map(({ name, inputs, outputs }) => `${outputs} = ${name}(${inputs})`)
}

/** A model of these layers over images of 2×9×8, as if trained. */
function small(layers: Layer[]): Model {
  const shape = { height: 9, width: 8, channels: 2, channelOrder: 'planar' as const }
  return modelOf({ input: { shape, maxValue: 255 }, layers: [...layers, { type: 'dense', units: 3 }] })
}

test('layers inside a residual layer are named by where they are; dropout leaves nothing behind', () => {
  const conv: Layer = { type: 'conv2d', filters: 4, kernelSize: 3, stride: 2, padding: 'same' }
  const layers: Layer[] = [conv, { type: 'batchNorm' }, { type: 'dropout', rate: 0.5 }, { type: 'silu' }]
  const shortcut: Layer[] = [{ ...conv, kernelSize: 1, bias: false }]
  expect(nodesOf(small([{ type: 'residual', layers, shortcut }, { type: 'globalMaxPool' }])).slice(2)).toEqual([
    'input/image = input/image/Reshape(input/scaled,input/image/shape)',
    'residual0/layers/conv0 = residual0/layers/conv0/Conv(input/image,0.layers.0.weight,0.layers.0.bias)',
    'residual0/layers/silu3/sigmoid = residual0/layers/silu3/Sigmoid(residual0/layers/conv0)',
    'residual0/layers/silu3 = residual0/layers/silu3/Mul(residual0/layers/conv0,residual0/layers/silu3/sigmoid)',
    'residual0/shortcut/conv0 = residual0/shortcut/conv0/Conv(input/image,0.shortcut.0.weight)',
    'residual0 = residual0/Add(residual0/layers/silu3,residual0/shortcut/conv0)',
    'globalMaxPool1/pooled = globalMaxPool1/GlobalMaxPool(residual0)',
    'globalMaxPool1 = globalMaxPool1/Reshape(globalMaxPool1/pooled,globalMaxPool1/shape)',
    'dense2 = dense2/Gemm(globalMaxPool1,2.weight,2.bias)',
    'probabilities = probabilities/Softmax(dense2)',
    'label = label/ArgMax(probabilities)',
  ])
})

test('windows are written in numbers, an odd row of "same" at the bottom; epsilon is the layer’s', () => {
  const model = small([
    { type: 'conv2d', filters: 4, kernelSize: [2, 3], padding: 'same' },
    { type: 'averagePool2d', size: 3, stride: [1, 2], padding: [0, 1, 2, 1] },
    { type: 'maxPool2d', size: 2 },
    { type: 'batchNorm', epsilon: 0.25 },
    { type: 'flatten' },
  ])
  const { nodes } = read(toOnnx(model)).graph
  const attributes = (opType: string) => nodes.find((node) => node.opType === opType)!.attributes
  expect(attributes('Conv')).toEqual({
    kernel_shape: { ints: [2, 3] },
    strides: { ints: [1, 1] },
    pads: { ints: [0, 1, 1, 1] },
  })
  expect(attributes('AveragePool')).toEqual({
    kernel_shape: { ints: [3, 3] },
    strides: { ints: [1, 2] },
    pads: { ints: [0, 1, 2, 1] },
    count_include_pad: { int: 0 },
  })
  expect(attributes('MaxPool')).toEqual({
    kernel_shape: { ints: [2, 2] },
    strides: { ints: [2, 2] },
    pads: { ints: [0, 0, 0, 0] },
  })
  expect(attributes('BatchNormalization')).toEqual({ epsilon: { float: 0.25 } })
})

test('"same" is ONNX’s SAME_UPPER', async () => {
  // Not where the stride is larger than the window: onnxruntime then takes SAME_UPPER's padding as negative and fails.
  const axis = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).filter(([k, s]) => s <= k)
  await fc.assert(
    fc.asyncProperty(axis, axis, fc.boolean(), async (vertical, horizontal, pooling) => {
      const kernelSize = [vertical[0], horizontal[0]] as const
      const stride = [vertical[1], horizontal[1]] as const
      const layer: Layer = pooling
        ? { type: 'maxPool2d', size: kernelSize, stride, padding: 'same' }
        : { type: 'conv2d', filters: 2, kernelSize, stride, padding: 'same' }
      const model = small([layer, { type: 'flatten' }])
      const file = read(toOnnx(model))
      const nodes = file.graph.nodes.map(({ attributes: { pads, ...attributes }, ...node }) => {
        return { ...node, attributes: pads ? { ...attributes, auto_pad: string('SAME_UPPER') } : attributes }
      })
      const found = []
      for (const bytes of [toOnnx(model), write({ ...file, graph: { ...file.graph, nodes } })]) {
        const loaded = await session(bytes)
        found.push([...(await predict(loaded, pixelsFor(model, 2), [2, 144])).probabilities])
        await loaded.release()
      }
      expect(found[0]).toEqual(found[1])
    }),
    { numRuns: 30 },
  )
})

test('pixels become an image only for layers that see one', () => {
  const net = (layers: Layer[]): Model => {
    const shape = { height: 5, width: 6, channels: 1, channelOrder: 'interleaved' as const }
    return modelOf({ input: { shape, maxValue: 255 }, layers: [...layers, { type: 'dense', units: 3 }] })
  }
  const reshapes = (model: Model, input: 'flat' | 'image') => describe(toOnnx(model, { input })).operators.Reshape ?? 0
  const flat = net([{ type: 'gelu' }, { type: 'dropout', rate: 0.1 }, { type: 'flatten' }])
  expect([reshapes(flat, 'flat'), reshapes(flat, 'image')]).toEqual([0, 1])
  const conv = net([{ type: 'conv2d', filters: 2, kernelSize: 3 }, { type: 'flatten' }])
  expect([reshapes(conv, 'flat'), reshapes(conv, 'image')]).toEqual([2, 2])
  conv.architecture.input.shape.channelOrder = 'planar'
  expect([reshapes(conv, 'flat'), reshapes(conv, 'image')]).toEqual([2, 1])
})

test('the networks that come ready compute what the reference computes', async () => {
  for (const [side, channels] of [
    [28, 1],
    [13, 3],
  ] as const) {
    const shape = { height: side, width: side, channels, channelOrder: 'interleaved' as const }
    const source = { ...digits, shape, classes: Array.from({ length: 10 }, (_, index) => `class ${index}`) }
    for (const net of [cnn(source), resnet(source, { filters: [4, 8] })]) await expectAgreement(modelOf(net), 2, 'flat')
  }
})

test('inputs and outputs have types and a batch that is called N', () => {
  const model = fresh(mlp(digits))
  const outputs = [
    { name: 'probabilities', dataType: 'float32', dims: ['N', 10] },
    { name: 'label', dataType: 'int64', dims: ['N'] },
  ]
  const input = { name: 'pixels', dataType: 'uint8' }
  expect(describe(toOnnx(model))).toMatchObject({ inputs: [{ ...input, dims: ['N', 784] }], outputs })
  expect(describe(toOnnx(model, { input: 'image' }))).toMatchObject({
    inputs: [{ ...input, dims: ['N', 28, 28, 1] }],
    outputs,
  })
})

test('the metadata says what a reader needs', () => {
  const net = linear({
    ...digits,
    shape: { ...digits.shape, height: 14 },
    maxValue: 16,
    classes: ['naïve', '"quoted"'],
  })
  expect(readMetadata(toOnnx(fresh(net, ['naïve', '"quoted"'])))).toEqual({
    'pixelrow.format': '1',
    'pixelrow.architecture':
      '{"input":{"shape":{"height":14,"width":28,"channels":1,"channelOrder":"interleaved"},"maxValue":16},' +
      '"layers":[{"type":"flatten"},{"type":"dense","units":2}]}',
    'pixelrow.parameters': '["1.weight","1.bias"]',
    'pixelrow.classes': '["naïve","\\"quoted\\""]',
    'pixelrow.shape': '{"height":14,"width":28,"channels":1,"channelOrder":"interleaved"}',
    'pixelrow.max_value': '16',
  })
})

test('equal models give equal bytes, whatever order their fields and weights were written in; files pass the checker', () => {
  fc.assert(
    fc.property(models, ({ architecture, weights, classes }) => {
      const bytes = toOnnx({ architecture, weights, classes })
      const { input, layers } = architecture
      const again = {
        classes: [...classes],
        weights: Object.fromEntries(Object.entries(weights).reverse()),
        architecture: { layers: layers.map((layer) => ({ ...layer })), input: { ...input } },
      }
      expect(Buffer.compare(toOnnx(again), bytes)).toBe(0)
      check(read(bytes))
    }),
    { numRuns: 50 },
  )
})

test('one changed weight changes the file', () => {
  const model = fresh(linear(digits))
  const bytes = toOnnx(model)
  model.weights['1.bias']!.data[9]! += 2 ** -20
  expect(Buffer.compare(toOnnx(model), bytes)).not.toBe(0)
})

test('parameters that are equal in every value keep their own names', () => {
  const model = fresh(mlp(digits, { hidden: [10, 10] }))
  for (const { data } of Object.values(model.weights)) data.fill(0)
  const names = read(toOnnx(model)).graph.initializers.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(Object.keys(model.weights)))
})

test('a model that does not hold together is not written', () => {
  const model = fresh(linear(digits))
  expect(() => toOnnx({ ...model, classes: ['a', 'b'] })).toThrow(ModelError)
  expect(() => toOnnx({ ...model, weights: {} })).toThrow(/weights lack 1.weight/)
})
