import { bool, type Dim, float, float32, graphBuilder, int, int64, ints, string } from '@pixelrow/onnx'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Attributes, b, type Given, i, image, infer } from './operators.ts'

test.each<[opType: string, given: Given[], attributes: Attributes, shapes: string, count?: number]>([
  // Elementwise, with broadcasting of numbers and names.
  ['Add', [['N', 60], [60]], {}, 'float32[N,60]'],
  [
    'Add',
    [
      ['N', 1],
      [1, 'N'],
    ],
    {},
    'float32[N,N]',
  ],
  ['Add', [['N'], ['M']], {}, 'float32[?]'],
  ['Add', [['N'], [7]], {}, 'float32[7]'],
  ['Mul', [[], [2, 3]], {}, 'float32[2,3]'],
  ['Equal', [[4, 1], [5]], {}, 'bool[4,5]'],
  ['And', [b(['N']), b([1])], {}, 'bool[N]'],
  ['Not', [b(['N'])], {}, 'bool[N]'],
  ['Pow', [['N', 2], int64(2)], {}, 'float32[N,2]'],
  ['Where', [b(['N', 1]), [1, 4], float32(0)], {}, 'float32[N,4]'],
  ['Clip', [['N', 4], float32(0), float32(6)], {}, 'float32[N,4]'],
  ['Cast', [['N', 4]], { to: int(7) }, 'int64[N,4]'],
  ['Softmax', [['N', 10]], { axis: int(-1) }, 'float32[N,10]'],
  ['Sum', [['N', 1], [1, 3], [1]], {}, 'float32[N,3]'],
  ['Dropout', [['N', 3]], {}, 'float32[N,3] bool[N,3]', 2],
  ['HardSigmoid', [['N']], { alpha: float(1e30), beta: float(0) }, 'float32[N]'],
  // Products.
  ['Gemm', [['N', 784], [784, 60], [60]], {}, 'float32[N,60]'],
  [
    'Gemm',
    [
      ['N', 784],
      ['N', 60],
    ],
    { transA: int(1) },
    'float32[784,60]',
  ],
  [
    'Gemm',
    [
      ['N', 60],
      [784, 60],
      [1, 1],
    ],
    { transB: int(1) },
    'float32[N,784]',
  ],
  [
    'MatMul',
    [
      ['N', 8, 2, 3],
      [3, 4],
    ],
    {},
    'float32[N,8,2,4]',
  ],
  ['MatMul', [[3], ['N', 3, 4]], {}, 'float32[N,4]'],
  ['MatMul', [[2, 3], [3]], {}, 'float32[2]'],
  ['MatMul', [[3], [3]], {}, 'float32[]'],
  // Images.
  ['Conv', [image, [16, 3, 5, 5], [16]], { strides: ints([2, 2]), pads: ints([2, 2, 2, 2]) }, 'float32[N,16,14,14]'],
  ['Conv', [image, [16, 3, 3, 3]], { dilations: ints([2, 3]) }, 'float32[N,16,24,22]'],
  ['Conv', [image, [6, 1, 3, 3]], { group: int(3), auto_pad: string('SAME_UPPER') }, 'float32[N,6,28,28]'],
  ['Conv', [image, ['K', 3, 3, 3]], { auto_pad: string('VALID') }, 'float32[N,K,26,26]'],
  [
    'Conv',
    [
      ['N', 3, 'H', 9],
      [4, 3, 3, 3],
    ],
    {},
    'float32[N,4,?,7]',
  ],
  [
    'Conv',
    [
      ['N', 3, 9],
      [4, 3, 3],
    ],
    {},
    'float32[N,4,7]',
  ],
  [
    'ConvTranspose',
    [
      ['N', 16, 14, 14],
      [16, 3, 2, 2],
    ],
    { strides: ints([2, 2]) },
    'float32[N,3,28,28]',
  ],
  [
    'ConvTranspose',
    [
      ['N', 16, 7, 7],
      [16, 3, 3, 3],
    ],
    { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]), output_padding: ints([1, 1]) },
    'float32[N,3,14,14]',
  ],
  ['MaxPool', [image], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }, 'float32[N,3,14,14] int64[N,3,14,14]', 2],
  [
    'MaxPool',
    [['N', 3, 5, 5]],
    { kernel_shape: ints([2, 2]), strides: ints([2, 2]), ceil_mode: int(1) },
    'float32[N,3,3,3]',
  ],
  ['AveragePool', [['N', 3, 5, 5]], { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) }, 'float32[N,3,5,5]'],
  ['GlobalAveragePool', [image], {}, 'float32[N,3,1,1]'],
  ['GlobalMaxPool', [['N', 3, 'H', 'W']], {}, 'float32[N,3,1,1]'],
  ['BatchNormalization', [image, [3], [3], [3], [3]], {}, 'float32[N,3,28,28]'],
  ['Resize', [image, undefined, float32([1, 1, 2, 0.5])], {}, 'float32[N,3,56,14]'],
  ['Resize', [image, undefined, undefined, int64([1, 3, 32, 32])], {}, 'float32[1,3,32,32]'],
  // Shapes, with products of names.
  ['Flatten', [image], {}, 'float32[N,2352]'],
  ['Flatten', [image], { axis: int(2) }, 'float32[3*N,784]'],
  ['Flatten', [image], { axis: int(0) }, 'float32[1,2352*N]'],
  ['Reshape', [['N', 28, 28], int64([0, -1])], {}, 'float32[N,784]'],
  ['Reshape', [['N', 28, 28], int64([-1, 784])], {}, 'float32[N,784]'],
  ['Reshape', [['N', 14, 14, 16], int64([-1, 16])], {}, 'float32[196*N,16]'],
  ['Reshape', [['196*N', 16], int64([-1, 14, 14, 16])], {}, 'float32[N,14,14,16]'],
  ['Reshape', [['N', 3], int64([2, -1])], {}, 'float32[2,?]'],
  ['Reshape', [[0, 3], int64([3, 0])], { allowzero: int(1) }, 'float32[3,0]'],
  ['Reshape', [[2, 3], i([3])], {}, 'float32[?,?,?]'],
  ['Transpose', [['N', 2, 3]], {}, 'float32[3,2,N]'],
  ['Transpose', [['N', 2, 3]], { perm: ints([0, 2, 1]) }, 'float32[N,3,2]'],
  ['Squeeze', [['N', 1, 3, 1], int64([1, -1])], {}, 'float32[N,3]'],
  ['Squeeze', [[2, 1, 3, 1]], {}, 'float32[2,3]'],
  ['Squeeze', [['N', 1]], { axes: ints([1]) }, 'float32[N]'],
  ['Unsqueeze', [['N', 3], int64([0, -1])], {}, 'float32[1,N,3,1]'],
  ['Unsqueeze', [['N', 3]], { axes: ints([1]) }, 'float32[N,1,3]'],
  ['Expand', [['N', 1], int64([1, 5])], {}, 'float32[N,5]'],
  ['Expand', [['N', 1], i([3])], {}, 'float32[?,?,?]'],
  ['Tile', [['N', 3], int64([2, 2])], {}, 'float32[2*N,6]'],
  ['Shape', [image], {}, 'int64[4]'],
  ['Shape', [image], { start: int(1), end: int(-1) }, 'int64[2]'],
  ['Size', [image], {}, 'int64[]'],
  // Choosing and joining.
  [
    'Concat',
    [
      ['N', 2],
      ['N', 3],
    ],
    { axis: int(1) },
    'float32[N,5]',
  ],
  [
    'Concat',
    [
      ['N', 2],
      ['M', 2],
    ],
    { axis: int(0) },
    'float32[?,2]',
  ],
  [
    'Concat',
    [
      ['N', 2],
      [4, 3],
    ],
    { axis: int(-1) },
    'float32[4,5]',
  ],
  ['Split', [['N', 6]], { axis: int(1) }, 'float32[N,2] float32[N,2] float32[N,2]', 3],
  ['Split', [['N', 6], int64([1, 5])], { axis: int(1) }, 'float32[N,1] float32[N,5]', 2],
  ['Split', [['4*N', 6]], {}, 'float32[2*N,6] float32[2*N,6]', 2],
  ['Split', [[7]], { num_outputs: int(3) }, 'float32[3] float32[3] float32[1]', 3],
  ['Slice', [['N', 10], int64([1]), int64([-1]), int64([1]), int64([2])], {}, 'float32[N,4]'],
  ['Slice', [['N', 10], int64([-1]), int64([-100]), int64([1]), int64([-3])], {}, 'float32[N,4]'],
  ['Slice', [['N', 10], int64([0]), int64([2n ** 63n - 1n]), int64([0])], {}, 'float32[N,10]'],
  ['Slice', [['N', 10], int64([2]), int64([5])], {}, 'float32[?,10]'],
  ['Slice', [['N', 10]], { starts: ints([8]), ends: ints([99]), axes: ints([1]) }, 'float32[N,2]'],
  ['Pad', [['N', 10], int64([0, 1, 0, 2])], {}, 'float32[N,13]'],
  ['Pad', [['N', 10], int64([-1, -3]), undefined, int64([1])], {}, 'float32[N,6]'],
  ['Gather', [[42000, 784], i(['B'])], {}, 'float32[B,784]'],
  ['Gather', [['N', 5, 6], int64(2)], { axis: int(1) }, 'float32[N,6]'],
  ['GatherElements', [['N', 10], i(['N', 1])], { axis: int(1) }, 'float32[N,1]'],
  ['GatherND', [['N', 5, 6], i(['B', 2])], {}, 'float32[B,6]'],
  ['ScatterElements', [[2, 5], i([2, 1]), [2, 1]], { axis: int(1) }, 'float32[2,5]'],
  ['OneHot', [i(['N']), int64(10), float32([0, 1])], {}, 'float32[N,10]'],
  ['OneHot', [i(['N', 2]), i([]), float32([0, 1])], { axis: int(0) }, 'float32[?,N,2]'],
  ['TopK', [['N', 10], int64([3])], {}, 'float32[N,3] int64[N,3]', 2],
  ['NonZero', [[2, 3]], {}, 'int64[2,?]'],
  // Reductions.
  ['ReduceSum', [['N', 3, 4], int64([1])], { keepdims: int(0) }, 'float32[N,4]'],
  ['ReduceSum', [['N', 3]], {}, 'float32[1,1]'],
  ['ReduceSum', [['N', 3]], { noop_with_empty_axes: int(1) }, 'float32[N,3]'],
  ['ReduceSum', [['N', 3], i([1])], {}, 'float32[?,?]'],
  ['ReduceMean', [['N', 3, 4]], { axes: ints([-1, 0]), keepdims: int(0) }, 'float32[3]'],
  ['ReduceLogSumExp', [['N', 3]], { axes: ints([1]) }, 'float32[N,1]'],
  ['ReduceL2', [['N', 3]], { keepdims: int(0) }, 'float32[]'],
  ['ArgMax', [['N', 10]], { axis: int(1), keepdims: int(0) }, 'int64[N]'],
  // Out of nothing.
  ['Constant', [], { value: { tensor: bool([true]) } }, 'bool[1]'],
  ['Constant', [], { value_float: float(1) }, 'float32[]'],
  ['Constant', [], { value_ints: ints([1, 2]) }, 'int64[2]'],
  ['ConstantOfShape', [int64([2, 3])], { value: { tensor: int64([7]) } }, 'int64[2,3]'],
  ['ConstantOfShape', [i([2])], {}, 'float32[?,?]'],
  ['Range', [int64(10), int64(0), int64(-3)], {}, 'int64[4]'],
  ['Range', [i([]), i([]), i([])], {}, 'int64[?]'],
  // Small integers.
  ['QuantizeLinear', [['N', 4], float32(0.1)], {}, 'uint8[N,4]'],
  ['DequantizeLinear', [{ type: 'uint8', dims: ['N', 4] }, float32(0.1)], {}, 'float32[N,4]'],
])('%s, case %#', (opType, given, attributes, shapes, count) => {
  expect(infer(opType, given, attributes, count)).toBe(shapes)
})

const shape = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 })

test('a reshape there and back gives the shape again, whatever N', () => {
  fc.assert(
    fc.property(shape, fc.nat(4), (rest, at) => {
      const dims: Dim[] = rest.toSpliced(at, 0, '' as never).map((dim) => dim || 'N')
      const back = dims.map((dim) => (typeof dim === 'number' ? dim : -1))
      const g = graphBuilder('g')
      const flat = g.op('Reshape', [g.input('x', 'float32', dims), g.constant(int64([-1]))])
      expect(g.op('Reshape', [flat, g.constant(int64(back))]).dims).toEqual(dims)
    }),
  )
})

test('broadcasting gives the shape that the elements have', () => {
  fc.assert(
    fc.property(shape, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.nat(4), (dims, ones, drop) => {
      const other = dims.map((dim, axis) => (ones[axis] ? 1 : dim)).slice(drop)
      const sizes = dims.map((dim, axis) => (axis >= drop || dim ? dim : 1))
      expect(infer('Add', [dims, other])).toBe(`float32[${sizes}]`)
      expect(infer('Add', [other, dims])).toBe(`float32[${sizes}]`)
    }),
  )
})
