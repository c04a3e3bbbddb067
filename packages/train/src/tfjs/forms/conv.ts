import { type Attribute, ints } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { integers } from '../../operators.ts'
import type { Form } from './form.ts'
import { channelsFirst, channelsLast, padded, paddedShape, unpadded, type Windows } from './images.ts'

type Attributes = Readonly<Record<string, Attribute>>

function windowsOf({ strides = ints([1, 1]), pads = ints([0, 0, 0, 0]) }: Attributes): Windows {
  return { strides: integers(strides), pads: integers(pads) }
}

const common = ({ strides }: Windows) => ({ strides, pad: 'valid', dataFormat: 'NHWC', dilations: 1 })

/** Filters `[K, C, h, w]` as TensorFlow has them, `[h, w, C, K]`, and back. */
const FILTERS_LAST = [2, 3, 1, 0]
const FILTERS_FIRST = [3, 2, 0, 1]

const conv: Form = ({ ops, inputs, attributes }) => {
  const [x, w] = operands(inputs, 2, 'Conv')
  const b = inputs[2]
  const windows = windowsOf(attributes)
  const images = padded(ops, channelsLast(ops, x), windows)
  const filter = ops.transpose(w, FILTERS_LAST)
  const y = ops.run('Conv2D', { x: images, filter }, common(windows))
  return [channelsFirst(ops, b ? ops.add(y, b) : y)]
}

const convGradInput: Form = ({ ops, inputs, attributes }) => {
  const [dy, w] = operands(inputs, 2, 'ConvGradInput')
  const windows = windowsOf(attributes)
  const size = integers(attributes.input_shape)
  const inputShape = paddedShape([dy.shape[0]!, ...size, w.shape[1]!], windows)
  const given = { dy: channelsLast(ops, dy), filter: ops.transpose(w, FILTERS_LAST) }
  const dx = ops.run('Conv2DBackpropInput', given, { ...common(windows), inputShape })
  return [channelsFirst(ops, unpadded(ops, dx, size, windows))]
}

const convGradWeight: Form = ({ ops, inputs, attributes }) => {
  const [x, dy] = operands(inputs, 2, 'ConvGradWeight')
  const windows = windowsOf(attributes)
  const filterShape = [...integers(attributes.kernel_shape), x.shape[1]!, dy.shape[1]!]
  const given = { x: padded(ops, channelsLast(ops, x), windows), dy: channelsLast(ops, dy) }
  const dw = ops.run('Conv2DBackpropFilter', given, { ...common(windows), filterShape })
  return [ops.transpose(dw, FILTERS_FIRST)]
}

export const convForms: Readonly<Record<string, Form>> = {
  Conv: conv,
  'pixelrow:ConvGradInput': convGradInput,
  'pixelrow:ConvGradWeight': convGradWeight,
}
