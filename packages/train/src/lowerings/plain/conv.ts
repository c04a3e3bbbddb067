import { type GraphBuilder, int32, int64, ints, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { integers } from '../../operators.ts'
import type { Lowering } from './lowering.ts'
import { outputPadding } from './output-padding.ts'

/** dx: for stride 1 a convolution of dy with the filters turned around, else a transposed convolution. */
export const convGradInput: Lowering = ({ g, inputs, attributes }) => {
  const [dy, w] = operands(inputs, 2, 'ConvGradInput')
  const [strides, pads] = [integers(attributes.strides), integers(attributes.pads)]
  const size = integers(attributes.input_shape)
  const kernel = w.dims.slice(2).map(Number)
  const output = dy.dims.slice(2).map(Number)
  if (strides.every((stride) => stride === 1)) {
    const turned = [
      ...pads.slice(0, 2).map((pad, i) => kernel[i]! - 1 - pad),
      ...pads.slice(2).map((pad, i) => kernel[i]! - 1 - pad),
    ]
    if (turned.every((pad) => pad >= 0))
      return [g.op('Conv', [dy, turnFilters(g, w)], { kernel_shape: ints(kernel), pads: ints(turned) })]
  }
  return [
    g.op('ConvTranspose', [dy, w], {
      kernel_shape: ints(kernel),
      strides: ints(strides),
      pads: ints(pads),
      output_padding: ints(outputPadding(size, output, { kernel, strides, pads })),
    }),
  ]
}

/** Filters `[K, C, kh, kw]` as `[C, K, kh, kw]`, mirrored in both directions. */
function turnFilters(g: GraphBuilder, w: Value): Value {
  const [filters, channels, height, width] = w.dims.map(Number) as [number, number, number, number]
  const flat = g.op('Reshape', [w, g.constant(int64([filters, channels, height * width]))])
  const backwards = Array.from({ length: height * width }, (_, i) => height * width - 1 - i)
  const mirrored = g.op('Gather', [flat, g.constant(int32(backwards))], { axis: { int: 2 } })
  const turned = g.op('Transpose', [mirrored], { perm: ints([1, 0, 2]) })
  return g.op('Reshape', [turned, g.constant(int64([channels, filters, height, width]))])
}

/**
 * dw: a convolution over the images in which dy is the filter and the batch takes the channels' place, dilated by the stride. The
 * channels are interleaved into the width (and the dilation), which makes one wide image of them: onnxruntime is twice as fast on it.
 */
export const convGradWeight: Lowering = ({ g, inputs, attributes }) => {
  const [x, dy] = operands(inputs, 2, 'ConvGradWeight')
  const [strides, pads] = [integers(attributes.strides), integers(attributes.pads)]
  const kernel = integers(attributes.kernel_shape)
  const [batch, channels, height, width] = x.dims.map(Number) as [number, number, number, number]
  const [filters, ...output] = dy.dims.slice(1).map(Number) as [number, number, number]
  const size = [height, width]
  // What of the image, from its start, the windows reached: less than all of it leaves end padding negative.
  const ends = size.map((length, i) => kernel[i]! + strides[i]! * (output[i]! - 1) - length - pads[i]!)
  const used = size.map((length, i) => length + Math.min(0, ends[i]!))
  const image = used.every((length, i) => length === size[i]) ? x : crop(g, x, used)
  const wide = g.op('Reshape', [
    g.op('Transpose', [image], { perm: ints([0, 2, 3, 1]) }),
    g.constant(int64([1, batch, used[0]!, used[1]! * channels])),
  ])
  const product = g.op('Conv', [wide, g.op('Transpose', [dy], { perm: ints([1, 0, 2, 3]) })], {
    kernel_shape: ints(output),
    dilations: ints([strides[0]!, strides[1]! * channels]),
    pads: ints([pads[0]!, pads[1]! * channels, Math.max(0, ends[0]!), Math.max(0, ends[1]!) * channels]),
  })
  const split = g.op('Reshape', [product, g.constant(int64([filters, kernel[0]!, kernel[1]!, channels]))])
  return [g.op('Transpose', [split], { perm: ints([0, 3, 1, 2]) })]
}

function crop(g: GraphBuilder, x: Value, size: number[]): Value {
  return g.op('Slice', [x, g.constant(int64([0, 0])), g.constant(int64(size)), g.constant(int64([2, 3]))])
}
