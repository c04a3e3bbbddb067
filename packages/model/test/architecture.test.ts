import {
  type Architecture,
  formatArchitecture,
  linear,
  ModelError,
  mlp,
  outputShapes,
  parameters,
  parseArchitecture,
  resnet,
  validate,
} from '@pixelrow/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { architectures } from './arbitrary.ts'

const digits = {
  shape: { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' as const },
  maxValue: 255,
  classes: [...'0123456789'],
}

function refusal(action: () => unknown): ModelError {
  try {
    action()
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
  throw new Error('was accepted')
}

test('linear and mlp take shape, range and classes from a table', () => {
  const table = { ...digits, pixels: new Uint8Array(784), rows: 1 }
  const input = { shape: digits.shape, maxValue: 255 }
  const out = { type: 'dense', units: 10 }
  expect(linear(table)).toEqual({ input, layers: [{ type: 'flatten' }, out] })
  expect(mlp(table).layers).toEqual([{ type: 'flatten' }, { type: 'dense', units: 60 }, { type: 'relu' }, out])
  expect(mlp(table, { hidden: [] })).toEqual(linear(table))
  expect(mlp(table, { hidden: [8, 4], activation: 'tanh' }).layers.map(({ type }) => type)).toEqual([
    'flatten',
    'dense',
    'tanh',
    'dense',
    'tanh',
    'dense',
  ])
  expect(linear(table).input.shape).not.toBe(table.shape)
})

test('a source without classes, with one, or with a class twice is refused', () => {
  expect(refusal(() => linear({ ...digits, classes: undefined })).message).toMatch(/no classes.*without labels/)
  expect(refusal(() => linear({ ...digits, classes: ['a'] })).message).toMatch(/There are 1 classes; expected 2/)
  expect(refusal(() => linear({ ...digits, classes: ['a', 'b', 'a'] })).message).toMatch(/"a" is listed twice/)
  expect(refusal(() => mlp(digits, { hidden: [60, 0.5] })).message).toMatch(/hidden\[1\] is 0.5; expected a whole/)
})

test('shapes and parameters in layer order', () => {
  const net = mlp(digits)
  expect(outputShapes(net)).toEqual([[784], [60], [60], [10]])
  expect(parameters(net)).toEqual([
    { name: '1.weight', dims: [784, 60], fanIn: 784, trained: true },
    { name: '1.bias', dims: [60], fanIn: 784, trained: true },
    { name: '3.weight', dims: [60, 10], fanIn: 60, trained: true },
    { name: '3.bias', dims: [10], fanIn: 60, trained: true },
  ])
})

test('before the flattening a shape is channels, height, width; a layer without bias has a weight alone', () => {
  const net: Architecture = {
    input: { shape: { height: 4, width: 5, channels: 3, channelOrder: 'planar' }, maxValue: 16 },
    layers: [{ type: 'relu' }, { type: 'flatten' }, { type: 'flatten' }, { type: 'dense', units: 2, bias: false }],
  }
  expect(outputShapes(net)).toEqual([[3, 4, 5], [60], [60], [2]])
  expect(parameters(net)).toEqual([{ name: '3.weight', dims: [60, 2], fanIn: 60, trained: true }])
})

test('a dense layer after an image is refused with index, shapes and the fix', () => {
  const error = refusal(() => validate({ ...linear(digits), layers: [{ type: 'dense', units: 10 }] }))
  expect(error.message).toBe(
    "layer 0 (dense) takes a vector, found an image of 1×28×28 (channels×height×width). Put { type: 'flatten' } before it.",
  )
  expect(error.layer).toBe(0)
})

test('the last layer must give one logit a class', () => {
  const error = refusal(() => validate(mlp(digits), { classes: ['cat', 'dog'] }))
  expect(error.message).toMatch(/layer 3 \(dense\), the last one, gives 10 logits; expected 2.*units: 2/)
  expect(error.layer).toBe(3)
  const image = refusal(() => validate({ ...linear(digits), layers: [{ type: 'relu' }] }))
  expect(image.message).toMatch(/layer 0 \(relu\), the last one, gives an image of 1×28×28/)
})

test('an architecture survives its JSON, whatever the order of its fields', () => {
  fc.assert(
    fc.property(architectures, (net) => {
      const json = formatArchitecture(net)
      expect(parseArchitecture(json)).toEqual(net)
      expect(formatArchitecture(reversed(net) as Architecture)).toBe(json)
    }),
    { numRuns: 50 },
  )
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, field]) => [key, reversed(field)])
  return Object.fromEntries(entries.reverse())
}

const net = mlp(digits)
const hostile: [string, unknown, RegExp][] = [
  ['a number', 7, /The architecture is 7; expected an object with input, layers/],
  ['no layers', { ...net, layers: [] }, /has no layers/],
  ['layers that are no list', { ...net, layers: { 0: { type: 'relu' } } }, /layers is .*expected a list of layers/],
  ['an unknown layer', { ...net, layers: [{ type: 'conv9' }] }, /layer 0 has the type "conv9"; this version .* knows/],
  ['a type from Object', { ...net, layers: [{ type: 'constructor' }] }, /layer 0 has the type "constructor"/],
  ['a layer that is null', { ...net, layers: [null] }, /layer 0 has the type null/],
  ['an unknown option', { ...net, layers: [{ type: 'relu', slope: 1 }] }, /layer 0 \(relu\) has a field "slope"/],
  ['an unknown field', { ...net, evil: 1 }, /The architecture has a field "evil"; expected only input, layers/],
  ['units as text', { ...net, layers: [{ type: 'dense', units: '9' }] }, /layer 0 \(dense\): units is "9"; expected/],
  ['bias as number', { ...net, layers: [{ type: 'dense', units: 9, bias: 0 }] }, /bias is 0; expected true or false/],
  ['no input', { layers: net.layers }, /input is nothing; expected an object/],
  ['range 0', { ...net, input: { ...net.input, maxValue: 0 } }, /input.maxValue is 0; expected a whole .* 1 to 255/],
  ['range 256', { ...net, input: { ...net.input, maxValue: 256 } }, /input.maxValue is 256/],
  [
    'two means',
    { ...net, input: { ...net.input, mean: [0, 1] } },
    /input.mean is \[0,1\]; expected a list of one finite/,
  ],
  ['a std of 0', { ...net, input: { ...net.input, std: [0] } }, /input.std is \[0\]; expected numbers above 0/],
  ['a std lost in float32', { ...net, input: { ...net.input, std: [1e-50] } }, /input.std is \[1e-50\]; expected/],
  [
    'no such order',
    { ...net, input: { shape: { ...digits.shape, channelOrder: 'bgr' }, maxValue: 1 } },
    /"bgr"; expected/,
  ],
  [
    'no height',
    { ...net, input: { shape: { width: 2 }, maxValue: 1 } },
    /input.shape.height is nothing; expected a whole/,
  ],
  [
    'too many pixels',
    { ...net, input: { shape: { height: 65535, width: 65535, channels: 9, channelOrder: 'planar' }, maxValue: 1 } },
    /number of pixel values is 38653/,
  ],
]

test.each(hostile)('JSON of unknown origin is refused: %s', (_, value, message) => {
  expect(refusal(() => parseArchitecture(JSON.stringify(value))).message).toMatch(message)
})

test('text that is not JSON is refused, and __proto__ is a field like any other', () => {
  expect(refusal(() => parseArchitecture('{')).message).toMatch(/The architecture is not JSON/)
  expect(refusal(() => parseArchitecture('{"__proto__": {}, "layers": []}')).message).toMatch(/field "__proto__"/)
})

test('whatever the JSON says, it is read or refused, never another error', () => {
  const net = resnet(digits)
  const path = fc.constantFrom(
    'input',
    'layers',
    'input.shape',
    'input.maxValue',
    'input.mean',
    'layers.0',
    'layers.0.kernelSize',
    'layers.0.padding',
    'layers.1.epsilon',
    'layers.5.layers',
    'layers.5.shortcut',
    'layers.5.layers.0.filters',
    'layers.5.shortcut.0.stride',
    'layers.10.units',
  )
  fc.assert(
    fc.property(path, fc.jsonValue(), (path, value) => {
      const json = JSON.stringify(changed(net, path.split('.'), value))
      try {
        validate(parseArchitecture(json))
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError)
      }
    }),
    { numRuns: 300 },
  )
})

function changed(object: unknown, [first, ...rest]: string[], value: unknown): unknown {
  const copy = structuredClone(object) as Record<string, unknown>
  copy[first!] = rest.length === 0 ? value : changed(copy[first!], rest, value)
  return copy
}
