/** Operators that treat every number alike, in whatever order they lie. */
export const ELEMENTWISE: ReadonlySet<string> = new Set([
  'Abs',
  'Add',
  'Div',
  'Erf',
  'Exp',
  'HardSigmoid',
  'Identity',
  'Mul',
  'Neg',
  'Reciprocal',
  'Relu',
  'Sigmoid',
  'Sqrt',
  'Sub',
  'Tanh',
])
