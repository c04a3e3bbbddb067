import fc from 'fast-check'
import type { GraphMaker, GraphSource } from './tfjsgraphbuilder.ts'

/** A graph and what it is called. */
export interface GraphCase extends GraphSource {
  name: string
}

const image = [-1, 8, 9, 4]
const row = [-1, 6]

const one = (name: string, inputs: GraphSource['inputs'], build: GraphSource['build']): GraphCase => ({
  name,
  inputs,
  build,
})

const unaries =
  'Relu Relu6 Sigmoid Tanh Elu Selu Softplus Exp Abs Neg Floor Ceil Round Sign Erf Sin Cos Square Softmax LogSoftmax Tan Sinh Cosh Atan Asinh Expm1 ZerosLike OnesLike Reciprocal'

const functions = unaries
  .split(' ')
  .map((op) => one(op, [image], (g, x) => g.node(op, [op === 'Reciprocal' ? positive(g, x) : x])))

const positive = (g: GraphMaker, x: string) => g.node('AddV2', [g.node('Abs', [x]), g.constant([], [0.5])])

const ofPositive = ['Log', 'Sqrt', 'Rsqrt', 'Log1p'].map((op) =>
  one(op, [image], (g, x) => g.node(op, [positive(g, x)])),
)

const binaries = 'Add AddV2 Sub Mul RealDiv Maximum Minimum Pow SquaredDifference FloorDiv FloorMod DivNoNan'.split(' ')
const operands: [string, (g: GraphMaker, x: string, y: string) => string[]][] = [
  ['two images', (g, x, y) => [x, positive(g, y)]],
  ['a number', (g, x) => [x, g.constant([], [0.75])]],
  ['a number for each channel', (g, x) => [x, g.constant([4], [0.5, 1, 2, 3])]],
]

const combinations = binaries.flatMap((op) =>
  operands.map(([kind, of]) =>
    one(`${op} of ${kind}`, [image, image], (g, x, y) => {
      const [a, b] = of(g, x, y) as [string, string]
      return g.node('AddV2', [g.node(op, [op === 'Pow' ? positive(g, a) : a, b]), y])
    }),
  ),
)

const comparisons = 'Equal NotEqual Greater GreaterEqual Less LessEqual'.split(' ').map((op) =>
  one(op, [image, image], (g, x, y) => {
    const [a, b] = [x, y].map((each) => g.node('Round', [g.node('Mul', [each, g.constant([], [2])])])) as [
      string,
      string,
    ]
    return g.node('SelectV2', [g.node(op, [a, b]), x, g.constant([], [7])])
  }),
)

const logic = ['LogicalAnd', 'LogicalOr'].map((op) =>
  one(op, [row, row], (g, x, y) => {
    const [a, b] = [x, y].map((each) => g.node('Greater', [each, g.constant([], [0])])) as [string, string]
    return g.node('Cast', [g.node('LogicalNot', [g.node(op, [a, b])])], {
      SrcT: { type: 'bool' },
      DstT: { type: 'float32' },
    })
  }),
)

const stride = fc.integer({ min: 1, max: 3 })
const padding = fc.constantFrom('SAME', 'VALID')
const size = fc.tuple(stride, stride)

/** Convolutions and poolings with options drawn at random, always the same. */
function drawn<T>(
  name: string,
  count: number,
  seed: number,
  options: fc.Arbitrary<T>,
  build: (g: GraphMaker, x: string, options: T) => string,
) {
  return fc
    .sample(options, { numRuns: count, seed })
    .map((each) => one(`${name} ${JSON.stringify(each)}`, [image], (g, x) => build(g, x, each)))
}

const window = { size, stride, padding }
const moves = ({ stride, padding }: { stride: number; padding: string }) => ({
  strides: [1, stride, stride, 1],
  padding,
  dilations: [1, 1, 1, 1],
  data_format: 'NHWC',
})

const windows: GraphCase[] = [
  ...drawn('Conv2D', 6, 1, fc.record(window), (g, x, each) =>
    g.node('Conv2D', [x, g.constant([...each.size, 4, 5])], { ...moves(each) }),
  ),
  ...drawn('dilated Conv2D', 4, 2, fc.record({ size, padding }), (g, x, each) =>
    g.node('Conv2D', [x, g.constant([...each.size, 4, 5])], {
      ...moves({ ...each, stride: 1 }),
      dilations: [1, 2, 2, 1],
    }),
  ),
  ...drawn('explicitly padded Conv2D', 3, 3, fc.record({ size, stride }), (g, x, each) =>
    g.node('Conv2D', [x, g.constant([...each.size, 4, 5])], {
      ...moves({ ...each, padding: 'EXPLICIT' }),
      explicit_paddings: [0, 0, 1, 0, 2, 1, 0, 0],
    }),
  ),
  ...drawn(
    '_FusedConv2D',
    8,
    4,
    fc.record({ ...window, last: fc.constantFrom('Relu', 'Relu6', 'Elu', 'Sigmoid', 'LeakyRelu', 'Prelu') }),
    (g, x, each) =>
      g.node(
        '_FusedConv2D',
        [
          x,
          g.constant([...each.size, 4, 5]),
          g.constant([5]),
          ...(each.last === 'Prelu' ? [g.constant([1, 1, 5])] : []),
        ],
        {
          ...moves(each),
          fused_ops: ['BiasAdd', each.last],
          num_args: each.last === 'Prelu' ? 2 : 1,
          leakyrelu_alpha: { float: 0.25 },
        },
      ),
  ),
  ...drawn('DepthwiseConv2dNative', 4, 5, fc.record(window), (g, x, each) =>
    g.node('DepthwiseConv2dNative', [x, g.constant([...each.size, 4, 2])], { ...moves(each) }),
  ),
  ...drawn('dilated DepthwiseConv2dNative', 3, 10, fc.record({ size, padding }), (g, x, each) =>
    g.node('DepthwiseConv2dNative', [x, g.constant([...each.size, 4, 2])], {
      ...moves({ ...each, stride: 1 }),
      dilations: [1, 2, 2, 1],
    }),
  ),
  ...drawn('FusedDepthwiseConv2dNative', 4, 6, fc.record(window), (g, x, each) =>
    g.node('FusedDepthwiseConv2dNative', [x, g.constant([...each.size, 4, 1]), g.constant([4])], {
      ...moves(each),
      fused_ops: ['BiasAdd', 'Relu6'],
      num_args: 1,
    }),
  ),
  ...drawn('MaxPool', 4, 7, fc.record(window), (g, x, each) =>
    g.node('MaxPool', [x], { ...moves(each), ksize: [1, ...each.size, 1] }),
  ),
  ...drawn('AvgPool', 4, 8, fc.record(window), (g, x, each) =>
    g.node('AvgPool', [x], { ...moves(each), ksize: [1, ...each.size, 1] }),
  ),
  ...drawn('Conv2DBackpropInput', 4, 9, fc.record({ size, odd: fc.boolean() }), (g, x, { size, odd }) =>
    g.node('Conv2DBackpropInput', [g.ints([2, odd ? 15 : 16, odd ? 17 : 18, 3]), g.constant([...size, 3, 4]), x], {
      ...moves({ stride: 2, padding: 'SAME' }),
    }),
  ),
  ...drawn(
    'ResizeBilinear',
    4,
    10,
    fc.record({ rows: fc.constantFrom(4, 11, 16), columns: fc.constantFrom(5, 18), align_corners: fc.boolean() }),
    (g, x, { rows, columns, align_corners }) =>
      g.node('ResizeBilinear', [x, g.ints([rows, columns])], { align_corners, half_pixel_centers: false }),
  ),
  ...drawn(
    'ResizeNearestNeighbor',
    5,
    11,
    fc.record({ rows: fc.constantFrom(4, 11, 16), columns: fc.constantFrom(5, 18), half_pixel_centers: fc.boolean() }),
    (g, x, { rows, columns, half_pixel_centers }) =>
      g.node('ResizeNearestNeighbor', [x, g.ints([rows, columns])], { align_corners: false, half_pixel_centers }),
  ),
  one('half-pixel ResizeBilinear', [image], (g, x) =>
    g.node('ResizeBilinear', [x, g.ints([13, 5])], { half_pixel_centers: true }),
  ),
]

const batchNorm = ['FusedBatchNorm', 'FusedBatchNormV3'].map((op) =>
  one(op, [image], (g, x) =>
    g.node(op, [x, g.constant([4]), g.constant([4]), g.constant([4]), g.constant([4], [0.5, 1, 2, 3])], {
      epsilon: { float: 0.001 },
      is_training: false,
      data_format: 'NHWC',
    }),
  ),
)

const reductions = ['Mean', 'Sum', 'Max', 'Min', 'Prod'].flatMap((op) =>
  [[1, 2], [3], [-1, 1], [1]].flatMap((axes) =>
    [true, false].map((keep) =>
      one(`${op} along ${axes}${keep ? ', kept' : ''}`, [image], (g, x) => {
        const conv = g.node('Conv2D', [x, g.constant([1, 1, 4, 4])], moves({ stride: 1, padding: 'SAME' }))
        return g.node(op, [conv, g.ints(axes)], { keep_dims: keep })
      }),
    ),
  ),
)

/** Of an image that lies channels first, and as it came. */
const both = (name: string, build: (g: GraphMaker, x: string) => string | readonly string[]): GraphCase[] => [
  one(name, [image], build),
  one(`${name} behind a convolution`, [image], (g, x) =>
    build(g, g.node('Conv2D', [x, g.constant([1, 1, 4, 4])], moves({ stride: 1, padding: 'SAME' }))),
  ),
]

const shapes: GraphCase[] = [
  ...both('Reshape', (g, x) => g.node('Reshape', [x, g.ints([-1, 288])])),
  ...both('Reshape to an image', (g, x) => g.node('Reshape', [x, g.ints([-1, 9, 16, 2])])),
  ...both('Reshape by its own shape', (g, x) => {
    const shape = g.node('Shape', [x])
    const masks = { begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 1 }
    const batch = g.node('StridedSlice', [shape, g.ints([0]), g.ints([1]), g.ints([1])], masks)
    return g.node('Reshape', [x, g.node('Pack', [batch, g.ints(288)], { N: 2, axis: 0 })])
  }),
  ...both('Transpose', (g, x) => g.node('Transpose', [x, g.ints([0, 3, 1, 2])])),
  ...both('Transpose of rows and columns', (g, x) => g.node('Transpose', [x, g.ints([0, 2, 1, 3])])),
  ...both('Squeeze', (g, x) =>
    g.node('Squeeze', [g.node('Mean', [x, g.ints([1, 2])], { keep_dims: true })], { squeeze_dims: [1, 2] }),
  ),
  ...both('ExpandDims', (g, x) => g.node('ExpandDims', [g.node('Mean', [x, g.ints([1, 2])]), g.ints(1)])),
  ...both('ConcatV2', (g, x) => g.node('ConcatV2', [x, g.node('Relu', [x]), g.ints(3)], { N: 2 })),
  ...both('Pack', (g, x) => g.node('Pack', [x, g.node('Relu', [x])], { N: 2, axis: 1 })),
  ...both('Unpack', (g, x) => [g.node('Identity', [`${g.node('Unpack', [x], { num: 4, axis: 3 })}:2`])]),
  ...both('Split', (g, x) => {
    const parts = g.node('Split', [g.ints(3), x], { num_split: 2 })
    return g.node('AddV2', [parts, `${parts}:1`])
  }),
  ...both('SplitV', (g, x) =>
    g.node('Relu', [`${g.node('SplitV', [x, g.ints([2, 6]), g.ints(1)], { num_split: 2 })}:1`]),
  ),
  ...both('Slice', (g, x) => g.node('Slice', [x, g.ints([0, 1, 2, 0]), g.ints([-1, 4, 3, 2])])),
  // With a stride and an axis that goes at once, tfjs takes the wrong places.
  ...both('StridedSlice with an axis that goes', (g, x) =>
    g.node('StridedSlice', [x, g.ints([0, 1, 0, 1]), g.ints([0, 7, 0, 2]), g.ints([1, 1, 1, 1])], {
      begin_mask: 5,
      end_mask: 5,
      ellipsis_mask: 0,
      new_axis_mask: 0,
      shrink_axis_mask: 8,
    }),
  ),
  ...both('StridedSlice with strides', (g, x) =>
    g.node('StridedSlice', [x, g.ints([0, -7, 1, 0]), g.ints([0, -1, 9, 0]), g.ints([1, 2, 3, 1])], {
      begin_mask: 9,
      end_mask: 9,
      ellipsis_mask: 0,
      new_axis_mask: 0,
      shrink_axis_mask: 0,
    }),
  ),
  ...both('GatherV2', (g, x) => g.node('GatherV2', [x, g.ints([3, 0, 0]), g.ints(3)])),
  ...both('Tile', (g, x) => g.node('Tile', [x, g.ints([1, 2, 1, 3])])),
  ...both('Pad', (g, x) => g.node('Pad', [x, g.constant([4, 2], [0, 0, 1, 2, 0, 1, 0, 0], 'int32')])),
  ...both('PadV2', (g, x) =>
    g.node('PadV2', [x, g.constant([4, 2], [0, 0, 1, 2, 0, 1, 2, 0], 'int32'), g.constant([], [3])]),
  ),
  ...both('MirrorPad', (g, x) =>
    g.node('MirrorPad', [x, g.constant([4, 2], [0, 0, 1, 2, 0, 1, 0, 0], 'int32')], { mode: 'REFLECT' }),
  ),
  ...both('ArgMax', (g, x) => g.node('Cast', [g.node('ArgMax', [x, g.ints(-1)])], { DstT: { type: 'float32' } })),
  ...both('BiasAdd', (g, x) => g.node('BiasAdd', [x, g.constant([4])], { data_format: 'NHWC' })),
  ...both('Prelu', (g, x) => g.node('Prelu', [x, g.constant([1, 1, 4])])),
  ...both('LeakyRelu', (g, x) => g.node('LeakyRelu', [x], { alpha: { float: 0.1 } })),
  ...both('ClipByValue', (g, x) => g.node('ClipByValue', [x, g.constant([], [-0.2]), g.constant([], [0.3])])),
  ...both('AddN', (g, x) => g.node('AddN', [x, x, g.node('Relu', [x])], { N: 3 })),
  ...both('LRN', (g, x) =>
    g.node('LRN', [x], { depth_radius: 1, bias: { float: 1 }, alpha: { float: 0.3 }, beta: { float: 0.6 } }),
  ),
  one('DepthToSpace', [image], (g, x) => g.node('DepthToSpace', [x], { block_size: 2, data_format: 'NHWC' })),
  one('dilation by SpaceToBatchND', [[-1, 8, 8, 4]], (g, x) => {
    const apart = g.node('SpaceToBatchND', [x, g.ints([2, 2]), g.constant([2, 2], [2, 2, 2, 2], 'int32')])
    const conv = g.node('Conv2D', [apart, g.constant([3, 3, 4, 3])], moves({ stride: 1, padding: 'VALID' }))
    return g.node('Relu', [g.node('BatchToSpaceND', [conv, g.ints([2, 2]), g.constant([2, 2], [0, 0, 0, 0], 'int32')])])
  }),
]

const matrices: GraphCase[] = [
  ...[true, false].map((transpose_b) =>
    one(`MatMul ${transpose_b}`, [row], (g, x) =>
      g.node('MatMul', [x, g.constant(transpose_b ? [5, 6] : [6, 5])], { transpose_a: false, transpose_b }),
    ),
  ),
  one('_FusedMatMul', [row], (g, x) =>
    g.node('_FusedMatMul', [x, g.constant([6, 5]), g.constant([5])], {
      transpose_a: false,
      transpose_b: false,
      fused_ops: ['BiasAdd', 'Relu'],
      num_args: 1,
    }),
  ),
  one(
    'BatchMatMulV2',
    [
      [-1, 3, 4],
      [-1, 5, 4],
    ],
    (g, x, y) => g.node('BatchMatMulV2', [x, y], { adj_x: false, adj_y: true }),
  ),
  one('a flattened convolution into MatMul', [image], (g, x) => {
    const conv = g.node('Conv2D', [x, g.constant([3, 3, 4, 5])], moves({ stride: 2, padding: 'SAME' }))
    const flat = g.node('Reshape', [g.node('Relu', [conv]), g.ints([-1, 100])])
    return g.node('Softmax', [g.node('MatMul', [flat, g.constant([100, 3])])])
  }),
  one('several outputs', [row], (g, x) => [g.node('Relu', [x]), g.node('Sigmoid', [x]), g.node('Tanh', [x])]),
]

/** Graphs of all supported operators. */
export const graphCases: readonly GraphCase[] = [
  ...functions,
  ...ofPositive,
  ...combinations,
  ...comparisons,
  ...logic,
  ...windows,
  ...batchNorm,
  ...reductions,
  ...shapes,
  ...matrices,
]
