import { describe, ExportError, fromOnnx, toOnnx } from '@pixelrow/export'
import { type Layer, type Model, mlp, resnet } from '@pixelrow/model'
import { read, write } from '@pixelrow/onnx'
import { readMetadata } from '@pixelrow/onnx/metadata'
import { expect, test } from 'vitest'
import { modelOf } from './models.ts'

const digits = {
  shape: { height: 12, width: 12, channels: 1, channelOrder: 'interleaved' as const },
  maxValue: 255,
  classes: ['zero', 'one', 'two'],
}

/** A model of these layers over images of 2×6×6, as if trained. */
function small(layers: Layer[]): Model {
  const shape = { height: 6, width: 6, channels: 2, channelOrder: 'planar' as const }
  return modelOf({ input: { shape, maxValue: 255 }, layers: [...layers, { type: 'dense', units: 3 }] })
}

const conv: Layer = { type: 'conv2d', filters: 4, kernelSize: 3 }
const norm: Layer = { type: 'batchNorm' }
const flatten: Layer = { type: 'flatten' }

const norms = (model: Model) => describe(toOnnx(model)).operators.BatchNormalization ?? 0

function bits({ weights }: Model) {
  return Object.entries(weights).map(([name, { data }]) => [name, [...new Uint32Array(data.slice().buffer)]])
}

function expectBack(model: Model) {
  const back = fromOnnx(toOnnx(model))
  expect(bits(back)).toEqual(bits(model))
  expect(back.architecture).toEqual(model.architecture)
}

test('a normalisation right after a convolution or a dense layer is in their weights, dropout between them or not', () => {
  expect(norms(small([conv, norm, flatten]))).toBe(0)
  expect(norms(small([conv, { type: 'dropout', rate: 0.5 }, norm, flatten]))).toBe(0)
  expect(norms(small([flatten, { type: 'dense', units: 5, bias: false }, norm]))).toBe(0)
  expect(norms(modelOf(resnet(digits)))).toBe(0)
})

test('elsewhere it stays: padding, a function or a sum is between', () => {
  expect(norms(small([norm, conv, flatten]))).toBe(1)
  expect(norms(small([conv, { type: 'relu' }, norm, flatten]))).toBe(1)
  expect(norms(small([conv, flatten, norm]))).toBe(1)
  expect(norms(small([conv, norm, norm, flatten]))).toBe(1)
  expect(
    norms(small([{ type: 'residual', layers: [{ ...conv, filters: 2, padding: 'same' }, norm] }, norm, flatten])),
  ).toBe(1)
})

test('what the weights were before takes a tenth of a file, not a second half', () => {
  const model = modelOf(resnet(digits, { filters: [32, 64] }))
  const values = Object.values(model.weights).reduce((sum, { data }) => sum + data.length, 0)
  expect(toOnnx(model).length).toBeLessThan(1.1 * 4 * values + 20_000)
  expectBack(model)
})

test('a model without anything to fold carries nothing', () => {
  expect('pixelrow.unfolded' in readMetadata(toOnnx(modelOf(mlp(digits))))).toBe(false)
})

test.each<[string, (model: Model) => void]>([
  ['a channel that was pruned', ({ weights }) => weights['1.weight']!.data.fill(0, 0, 1)],
  ['a scale of minus zero', ({ weights }) => weights['1.weight']!.data.set([-0, -1, 1e30, 1e-30])],
  ['weights of almost zero', ({ weights }) => weights['0.weight']!.data.set([1e-45, -1e-40, -0, 0])],
])('%s comes back, every bit', (_, change) => {
  const model = small([conv, norm, flatten])
  change(model)
  expectBack(model)
})

test('a variance below zero, of which the file would be made of NaN, is refused by the weight', () => {
  const model = small([conv, norm, flatten])
  model.weights['1.runningVariance']!.data.set([-1])
  expect(() => toOnnx(model)).toThrow(/^The folded weights’ 0\.weight holds NaN at 0; expected finite numbers/)
})

test('every scale rounds its own way, and all come back', () => {
  for (let seed = 0; seed < 40; seed++) {
    const model = small([{ ...conv, filters: 16 }, norm, flatten])
    const scale = model.weights['1.weight']!.data
    scale.set(scale.map((value, at) => value * 1.37 ** (seed + at - 20) * (at % 2 ? -1 : 1)))
    expectBack(model)
    expect(readMetadata(toOnnx(model))['pixelrow.unfolded']).toContain('"0.weight":{"steps"')
  }
})

test.each([
  ['null', /no object/],
  ['[1]', /no object/],
  ['{"0.weight": {"steps": 1}}', /no object/],
  ['{}', /1.weight/],
  ['{"0.weight": {"steps": "AAAA"}}', /0.weight without 1.weight/],
  ['{"0.weight": {"float32": "AAAA"}}', /0.weight as 4×2×3×3 float32/],
  ['{"0.weight": {"float32": "????"}}', /0.weight as 4×2×3×3 float32/],
])('metadata that keeps something else is refused: %s', (kept, message) => {
  const file = read(toOnnx(small([conv, norm, flatten])))
  const changed = write({ ...file, metadata: { ...file.metadata, 'pixelrow.unfolded': kept } })
  expect(() => fromOnnx(changed)).toThrow(message)
})

test('a normalisation that is not the one in the weights is refused', () => {
  const model = small([conv, norm, flatten])
  const other = structuredClone(model)
  other.weights['1.bias']!.data[0]! += 1
  const file = read(toOnnx(model))
  const kept = readMetadata(toOnnx(other))['pixelrow.unfolded']!
  const changed = write({ ...file, metadata: { ...file.metadata, 'pixelrow.unfolded': kept } })
  expect(() => fromOnnx(changed)).toThrow(ExportError)
  expect(() => fromOnnx(changed)).toThrow(/graph is not the one/)
})
