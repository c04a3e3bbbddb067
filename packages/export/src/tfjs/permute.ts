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
  const steps = inverse(perm).map((axis) => sizeOf(dims.slice(axis + 1)))
  scatter(source, data, tensor.dims, steps)
  return { ...tensor, dims, data: data as TensorData }
}

/** Walks through the source in order, where the last axis, a layer's channels, is long; `steps` are its axes' in the target. */
function scatter(source: Float32Array, target: Float32Array, dims: readonly number[], steps: readonly number[]): void {
  const [length, step] = [dims.at(-1) ?? 1, steps.at(-1) ?? 1]
  const index = new Array<number>(dims.length).fill(0)
  let to = 0
  for (let from = 0; from < source.length; from += length) {
    for (let at = 0; at < length; at++) target[to + at * step] = source[from + at]!
    for (let axis = dims.length - 2; axis >= 0; axis--) {
      to += steps[axis]!
      if (++index[axis]! < dims[axis]!) break
      to -= steps[axis]! * dims[axis]!
      index[axis] = 0
    }
  }
}
