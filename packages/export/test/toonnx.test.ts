import { describe, toOnnx } from '@pixelrow/export'
import { type Architecture, initialize, linear, type Model, ModelError, mlp } from '@pixelrow/model'
import { check, read } from '@pixelrow/onnx'
import { readMetadata } from '@pixelrow/onnx/metadata'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { models, pixelsFor, uniform } from './models.ts'
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
    expect(worst, `row ${row}`).toBeLessThan(1e-5)
    expect(found.labels[row]).toBe(probabilities.indexOf(Math.max(...probabilities)))
  }
}

test('onnxruntime computes what a float64 reference computes, for any shape, range, channels and layers', async () => {
  await fc.assert(
    fc.asyncProperty(models, fc.constantFrom('flat' as const, 'image' as const), async (model, input) => {
      await expectAgreement(model, 1, input)
      await expectAgreement(model, 257, input)
    }),
    { numRuns: 25 },
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
    'dense_1 = dense_1/Gemm(input/scaled,1.weight,1.bias)',
    'relu_2 = relu_2/Relu(dense_1)',
    'dense_3 = dense_3/Gemm(relu_2,3.weight,3.bias)',
    'probabilities = probabilities/Softmax(dense_3)',
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
