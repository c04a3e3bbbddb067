import { imageSizes } from '../../image-sizes.ts'
import type { Tensor } from '../library.ts'
import type { Ops } from '../ops.ts'

/** Strides and the padding at the beginning and the end of rows and columns, as ONNX lists them. */
export interface Windows {
  strides: number[]
  pads: number[]
}

/** Images `[N, C, H, W]` as `[N, H, W, C]`, the only order in which all of TensorFlow's CPU kernels work. */
export const channelsLast = (ops: Ops, x: Tensor) => ops.transpose(x, [0, 2, 3, 1])
export const channelsFirst = (ops: Ops, x: Tensor) => ops.transpose(x, [0, 3, 1, 2])

/**
 * Images, channels last, with their padding: tfjs's kernels for gradients and pooling know no explicit one, so that all of them work on
 * padded images as they are.
 */
export function padded(ops: Ops, x: Tensor, { pads }: Windows, value = 0): Tensor {
  const [top, left, bottom, right] = pads as [number, number, number, number]
  if (pads.every((pad) => pad === 0)) return x
  return ops.pad(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  )
}

/** The shape of images `[N, H, W, C]` once they are padded. */
export function paddedShape(dims: readonly number[], { pads }: Windows): number[] {
  const [batch, height, width, channels] = imageSizes({ dims })
  const [top, left, bottom, right] = pads as [number, number, number, number]
  return [batch, height + top + bottom, width + left + right, channels]
}

/** Cuts the padding off again. */
export function unpadded(ops: Ops, x: Tensor, [height, width]: readonly number[], { pads }: Windows): Tensor {
  if (pads.every((pad) => pad === 0)) return x
  return ops.slice(x, [0, pads[0]!, pads[1]!, 0], [x.shape[0]!, height!, width!, x.shape[3]!])
}
