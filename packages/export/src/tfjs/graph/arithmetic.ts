import { float } from '@pixelrow/onnx'
import { clip, type Operand as Data, isSignal, nary, scalar, unary } from '../elementwise.ts'
import { alike, beside, constant, emit, type Signal, type Site } from '../signal.ts'
import { product } from '../sizes.ts'
import { floatAttribute } from './graphdef.ts'
import {
  asSignal,
  type Call,
  dataOf,
  isSizes,
  numberAt,
  type Operand,
  type Rule,
  type Sizes,
  signalOf,
  sizesOf,
  tensorAt,
} from './operand.ts'

/** Data of two operands, of which at least one is a signal. */
function operands(call: Call, count = call.inputs.length): Data[] {
  const list = Array.from({ length: count }, (_, at) => dataOf(call, at))
  return list.some(isSignal) ? list : [asSignal(call.site, list[0]!, 'input_0'), ...list.slice(1)]
}

/** An operator of two operands; of sizes it is computed here. */
function binary(opType: string, whole?: (a: number, b: number) => number): Rule {
  return (call) => ofSizes(call, whole) ?? nary(call.site, opType, operands(call, 2))
}

function ofSizes({ inputs }: Call, whole?: (a: number, b: number) => number): Sizes | undefined {
  if (!whole || !inputs.some(isSizes)) return constantSizes(inputs, whole)
  const [a, b] = inputs.map(sizesOf)
  return a && b && combined(a, b, whole)
}

/** Two constants of whole numbers, from which shapes are computed. */
function constantSizes(inputs: readonly Operand[], whole?: (a: number, b: number) => number): Sizes | undefined {
  const [a, b] = inputs.map(sizesOf)
  return whole && a && b && a.sizes.length <= 8 && b.sizes.length <= 8 ? combined(a, b, whole) : undefined
}

function combined(a: Sizes, b: Sizes, whole: (a: number, b: number) => number): Sizes {
  const length = Math.max(a.sizes.length, b.sizes.length)
  const sizes = Array.from({ length }, (_, at) => {
    const [left, right] = [a.sizes[at] ?? a.sizes[0]!, b.sizes[at] ?? b.sizes[0]!]
    if (typeof left === 'number' && typeof right === 'number') return whole(left, right)
    return whole === multiply ? product([left, right]) : ''
  })
  return { sizes, scalar: a.scalar && b.scalar }
}

const multiply = (a: number, b: number) => a * b

function single(opType: string): Rule {
  return (call) => unary(call.site, opType, signalOf(call, 0))
}

/** A rule of one signal. */
function of(lower: (site: Site, x: Signal, call: Call) => Signal): Rule {
  return (call) => lower(call.site, signalOf(call, 0), call)
}

const square = (site: Site, x: Signal) => nary(site, 'Mul', [x, x])

/** Functions of each element. */
export const functions: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    'Relu Sigmoid Tanh Elu Selu Softplus Softsign Exp Log Sqrt Abs Neg Floor Ceil Round Sign Erf Reciprocal Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh'
      .split(' ')
      .map((name) => [name, single(name)]),
  ),
  Inv: single('Reciprocal'),
  IsNan: single('IsNaN'),
  LogicalNot: single('Not'),
  Relu6: of((site, x) => clip(site, x, 0, 6)),
  ClipByValue: of((site, x, call) => clip(site, x, numberAt(call, 1, 'lower bound'), numberAt(call, 2, 'upper bound'))),
  LeakyRelu: of((site, x, { node }) =>
    unary(site, 'LeakyRelu', x, { alpha: float(floatAttribute(node, 'alpha', 0.2)) }),
  ),
  Prelu: of((_, x, call) => prelu(call, x, 1)),
  Rsqrt: of((site, x) => unary(site, 'Reciprocal', unary(site, 'Sqrt', x))),
  Square: of(square),
  Log1p: of((site, x) => unary(site, 'Log', nary(site, 'Add', [x, scalar(1)]))),
  Expm1: of((site, x) => nary(site, 'Sub', [unary(site, 'Exp', x), scalar(1)])),
  ZerosLike: of((site, x) => nary(site, 'Mul', [x, scalar(0)])),
  OnesLike: of((site, x) => nary(site, 'Add', [nary(site, 'Mul', [x, scalar(0)]), scalar(1)])),
}

/** A slope of the negative values, constant and of the image's shape or broadcast to it. */
export function prelu(call: Call, x: Signal, at: number): Signal {
  const slope = constant(call.site, 'alpha', beside(x, tensorAt(call, at, 'slope')))
  return alike(x, emit(call.site, 'PRelu', [x.value, slope]))
}

function boolean(opType: string): Rule {
  return (call) => nary(call.site, opType, operands(call, 2))
}

/** Operators of two operands and more. */
export const combinations: Readonly<Record<string, Rule>> = {
  Add: binary('Add', (a, b) => a + b),
  AddV2: binary('Add', (a, b) => a + b),
  Sub: binary('Sub', (a, b) => a - b),
  Mul: binary('Mul', multiply),
  RealDiv: binary('Div'),
  Div: binary('Div'),
  Maximum: binary('Max', Math.max),
  Minimum: binary('Min', Math.min),
  Pow: binary('Pow'),
  FloorDiv: floorDiv,
  FloorMod: floorMod,
  DivNoNan: divNoNan,
  SquaredDifference: (call) => square(call.site, nary(call.site, 'Sub', operands(call, 2))),
  AddN: (call) => operands(call).reduce((sum, each) => nary(call.site, 'Add', [sum, each])),
  Equal: boolean('Equal'),
  NotEqual: (call) => unary(call.site, 'Not', nary(call.site, 'Equal', operands(call, 2))),
  Greater: boolean('Greater'),
  GreaterEqual: boolean('GreaterOrEqual'),
  Less: boolean('Less'),
  LessEqual: boolean('LessOrEqual'),
  LogicalAnd: boolean('And'),
  LogicalOr: boolean('Or'),
  Select: (call) => nary(call.site, 'Where', operands(call, 3)),
  SelectV2: (call) => nary(call.site, 'Where', operands(call, 3)),
}

function floorDiv(call: Call): Operand {
  const whole = ofSizes(call, (a, b) => Math.floor(a / b))
  return whole ?? unary(call.site, 'Floor', nary(call.site, 'Div', operands(call, 2)))
}

function floorMod(call: Call): Operand {
  const whole = ofSizes(call, (a, b) => a - b * Math.floor(a / b))
  if (whole) return whole
  const [a, b] = operands(call, 2) as [Data, Data]
  const rounded = unary(call.site, 'Floor', nary(call.site, 'Div', [a, b]))
  return nary(call.site, 'Sub', [a, nary(call.site, 'Mul', [rounded, b])])
}

/** 0 where the divisor is 0. */
function divNoNan(call: Call): Operand {
  const [a, b] = operands(call, 2) as [Data, Data]
  const zero = nary(call.site, 'Equal', [asSignal(call.site, b, 'divisor'), scalar(0)])
  return nary(call.site, 'Where', [zero, scalar(0), nary(call.site, 'Div', [a, b])])
}
