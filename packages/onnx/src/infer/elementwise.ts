import { dataTypeOf } from '../datatypes.ts'
import { broadcast, compatible } from '../dims.ts'
import type { DataType, Value } from '../types.ts'
import { assertSameType, axisOf, type InferRule, type Inputs, intOf, type Rules, required, type } from './rule.ts'

/** One input, and an output like it. */
const unary: InferRule = (inputs) => {
  const x = required(inputs, 0)
  return [type(x.dataType, x.dims)]
}

/** As `unary`, with an axis that must exist. */
const alongAxis =
  (fallback: number): InferRule =>
  (inputs, attributes) => {
    const x = required(inputs, 0)
    if (x.dims.length) axisOf(intOf(attributes, 'axis', fallback), x.dims.length)
    return [type(x.dataType, x.dims)]
  }

function all(inputs: Inputs): Value[] {
  if (inputs.length === 0) throw new Error('it needs at least one input')
  return inputs.map((_, index) => required(inputs, index))
}

/** Any number of inputs of one type, broadcast. */
const variadic: InferRule = (inputs) => {
  const values = all(inputs)
  assertSameType(...values)
  return [type(values[0]!.dataType, broadcast(...values.map(({ dims }) => dims)))]
}

const binary: InferRule = (inputs, ...rest) => {
  required(inputs, 1)
  return variadic(inputs.slice(0, 2), ...rest)
}

const comparison: InferRule = (...context) => [type('bool', binary(...context)[0]!.dims)]

function assertBool(value: Value): void {
  if (value.dataType !== 'bool')
    throw new Error(`%${value.name} is ${value.dataType}, expected bool; put a Cast in front`)
}

const logical: InferRule = (...context) => {
  const [a, b] = [required(context[0], 0), required(context[0], 1)]
  assertBool(a)
  assertBool(b)
  return comparison(...context)
}

const not: InferRule = (inputs) => {
  const x = required(inputs, 0)
  assertBool(x)
  return [type('bool', x.dims)]
}

const isKind: InferRule = (inputs) => [type('bool', required(inputs, 0).dims)]

/** The exponent may have a type of its own. */
const pow: InferRule = (inputs) => {
  const [x, exponent] = [required(inputs, 0), required(inputs, 1)]
  return [type(x.dataType, broadcast(x.dims, exponent.dims))]
}

const where: InferRule = (inputs) => {
  const [condition, a, b] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)]
  assertBool(condition)
  assertSameType(a, b)
  return [type(a.dataType, broadcast(condition.dims, a.dims, b.dims))]
}

/** Bounds come as attributes until opset 10, then as scalar inputs of the same type. */
const clip: InferRule = (inputs, ...rest) => {
  assertSameType(...inputs)
  return unary(inputs, ...rest)
}

const prelu: InferRule = (inputs) => {
  const [x, slope] = [required(inputs, 0), required(inputs, 1)]
  assertSameType(x, slope)
  // Before opset 7 a slope of rank 1 was one number a channel.
  const perChannel = slope.dims.length === 1 && compatible(slope.dims[0]!, x.dims[1] ?? 1)
  if (!perChannel) broadcast(x.dims, slope.dims)
  return [type(x.dataType, x.dims)]
}

const cast: InferRule = (inputs, attributes) => {
  const x = required(inputs, 0)
  const code = intOf(attributes, 'to', 0)
  const dataType: DataType = dataTypeOf(code)
  if (dataType === 'undefined')
    throw new Error(`attribute "to" is ${code}, expected an element type's number, e.g. 1 for float32`)
  return [type(dataType, x.dims)]
}

const castLike: InferRule = (inputs) => [type(required(inputs, 1).dataType, required(inputs, 0).dims)]

/** The mask, where asked for, is bool. */
const dropout: InferRule = (inputs, _attributes, _constantOf, outputs) => {
  const x = required(inputs, 0)
  return [type(x.dataType, x.dims), type('bool', x.dims)].slice(0, outputs)
}

function table(rule: InferRule, names: string): [string, InferRule][] {
  return names.split(' ').map((name) => [name, rule])
}

/** Operators whose output has the shape of their broadcast inputs. */
export const elementwise: Rules = Object.fromEntries([
  ...table(
    unary,
    'Neg Abs Sqrt Exp Log Relu Sigmoid Tanh HardSigmoid HardSwish LeakyRelu Elu Selu Celu Gelu Mish Swish',
  ),
  ...table(unary, 'Softplus Softsign ThresholdedRelu Shrink Erf Sign Floor Ceil Round Identity Reciprocal BitwiseNot'),
  ...table(unary, 'Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh CumSum Trilu LRN LpNormalization'),
  ...table(alongAxis(-1), 'Softmax LogSoftmax Hardmax'),
  ...table(binary, 'Add Sub Mul Div Mod BitShift BitwiseAnd BitwiseOr BitwiseXor'),
  ...table(variadic, 'Max Min Sum Mean'),
  ...table(comparison, 'Equal Less Greater LessOrEqual GreaterOrEqual'),
  ...table(logical, 'And Or Xor'),
  ...table(isKind, 'IsNaN IsInf'),
  ['Not', not],
  ['Pow', pow],
  ['Where', where],
  ['Clip', clip],
  ['PRelu', prelu],
  ['Cast', cast],
  ['CastLike', castLike],
  ['Dropout', dropout],
])
