import {
  type Architecture,
  type Layer,
  ModelError,
  outputShapes,
  type Padding,
  parameters,
  parseArchitecture,
  type Size,
  windowOf,
} from '@pixelrow/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { architectures } from './arbitrary.ts'

function net(layers: unknown[]): Architecture {
  const shape = { height: 8, width: 9, channels: 3, channelOrder: 'planar' as const }
  return { input: { shape, maxValue: 255 }, layers: layers as Layer[] }
}

function refusal(layers: unknown[]): ModelError {
  try {
    outputShapes(net(layers))
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
  throw new Error('was accepted')
}

test('shapes of each kind of layer', () => {
  const conv = (options: object) => outputShapes(net([{ type: 'conv2d', filters: 5, kernelSize: 3, ...options }]))[0]
  expect(conv({})).toEqual([5, 6, 7])
  expect(conv({ padding: 'same' })).toEqual([5, 8, 9])
  expect(conv({ padding: 'same', stride: 2 })).toEqual([5, 4, 5])
  expect(conv({ padding: 1, stride: [2, 3] })).toEqual([5, 4, 3])
  expect(conv({ kernelSize: [1, 9] })).toEqual([5, 8, 1])
  expect(conv({ padding: [0, 1, 2, 3] })).toEqual([5, 8, 11])
  const pool = (options: object) => outputShapes(net([{ type: 'maxPool2d', size: 2, ...options }]))[0]
  expect(pool({})).toEqual([3, 4, 4])
  expect(pool({ size: [3, 2] })).toEqual([3, 2, 4])
  expect(pool({ stride: 1 })).toEqual([3, 7, 8])
  expect(pool({ padding: 'same' })).toEqual([3, 4, 5])
  expect(outputShapes(net([{ type: 'globalMaxPool' }, { type: 'batchNorm' }, { type: 'silu' }]))).toEqual([
    [3],
    [3],
    [3],
  ])
  expect(outputShapes(net([{ type: 'dropout', rate: 0.5 }, { type: 'batchNorm' }, { type: 'gelu' }]))[2]).toEqual([
    3, 8, 9,
  ])
})

/** Windows of `kernel` at steps of `stride` that lie inside `size` pixels, counted one by one. */
function counted(size: number, kernel: number, stride: number): number {
  let count = 0
  for (let start = 0; start + kernel <= size; start += stride) count++
  return count
}

test('as many windows as fit; "same" pads the least that gives ceil(size / stride), more at the end', () => {
  const number = fc.integer({ min: 1, max: 7 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), number, number, fc.nat(6), fc.nat(6), (size, kernel, stride, a, b) => {
      const along = (padding: Padding) =>
        windowOf({ type: 'conv2d', filters: 1, kernelSize: [kernel, 1], stride: [stride, 1], padding }, [1, size, 4])
      const given = along([a, 0, b, 0])
      expect([Math.max(given.output[0], 0), given.output[1]]).toEqual([counted(size + a + b, kernel, stride), 4])
      expect(given.padding).toEqual([a, 0, b, 0])
      const { output, padding } = along('same')
      const [top, left, bottom, right] = padding
      expect(output).toEqual([Math.ceil(size / stride), 4])
      expect([left, right, bottom - top === 0 || bottom - top === 1]).toEqual([0, 0, true])
      if (top + bottom > 0) expect(counted(size + top + bottom - 1, kernel, stride)).toBe(output[0] - 1)
    }),
    { numRuns: 300 },
  )
})

test('TensorFlow’s "same": an odd row or column of padding lies at the end', () => {
  const window = (size: Size, stride: Size) =>
    windowOf({ type: 'maxPool2d', size, stride, padding: 'same' }, [1, 28, 7]).padding
  expect(window(3, 2)).toEqual([0, 1, 1, 1])
  expect(window([5, 2], 1)).toEqual([2, 0, 2, 1])
  expect(window(2, 3)).toEqual([0, 0, 1, 1])
  expect(window(1, 3)).toEqual([0, 0, 0, 0])
})

test('arrays in layer order, those inside a residual layer by their path; running statistics are not trained', () => {
  const conv = { type: 'conv2d', filters: 4, kernelSize: [3, 2], padding: 'same' }
  const inner = { type: 'residual', layers: [{ ...conv, bias: false }], shortcut: [conv] }
  const layers = [{ type: 'relu' }, { type: 'residual', layers: [inner, { type: 'batchNorm' }], shortcut: [conv] }]
  const trained = true
  expect(parameters(net([...layers, { type: 'globalAveragePool' }]))).toEqual([
    { name: '1.layers.0.layers.0.weight', dims: [4, 3, 3, 2], fanIn: 18, trained },
    { name: '1.layers.0.shortcut.0.weight', dims: [4, 3, 3, 2], fanIn: 18, trained },
    { name: '1.layers.0.shortcut.0.bias', dims: [4], fanIn: 18, trained },
    { name: '1.layers.1.weight', dims: [4], fanIn: 1, trained },
    { name: '1.layers.1.bias', dims: [4], fanIn: 1, trained },
    { name: '1.layers.1.runningMean', dims: [4], fanIn: 1, trained: false },
    { name: '1.layers.1.runningVariance', dims: [4], fanIn: 1, trained: false },
    { name: '1.shortcut.0.weight', dims: [4, 3, 3, 2], fanIn: 18, trained },
    { name: '1.shortcut.0.bias', dims: [4], fanIn: 18, trained },
  ])
})

test('an architecture’s names are all different and its shapes are positive', () => {
  fc.assert(
    fc.property(architectures, (net) => {
      const names = parameters(net).map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(
        outputShapes(net)
          .flat()
          .every((size) => Number.isInteger(size) && size > 0),
      ).toBe(true)
    }),
    { numRuns: 100 },
  )
})

const conv = { type: 'conv2d', filters: 4, kernelSize: 3 }
const pool = { type: 'maxPool2d', size: 2 }
const inside = (...layers: unknown[]) => [{ type: 'relu' }, { type: 'residual', layers }]

const unfit: [string, unknown[], string, string][] = [
  [
    'a kernel larger than the image',
    [pool, { ...conv, kernelSize: 5 }],
    '1',
    "layer 1 (conv2d) has a window of 5×5, found an image of 3×4×4 (channels×height×width). Use a smaller kernelSize, padding: 'same', or fewer layers that shrink the image.",
  ],
  [
    'a kernel larger than the padded image, inside a residual layer',
    inside({ ...conv, kernelSize: [4, 12], padding: [0, 1, 0, 1] }),
    '1.layers.0',
    'layer 1.layers.0 (conv2d) has a window of 4×12, found an image of 3×8×9 (channels×height×width), 8×11 with its padding.',
  ],
  [
    'a pool too wide',
    [{ ...pool, size: [1, 10] }],
    '0',
    'layer 0 (maxPool2d) has a window of 1×10, found an image of 3×8×9',
  ],
  [
    'a convolution of a vector',
    [{ type: 'flatten' }, conv],
    '1',
    'layer 1 (conv2d) takes an image, found a vector of 216. Put it before the image becomes a vector.',
  ],
  [
    'a pool of a vector',
    [{ type: 'globalMaxPool' }, pool],
    '1',
    'layer 1 (maxPool2d) takes an image, found a vector of 3.',
  ],
  [
    'a global pool of a vector',
    [{ type: 'flatten' }, { type: 'globalAveragePool' }],
    '1',
    'layer 1 (globalAveragePool) takes an image, found a vector of 216.',
  ],
  [
    'a dense layer of an image',
    [conv, { type: 'dense', units: 2 }],
    '1',
    'layer 1 (dense) takes a vector, found an image of 4×6×7',
  ],
  [
    'a branch that changes the shape',
    inside(conv),
    '1',
    'layer 1 (residual): its layers give an image of 4×6×7 (channels×height×width), without a shortcut its input is an image of 3×8×9 (channels×height×width); expected equal shapes. Give it a shortcut',
  ],
  [
    'branches that do not agree',
    [{ type: 'residual', layers: inside({ type: 'residual', layers: [conv], shortcut: [pool] }) }],
    '0.layers.1.layers.0',
    'layer 0.layers.1.layers.0 (residual): its layers give an image of 4×6×7 (channels×height×width), its shortcut gives an image of 3×4×4 (channels×height×width); expected equal shapes.',
  ],
]

test.each(unfit)('layers that do not fit are refused with path, shapes and a fix: %s', (_, layers, path, message) => {
  const error = refusal(layers)
  expect(error.message).toContain(message)
  expect([error.layer, error.path]).toEqual([Number(path.split('.')[0]), path])
})

const wrong: [string, unknown, RegExp][] = [
  ['filters', { ...conv, filters: 0 }, /\(conv2d\): filters is 0; expected a whole number from 1/],
  [
    'no kernel',
    { type: 'conv2d', filters: 2 },
    /\(conv2d\): kernelSize is nothing; expected a whole .* or \[height, width\]/,
  ],
  ['a kernel of three', { ...conv, kernelSize: [1, 2, 3] }, /kernelSize is \[1,2,3\]; expected/],
  ['a stride of 0', { ...conv, stride: [1, 0] }, /stride is \[1,0\]; expected/],
  ['a word as padding', { ...conv, padding: 'full' }, /padding is "full"; expected "same", "valid", a whole/],
  ['a pair as padding', { ...conv, padding: [1, 1] }, /padding is \[1,1\]; expected .*\[top, left, bottom, right\]/],
  ['a negative padding', { ...conv, padding: -1 }, /padding is -1; expected/],
  ['bias as text', { ...conv, bias: 'no' }, /\(conv2d\): bias is "no"; expected true or false/],
  [
    'an unknown field',
    { ...conv, dilation: 2 },
    /\(conv2d\) has a field "dilation"; expected only type, filters, kernelSize/,
  ],
  ['a pool without a size', { type: 'averagePool2d' }, /\(averagePool2d\): size is nothing; expected/],
  [
    'padding of a pool’s size',
    { ...pool, size: [3, 2], padding: 2 },
    /padding is 2 for a size of \[3,2\]; expected less/,
  ],
  ['the same on one side', { ...pool, padding: [0, 0, 0, 2] }, /padding is \[0,0,0,2\] for a size of 2; expected less/],
  ['an option of a global pool', { type: 'globalMaxPool', size: 2 }, /has a field "size"; expected only type/],
  ['an epsilon of 0', { type: 'batchNorm', epsilon: 0 }, /epsilon is 0; expected a number above 0/],
  ['an epsilon lost in float32', { type: 'batchNorm', epsilon: 1e-60 }, /epsilon is 1e-60; expected/],
  ['a momentum above 1', { type: 'batchNorm', momentum: 1.5 }, /momentum is 1.5; expected a number above 0, at most 1/],
  ['a rate of 1', { type: 'dropout', rate: 1 }, /\(dropout\): rate is 1; expected a number from 0 to below 1/],
  ['a rate that float32 makes 1', { type: 'dropout', rate: 1 - 1e-12 }, /rate is 0.999999999999; expected/],
  ['no rate', { type: 'dropout' }, /rate is nothing; expected/],
  ['a residual without layers', { type: 'residual', layers: [] }, /\(residual\) has no layers; expected at least one/],
  [
    'a shortcut that is no list',
    { type: 'residual', layers: [conv], shortcut: conv },
    /shortcut is .*expected a list of layers/,
  ],
]

test.each(wrong)('options that make no sense are refused, also inside a residual layer: %s', (_, layer, message) => {
  expect(refusal([layer])).toMatchObject({ path: '0', message: expect.stringMatching(message) })
  expect(refusal(inside(layer))).toMatchObject({
    path: '1.layers.0',
    layer: 1,
    message: expect.stringMatching(message),
  })
})

test('an unknown layer inside a residual layer, and layers nested without end', () => {
  expect(refusal(inside({ type: 'relu' }, { type: 'attention' })).message).toMatch(
    /layer 1.layers.1 has the type "attention"; this version of @pixelrow\/model knows flatten, dense, conv2d/,
  )
  const deep = (depth: number): string =>
    depth === 0 ? '{"type":"relu"}' : `{"type":"residual","layers":[${deep(depth - 1)}]}`
  const json = (depth: number) => JSON.stringify({ ...net([]), layers: [JSON.parse(deep(depth))] })
  expect(parseArchitecture(json(8)).layers).toHaveLength(1)
  expect(() => parseArchitecture(json(9))).toThrow(/\(residual\) is nested deeper than 8 times/)
  const bottomless = `{"input":${'['.repeat(20_000)}${']'.repeat(20_000)},"layers":[{"type":"relu"}]}`
  expect(() => parseArchitecture(bottomless)).toThrow(ModelError)
})
