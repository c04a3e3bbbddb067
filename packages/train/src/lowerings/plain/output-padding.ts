/** Rows and columns at the image's end that no window reached: a transposed convolution gives them a gradient of 0. */
export function outputPadding(
  size: readonly number[],
  output: readonly number[],
  { kernel, strides, pads }: Record<'kernel' | 'strides' | 'pads', readonly number[]>,
): number[] {
  return size.map((length, i) => length - ((output[i]! - 1) * strides[i]! + kernel[i]! - pads[i]! - pads[i + 2]!))
}
