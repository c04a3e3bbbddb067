import { float32, type GraphBuilder, int, int64, ints, sizeOf, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { integers } from '../../operators.ts'
import type { Lowering } from './lowering.ts'
import { outputPadding } from './output-padding.ts'

/** The pixels and their places. */
export const maxPool: Lowering = ({ g, inputs: [x], attributes }) =>
  g.ops('MaxPool', [x], { ...attributes }, { count: 2 })

/** dx: the gradients added up at the places that were largest. */
export const maxPoolGrad: Lowering = ({ g, inputs }) => {
  const [dy, x, , indices] = operands(inputs, 4, 'MaxPoolGrad')
  const dims = x.dims.map(Number)
  const size = sizeOf(dims)
  const flat = (value: Value) => g.op('Reshape', [value, g.constant(int64([-1]))])
  const zeros = g.op('Expand', [g.constant(float32([0])), g.constant(int64([size]))])
  const sums = g.op('ScatterElements', [zeros, flat(indices), flat(dy)], { axis: int(0), reduction: { string: 'add' } })
  return [g.op('Reshape', [sums, g.constant(int64(dims))])]
}

/** dx: where windows tile the image each value is spread over its window, else a transposed convolution with ones does it. */
export const averagePoolGrad: Lowering = ({ g, inputs, attributes }) => {
  const [dy] = operands(inputs, 1, 'AveragePoolGrad')
  const { kernel_shape, strides, pads, input_shape } = attributes
  const windows = {
    kernel: integers(kernel_shape),
    stride: integers(strides),
    pad: integers(pads),
    size: integers(input_shape),
  }
  const { kernel, stride, size } = windows
  const output = dy.dims.slice(2).map(Number)
  const tiles = kernel.every((length, i) => length === stride[i] && output[i]! * length === size[i])
  return [tiles ? spread(g, dy, kernel) : scatter(g, dy, windows)]
}

function spread(g: GraphBuilder, dy: Value, kernel: number[]): Value {
  const [batch, channels, height, width] = dy.dims.map(Number) as [number, number, number, number]
  const [tall, wide] = kernel as [number, number]
  const share = g.op('Mul', [dy, g.constant(float32(1 / (tall * wide)))])
  const apart = g.op('Reshape', [share, g.constant(int64([batch * channels * height, 1, width, 1]))])
  const filled = g.op('Expand', [apart, g.constant(int64([batch * channels * height, tall, width, wide]))])
  return g.op('Reshape', [filled, g.constant(int64([batch, channels, height * tall, width * wide]))])
}

interface Windows {
  kernel: number[]
  stride: number[]
  pad: number[]
  size: number[]
}

function scatter(g: GraphBuilder, dy: Value, { kernel, stride, pad, size }: Windows): Value {
  const channels = Number(dy.dims[1])
  const output = dy.dims.slice(2).map(Number)
  const counts = output.map((length, i) =>
    Array.from({ length }, (_, at) => {
      const start = at * stride[i]! - pad[i]!
      return Math.min(start + kernel[i]!, size[i]!) - Math.max(start, 0)
    }),
  )
  const shares = counts[0]!.flatMap((rows) => counts[1]!.map((columns) => 1 / (rows * columns)))
  const ones = g.constant(float32(new Array(channels * kernel[0]! * kernel[1]!).fill(1), [channels, 1, ...kernel]))
  const shared = g.op('Mul', [dy, g.constant(float32(shares, [1, 1, ...output]))])
  return g.op('ConvTranspose', [shared, ones], {
    group: int(channels),
    kernel_shape: ints(kernel),
    strides: ints(stride),
    pads: ints(pad),
    output_padding: ints(outputPadding(size, output, { kernel, strides: stride, pads: pad })),
  })
}
