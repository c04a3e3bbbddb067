import type { Node } from '@pixelrow/onnx'
import { integers } from '../../../operators.ts'

/**
 * A convolution as the blocked one sees it: blocks cannot be strided along a row, so the columns are sorted by their remainder (a
 * phase) into channels, and the filters' columns alike. Along a column strides and padding stay.
 */
export interface Geometry {
  batch: number
  channels: number
  filters: number
  input: [number, number]
  output: [number, number]
  kernel: [number, number]
  stride: [number, number]
  /** Top, left, bottom, right. */
  pads: [number, number, number, number]
  /** Remainders of columns that a filter touches. */
  phases: number
  /** Columns of a filter and of the images within a phase. */
  columns: { kernel: number; input: number }
}

/** The geometry of a `Conv`, `ConvGradInput` or `ConvGradWeight` from the images' and the output's dimensions. */
export function geometryOf(
  node: Node,
  images: readonly number[],
  output: readonly number[],
  kernel: number[],
): Geometry {
  const { strides, pads } = node.attributes
  const stride = (strides ? integers(strides) : [1, 1]) as [number, number]
  const phases = Math.min(stride[1], kernel[1]!)
  const columns = Math.ceil(kernel[1]! / stride[1])
  return {
    batch: images[0]!,
    channels: images[1]!,
    filters: output[1]!,
    input: [images[2]!, images[3]!],
    output: [output[2]!, output[3]!],
    kernel: [kernel[0]!, kernel[1]!],
    stride,
    pads: (pads ? integers(pads) : [0, 0, 0, 0]) as Geometry['pads'],
    phases,
    columns: { kernel: columns, input: output[3]! + columns - 1 },
  }
}

/**
 * For each tap of the sorted filters, in the order phase, row, column, its tap among `kernel`'s, or −1 where the sorted ones are larger.
 */
export function sortedTaps({ phases, kernel: [height, width], stride, columns }: Geometry): number[][] {
  return Array.from({ length: phases }, (_, phase) =>
    Array.from({ length: height * columns.kernel }, (_, tap) => {
      const [row, column] = [Math.floor(tap / columns.kernel), tap % columns.kernel]
      const at = column * stride[1] + phase
      return at < width ? row * width + at : -1
    }),
  )
}
