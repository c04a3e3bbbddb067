import type { Attribute } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { integers } from '../../operators.ts'
import type { Tensor } from '../library.ts'
import type { Ops } from '../ops.ts'
import type { Form } from './form.ts'
import { channelsFirst, channelsLast, padded, paddedShape, unpadded, type Windows } from './images.ts'

interface Pool extends Windows {
  kernel: number[]
}

function poolOf({ kernel_shape, strides, pads }: Readonly<Record<string, Attribute>>): Pool {
  return { kernel: integers(kernel_shape), strides: integers(strides), pads: integers(pads) }
}

const common = ({ kernel, strides }: Pool) => ({ filterSize: kernel, strides, pad: 'valid' })

/** Padding is smaller than any pixel. */
const forMaximum = (ops: Ops, x: Tensor, pool: Pool) => padded(ops, channelsLast(ops, x), pool, -Infinity)

/** The largest pixels; where they are is found again by the gradient. */
const maxPool: Form = ({ ops, inputs, attributes }) => {
  const [x] = operands(inputs, 1, 'MaxPool')
  const pool = poolOf(attributes)
  const y = ops.run('MaxPool', { x: forMaximum(ops, x, pool) }, common(pool))
  return [channelsFirst(ops, y), undefined]
}

/** Of validation alone: training takes a window as large as the image. */
const globalMaxPool: Form = ({ ops, inputs }) => {
  const [x] = operands(inputs, 1, 'GlobalMaxPool')
  const pool = { kernel: x.shape.slice(2), strides: [1, 1], pads: [0, 0, 0, 0] }
  return [channelsFirst(ops, ops.run('MaxPool', { x: forMaximum(ops, x, pool) }, common(pool)))]
}

const maxPoolGrad: Form = ({ ops, inputs, attributes }) => {
  const [dy, x, y] = operands(inputs, 3, 'MaxPoolGrad')
  const pool = poolOf(attributes)
  const given = { dy: channelsLast(ops, dy), input: forMaximum(ops, x, pool), output: channelsLast(ops, y) }
  const dx = ops.run('MaxPoolGrad', given, common(pool))
  return [channelsFirst(ops, unpadded(ops, dx, x.shape.slice(2), pool))]
}

const averagePool: Form = ({ ops, inputs, attributes }) => {
  const [x] = operands(inputs, 1, 'AveragePool')
  const pool = poolOf(attributes)
  const y = ops.run('AvgPool', { x: padded(ops, channelsLast(ops, x), pool) }, common(pool))
  return [channelsFirst(ops, withoutPadding(ops, y, x.shape.slice(2), pool))]
}

const averagePoolGrad: Form = ({ ops, inputs, attributes }) => {
  const [dy] = operands(inputs, 1, 'AveragePoolGrad')
  const pool = poolOf(attributes)
  const size = integers(attributes.input_shape)
  const given = withoutPadding(ops, channelsLast(ops, dy), size, pool)
  // Of the input it takes the shape alone.
  const input = ops.zeros(paddedShape([dy.shape[0]!, ...size, dy.shape[1]!], pool))
  const dx = ops.run('AvgPoolGrad', { dy: given, input }, common(pool))
  return [channelsFirst(ops, unpadded(ops, dx, size, pool))]
}

/** Averages over windows that hold padding as averages over their pixels alone: multiplied by places / pixels. */
function withoutPadding(ops: Ops, y: Tensor, size: readonly number[], { kernel, strides, pads }: Pool): Tensor {
  if (pads.every((pad) => pad === 0)) return y
  const [rows, columns] = [0, 1].map((axis) =>
    Array.from({ length: y.shape[axis + 1]! }, (_, at) => {
      const start = at * strides[axis]! - pads[axis]!
      return kernel[axis]! / (Math.min(start + kernel[axis]!, size[axis]!) - Math.max(start, 0))
    }),
  ) as [number[], number[]]
  const factors = rows.flatMap((row) => columns.map((column) => row * column))
  return ops.mul(y, ops.constant(factors, [1, rows.length, columns.length, 1]))
}

const globalAveragePool: Form = ({ ops, inputs }) => {
  const [x] = operands(inputs, 1, 'GlobalAveragePool')
  return [ops.mean(x, [2, 3], true)]
}

export const poolForms: Readonly<Record<string, Form>> = {
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  MaxPool: maxPool,
  'pixelrow:AveragePoolGrad': averagePoolGrad,
  'pixelrow:MaxPool': maxPool,
  'pixelrow:MaxPoolGrad': maxPoolGrad,
}
