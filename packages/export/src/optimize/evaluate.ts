import {
  type Attribute,
  type DataType,
  dataTypeOf,
  type Node,
  sizeOf,
  type Tensor,
  type TensorData,
  tensor,
} from '@pixelrow/onnx'
import { isA } from '../../../../common/kinds.ts'
import { broadcastFrom, concatenated, gathered, moved, slicedFrom, transposed } from './move.ts'

/** What an operator gives of constants; undefined where it cannot be said exactly. */
type Kernel = (inputs: readonly Tensor[], node: Node, to: Known) => TensorData | undefined

/** A type whose sizes are all known. */
export interface Known {
  dataType: DataType
  dims: readonly number[]
}

/** Types with one number an entry. */
const plain = new Set<DataType>(
  'float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool'.split(' ') as DataType[],
)

/**
 * The result of an operator whose inputs are all constants, in the very bits that a runtime gives: only operators that move
 * elements, and arithmetic that IEEE 754 leaves no choice in. Undefined for all others, and for results larger than
 * their inputs, which would make the file grow.
 */
export function evaluate(node: Node, inputs: readonly Tensor[], to: Known): Tensor | undefined {
  const kernel = Object.hasOwn(kernels, node.opType) ? kernels[node.opType] : undefined
  const size = sizeOf(to.dims)
  const room = Math.max(
    1024,
    inputs.reduce((sum, { data }) => sum + data.length, 0),
  )
  const usable = [...inputs, to].every(({ dataType }) => plain.has(dataType)) && size <= room
  const whole = inputs.every(({ dims, data }) => sizeOf(dims) === data.length)
  if (!kernel || !usable || !whole) return undefined
  const data = kernel(inputs, node, to)
  return data?.length === size ? { dataType: to.dataType, dims: to.dims, data } : undefined
}

/** A kernel of one operand; without it nothing can be said. */
function ofOne(compute: (x: Tensor, node: Node, to: Known) => TensorData | undefined): Kernel {
  return ([x], node, to) => x && compute(x, node, to)
}

const asItIs = ofOne(({ data }) => data)

const kernels: Readonly<Record<string, Kernel>> = {
  Identity: asItIs,
  Reshape: asItIs,
  Flatten: asItIs,
  Squeeze: asItIs,
  Unsqueeze: asItIs,
  Transpose: ofOne((x, { attributes }) =>
    transposed(x, intsOf(attributes.perm) ?? x.dims.map((_, axis) => x.dims.length - 1 - axis)),
  ),
  Concat: (inputs, { attributes }, { dims }) =>
    concatenated(inputs, counted(intOf(attributes.axis) ?? 0, dims.length), dims),
  Gather: ([x, index], { attributes }) =>
    x && index && gathered(x, index, counted(intOf(attributes.axis) ?? 0, x.dims.length)),
  Slice: slice,
  Expand: ofOne((x, _, { dims }) => moved(x.data, sizeOf(dims), broadcastFrom(x.dims, dims))),
  ConstantOfShape: (_, { attributes: { value } }, { dataType, dims }) => {
    const given = value && 'tensor' in value ? value.tensor : tensor(dataType, [0])
    return moved(given.data, sizeOf(dims), () => 0)
  },
  Cast: ofOne((x, { attributes }) => cast(x, dataTypeOf(intOf(attributes.to) ?? 0))),
  Add: arithmetic(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  Sub: arithmetic(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  Mul: arithmetic(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  Div: arithmetic(
    (a, b) => a / b,
    (a, b) => a / b,
  ),
  Neg: ofOne((x) => (isFloat(x) ? (x.data as Float32Array).map((value) => -value) : undefined)),
  Sqrt: ofOne((x) => (isFloat(x) ? (x.data as Float32Array).map(Math.sqrt) : undefined)),
}

function intOf(attribute: Attribute | undefined): number | undefined {
  return attribute && 'int' in attribute ? Number(attribute.int) : undefined
}

function intsOf(attribute: Attribute | undefined): number[] | undefined {
  return attribute && 'ints' in attribute ? attribute.ints.map(Number) : undefined
}

/** An axis counted from the front. */
function counted(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

function numbers(tensor: Tensor | undefined): number[] | undefined {
  return tensor && Array.from(tensor.data as Int32Array, Number)
}

/** Starts, ends, axes and steps are inputs since operator set 10. */
function slice(inputs: readonly Tensor[], _: Node, { dims }: Known): TensorData | undefined {
  const [x, ...rest] = inputs
  const [starts, , axes, steps] = rest.map(numbers)
  if (!x || !starts) return undefined
  const [from, by] = [x.dims.map(() => 0), x.dims.map(() => 1)]
  starts.forEach((start, index) => {
    const axis = counted(axes?.[index] ?? index, x.dims.length)
    const [size, step] = [x.dims[axis]!, steps?.[index] ?? 1]
    by[axis] = step
    from[axis] = Math.max(0, Math.min(start < 0 ? start + size : start, step < 0 ? size - 1 : size))
  })
  return slicedFrom(x, dims, from, by)
}

function isFloat({ dataType }: Tensor): boolean {
  return dataType === 'float32' || dataType === 'float64'
}

/** float32 in float64 and rounded once is float32's own result for these four (Figueroa 1995). */
function arithmetic(real: (a: number, b: number) => number, whole: (a: bigint, b: bigint) => bigint): Kernel {
  return ([a, b], { opType }, { dataType, dims }) => {
    if (!a || !b || a.dataType !== b.dataType) return undefined
    const [left, right] = [broadcastFrom(a.dims, dims), broadcastFrom(b.dims, dims)]
    const size = sizeOf(dims)
    if (isFloat(a)) {
      const [x, y] = [a.data as Float32Array, b.data as Float32Array]
      const result = dataType === 'float32' ? new Float32Array(size) : new Float64Array(size)
      for (let at = 0; at < size; at++) result[at] = real(x[left(at)]!, y[right(at)]!)
      return result
    }
    const [x, y] = [a.data, b.data]
    if (!isA(x, 'BigInt64Array') || !isA(y, 'BigInt64Array')) return undefined
    if (opType === 'Div' && y.includes(0n)) return undefined
    return BigInt64Array.from({ length: size }, (_, at) => whole(x[left(at)]!, y[right(at)]!))
  }
}

/** Between numbers that both types have; what would be rounded in a way of the runtime's own stays. */
function cast({ data }: Tensor, to: DataType): TensorData | undefined {
  const source = data as Float32Array | BigInt64Array
  const limits = Object.hasOwn(exact, to) ? exact[to as keyof typeof exact] : undefined
  if (!limits) return undefined
  const values = Array.from(source as Float32Array, Number)
  if (!values.every((value) => Number.isInteger(value) && Math.abs(value) <= limits)) return undefined
  return tensor(to, values).data
}

/** Whole numbers up to here are the same in each type, whatever it is cast from. */
const exact = { float32: 2 ** 24, float64: 2 ** 53, int32: 2 ** 31 - 1, int64: 2 ** 53 } as const
