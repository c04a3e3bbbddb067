import { sizeOf, type Tensor, type TensorData } from '@pixelrow/onnx'

/** The permutation that undoes another. */
export function inverse(perm: readonly number[]): number[] {
  const result = new Array<number>(perm.length)
  perm.forEach((axis, at) => {
    result[axis] = at
  })
  return result
}

/** The axes of tfjs' order as they lie channels first: `[0, 3, 1, 2]` for a rank of 4. */
export function firstOrder(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, at) => at + 1)]
}

/** A constant with its axes in another order: axis `at` of the result is axis `perm[at]` of the tensor. */
export function permuted(tensor: Tensor, perm: readonly number[]): Tensor {
  const dims = perm.map((axis) => tensor.dims[axis]!)
  if (perm.every((axis, at) => axis === at)) return { ...tensor, dims }
  const source = tensor.data as Float32Array
  const data = new (source.constructor as Float32ArrayConstructor)(source.length)
  const strides = perm.map((axis) => sizeOf(tensor.dims.slice(axis + 1)))
  copy(source, data, dims, strides)
  return { ...tensor, dims, data: data as TensorData }
}

/** Counts through the result in order and keeps the place in the source beside it. */
function copy(source: Float32Array, target: Float32Array, dims: readonly number[], strides: readonly number[]): void {
  const index = new Array<number>(dims.length).fill(0)
  let from = 0
  for (let at = 0; at < target.length; at++) {
    target[at] = source[from]!
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      if (++index[axis]! < dims[axis]!) break
      from -= strides[axis]! * dims[axis]!
      index[axis] = 0
    }
  }
}
