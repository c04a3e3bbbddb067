import { sizeOf, type Tensor, type TensorData } from '@pixelrow/onnx'

/** The elements of an output by where each comes from in the input. */
export function moved(data: TensorData, size: number, from: (at: number) => number): TensorData {
  const result = new (data.constructor as new (length: number) => Uint8Array)(size)
  const source = data as Uint8Array
  for (let at = 0; at < size; at++) result[at] = source[from(at)]!
  return result
}

/** How far apart neighbours of each axis are. */
export function stridesOf(dims: readonly number[]): number[] {
  return dims.map((_, axis) => sizeOf(dims.slice(axis + 1)))
}

/** From a place in a shape to a place elsewhere: `start`, and a step for each axis. */
export function mapped(dims: readonly number[], steps: readonly number[], start = 0): (at: number) => number {
  const strides = stridesOf(dims)
  return (at) => {
    let place = start
    for (let axis = 0; axis < dims.length; axis++) {
      place += (Math.floor(at / strides[axis]!) % dims[axis]!) * steps[axis]!
    }
    return place
  }
}

/** Where the element of a broadcast shape comes from in a tensor of these sizes. */
export function broadcastFrom(from: readonly number[], to: readonly number[]): (at: number) => number {
  const strides = stridesOf(from)
  const steps = to.map((_, axis) => {
    const own = axis - to.length + from.length
    return own < 0 || from[own] === 1 ? 0 : strides[own]!
  })
  return mapped(to, steps)
}

/** The axes in another order. */
export function transposed({ dims, data }: Tensor, perm: readonly number[]): TensorData {
  const strides = stridesOf(dims)
  const to = perm.map((axis) => dims[axis]!)
  return moved(
    data,
    sizeOf(dims),
    mapped(
      to,
      perm.map((axis) => strides[axis]!),
    ),
  )
}

/** Tensors one behind the other along an axis. */
export function concatenated(tensors: readonly Tensor[], axis: number, dims: readonly number[]): TensorData {
  const outer = sizeOf(dims.slice(0, axis))
  const all = sizeOf(dims.slice(axis))
  const result = new (tensors[0]!.data.constructor as new (length: number) => Uint8Array)(sizeOf(dims))
  let before = 0
  for (const tensor of tensors) {
    const own = sizeOf(tensor.dims.slice(axis))
    const data = tensor.data as Uint8Array
    for (let row = 0; row < outer; row++) result.set(data.subarray(row * own, (row + 1) * own), row * all + before)
    before += own
  }
  return result
}

/** The slices of an axis that an index names; undefined where one lies outside. */
export function gathered({ dims, data }: Tensor, index: Tensor, axis: number): TensorData | undefined {
  const count = dims[axis]!
  const places = Array.from(index.data as Int32Array, Number).map((at) => (at < 0 ? at + count : at))
  if (places.some((at) => at < 0 || at >= count)) return undefined
  const inner = sizeOf(dims.slice(axis + 1))
  const outer = sizeOf(dims.slice(0, axis))
  return moved(data, outer * places.length * inner, (at) => {
    const row = Math.floor(at / inner)
    return (Math.floor(row / places.length) * count + places[row % places.length]!) * inner + (at % inner)
  })
}

/** Every `steps`-th element of each axis from `starts`. */
export function slicedFrom(
  { dims, data }: Tensor,
  to: readonly number[],
  starts: readonly number[],
  steps: readonly number[],
): TensorData {
  const strides = stridesOf(dims)
  const start = starts.reduce((sum, place, axis) => sum + place * strides[axis]!, 0)
  const apart = steps.map((step, axis) => step * strides[axis]!)
  return moved(data, sizeOf(to), mapped(to, apart, start))
}
