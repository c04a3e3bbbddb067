import { unsupported } from '../../error.ts'
import { operands } from '../../operands.ts'
import { integer, integers } from '../../operators.ts'
import type { Form, FormContext } from './form.ts'

/** As in ONNX: 0 keeps the input's length, −1 takes what is left. */
const reshape: Form = ({ ops, inputs, numbers }) => {
  const [x] = operands(inputs, 1, 'Reshape')
  const dims = shapeOf(numbers, 'Reshape').map((length, axis) => (length === 0 ? x.shape[axis]! : length))
  const known = dims.reduce((product, length) => (length < 0 ? product : product * length), 1)
  return [
    ops.reshape(
      x,
      dims.map((length) => (length < 0 ? x.size / known : length)),
    ),
  ]
}

const transpose: Form = ({ ops, inputs, attributes: { perm } }) => {
  const [x] = operands(inputs, 1, 'Transpose')
  return [ops.transpose(x, perm ? integers(perm) : x.shape.map((_, axis) => x.shape.length - 1 - axis))]
}

const expand: Form = ({ ops, inputs, numbers }) => {
  const [x] = operands(inputs, 1, 'Expand')
  const dims = shapeOf(numbers, 'Expand')
  const from = [...new Array<number>(dims.length - x.shape.length).fill(1), ...x.shape]
  const reps = dims.map((length, axis) => (from[axis] === 1 ? length : 1))
  return [ops.run('Tile', { x: ops.reshape(x, from) }, { reps })]
}

/** Without axes it sums over all. */
const reduceSum: Form = ({ ops, inputs, numbers, attributes: { keepdims } }) => {
  const [x] = operands(inputs, 1, 'ReduceSum')
  const axes = numbers(1) ?? x.shape.map((_, axis) => axis)
  return [ops.sum(x, [...axes], keepdims === undefined || integer(keepdims) === 1)]
}

/** The shape that an operator is given as its second input. */
function shapeOf(numbers: FormContext['numbers'], operator: string): readonly number[] {
  const dims = numbers(1)
  if (dims) return dims
  throw unsupported(`${operator} takes a shape that the graph holds.`, { operator })
}

export const shapeForms: Readonly<Record<string, Form>> = {
  Expand: expand,
  ReduceSum: reduceSum,
  Reshape: reshape,
  Transpose: transpose,
}
