import { integer, integers } from '../../operators.ts'
import type { Form } from './form.ts'

/** As in ONNX: 0 keeps the input's length, −1 takes what is left. */
const reshape: Form = ({ ops, inputs: [x], numbers }) => {
  const dims = numbers(1)!.map((length, axis) => (length === 0 ? x!.shape[axis]! : length))
  const known = dims.reduce((product, length) => (length < 0 ? product : product * length), 1)
  return [
    ops.reshape(
      x!,
      dims.map((length) => (length < 0 ? x!.size / known : length)),
    ),
  ]
}

const transpose: Form = ({ ops, inputs: [x], attributes: { perm } }) => [
  ops.transpose(x!, perm ? integers(perm) : x!.shape.map((_, axis) => x!.shape.length - 1 - axis)),
]

const expand: Form = ({ ops, inputs: [x], numbers }) => {
  const dims = numbers(1)!
  const from = [...new Array<number>(dims.length - x!.shape.length).fill(1), ...x!.shape]
  const reps = dims.map((length, axis) => (from[axis] === 1 ? length : 1))
  return [ops.run('Tile', { x: ops.reshape(x!, from) }, { reps })]
}

/** Without axes it sums over all. */
const reduceSum: Form = ({ ops, inputs: [x], numbers, attributes: { keepdims } }) => {
  const axes = numbers(1) ?? x!.shape.map((_, axis) => axis)
  return [ops.sum(x!, [...axes], keepdims === undefined || integer(keepdims) === 1)]
}

export const shapeForms: Readonly<Record<string, Form>> = {
  Expand: expand,
  ReduceSum: reduceSum,
  Reshape: reshape,
  Transpose: transpose,
}
