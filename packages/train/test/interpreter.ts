import type { Graph, Node } from '@pixelrow/onnx'
import { imageOperators } from './interpreter-images.ts'

/** A float64 array with its shape. */
export interface Array64 {
  dims: number[]
  data: Float64Array
}

export const array64 = (dims: readonly number[], data: ArrayLike<number>): Array64 => ({
  dims: [...dims],
  data: Float64Array.from(data),
})

const size = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1)

/**
 * Runs a not yet lowered graph in float64, one plain loop an operator: the judge of gradients, since finite differences
 * drown in float32's rounding. Slow and simple on purpose; it shares no code with the engine.
 */
export function interpret(graph: Graph, inputs: Record<string, Array64>): Record<string, Array64> {
  const values = new Map(Object.entries(inputs))
  for (const { name, dims, data } of graph.initializers) {
    values.set(name!, array64(dims, Array.from(data as ArrayLike<number | bigint>, Number)))
  }
  for (const node of graph.nodes) {
    const run = operators[node.opType]
    if (!run) throw new Error(`The interpreter has no ${node.opType}.`)
    const results = run(
      node.inputs.map((name) => values.get(name)!),
      attributesOf(node),
    )
    node.outputs.forEach((name, i) => {
      values.set(name, results[i]!)
    })
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, values.get(name)!]))
}

type Attributes = Record<string, number | number[] | undefined>
export type Operator = (inputs: Array64[], attributes: Attributes) => Array64[]

function attributesOf(node: Node): Attributes {
  return Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]) => {
      if ('int' in attribute) return [name, Number(attribute.int)]
      if ('float' in attribute) return [name, attribute.float]
      if ('ints' in attribute) return [name, attribute.ints.map(Number)]
      throw new Error(`The interpreter cannot read attribute ${name}.`)
    }),
  )
}

const map =
  (fn: (x: number) => number): Operator =>
  ([x]) => [array64(x!.dims, x!.data.map(fn))]

/** Element by element over two operands, smaller one stretched as numpy does. */
const zip =
  (fn: (a: number, b: number) => number): Operator =>
  ([a, b]) => {
    const rank = Math.max(a!.dims.length, b!.dims.length)
    const padded = ({ dims }: Array64) => [...Array(rank - dims.length).fill(1), ...dims]
    const [da, db] = [padded(a!), padded(b!)]
    const dims = da.map((dim, i) => Math.max(dim, db[i]))
    const data = Array.from({ length: size(dims) }, (_, flat) => {
      let [ia, ib, rest, sa, sb] = [0, 0, flat, 1, 1]
      for (let axis = rank - 1; axis >= 0; axis--) {
        const at = rest % dims[axis]!
        rest = (rest - at) / dims[axis]!
        if (da[axis] > 1) ia += at * sa
        if (db[axis] > 1) ib += at * sb
        sa *= da[axis]
        sb *= db[axis]
      }
      return fn(a!.data[ia]!, b!.data[ib]!)
    })
    return [array64(dims, data)]
  }

function transpose(x: Array64, perm: number[]): Array64 {
  const strides = x.dims.map((_, axis) => size(x.dims.slice(axis + 1)))
  const dims = perm.map((axis) => x.dims[axis]!)
  const data = Array.from({ length: x.data.length }, (_, flat) => {
    let [rest, from] = [flat, 0]
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += (rest % dims[axis]!) * strides[perm[axis]!]!
      rest = Math.floor(rest / dims[axis]!)
    }
    return x.data[from]!
  })
  return array64(dims, data)
}

const gemm: Operator = ([x, y, c], { transA, transB }) => {
  const a = transA ? transpose(x!, [1, 0]) : x!
  const b = transB ? transpose(y!, [1, 0]) : y!
  const [rows, inner, columns] = [a.dims[0]!, a.dims[1]!, b.dims[1]!]
  const data = Array.from({ length: rows * columns }, (_, flat) => {
    const [i, j] = [Math.floor(flat / columns), flat % columns]
    let sum = 0
    for (let k = 0; k < inner; k++) sum += a.data[i * inner + k]! * b.data[k * columns + j]!
    return sum
  })
  const product = array64([rows, columns], data)
  return c ? zip((p, q) => p + q)([product, c], {}) : [product]
}

const reduceSum: Operator = ([x, axesInput], { keepdims = 1 }) => {
  const axes = axesInput ? [...axesInput.data] : x!.dims.map((_, axis) => axis)
  const kept = x!.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
  const data = new Float64Array(size(kept))
  x!.data.forEach((value, flat) => {
    let [rest, to, stride] = [flat, 0, 1]
    for (let axis = kept.length - 1; axis >= 0; axis--) {
      if (kept[axis]! > 1) to += (rest % x!.dims[axis]!) * stride
      rest = Math.floor(rest / x!.dims[axis]!)
      stride *= kept[axis]!
    }
    data[to]! += value
  })
  return [array64(keepdims ? kept : kept.filter((_, axis) => !axes.includes(axis)), data)]
}

const reshape: Operator = ([x, shape]) => {
  const dims = [...shape!.data].map((dim, i) => (dim === 0 ? x!.dims[i]! : dim))
  const known = size(dims.filter((dim) => dim > 0))
  return [
    array64(
      dims.map((dim) => (dim < 0 ? x!.data.length / known : dim)),
      x!.data,
    ),
  ]
}

const logSoftmax = (x: Array64) => {
  const classes = x.dims[1]!
  const sums = Array.from({ length: x.dims[0]! }, (_, row) =>
    Math.log(x.data.slice(row * classes, (row + 1) * classes).reduce((sum, value) => sum + Math.exp(value), 0)),
  )
  return array64(
    x.dims,
    x.data.map((value, i) => value - sums[Math.floor(i / classes)]!),
  )
}

/** Abramowitz and Stegun's series 7.1.6, which converges everywhere and to all digits near 0. */
function erf(x: number): number {
  let [sum, term] = [0, x]
  for (let n = 0; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    sum += term
    term *= (2 * x * x) / (2 * n + 3)
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** Muon's Newton–Schulz iterations as they are written down. */
function orthogonalize(x: Array64, steps: number, epsilon: number): Array64 {
  const rows = x.dims[0]!
  const product = (a: Array64, b: Array64) => gemm([a, b], {})[0]!
  const add = zip((a, b) => a + b)
  const scale = (a: Array64, factor: number) =>
    array64(
      a.dims,
      a.data.map((value) => value * factor),
    )
  const norm = Math.hypot(...x.data) + epsilon
  let matrix = scale(array64([rows, x.data.length / rows], x.data), 1 / norm)
  for (let step = 0; step < steps; step++) {
    const square = product(matrix, transpose(matrix, [1, 0]))
    const polynomial = add([scale(square, -4.775), scale(product(square, square), 2.0315)], {})[0]!
    matrix = add([scale(matrix, 3.4445), product(polynomial, matrix)], {})[0]!
  }
  return array64(x.dims, matrix.data)
}

const operators: Record<string, Operator> = {
  ...imageOperators,
  Add: zip((a, b) => a + b),
  Sub: zip((a, b) => a - b),
  Mul: zip((a, b) => a * b),
  Div: zip((a, b) => a / b),
  Neg: map((x) => -x),
  Exp: map(Math.exp),
  Sqrt: map(Math.sqrt),
  Relu: map((x) => Math.max(x, 0)),
  Sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  Tanh: map(Math.tanh),
  Erf: map((x) => (x === 0 ? 0 : erf(x))),
  Expand: ([x, shape]) => zip((a) => a)([x!, array64([...shape!.data], new Float64Array(size([...shape!.data])))], {}),
  HardSigmoid: ([x], { alpha, beta }) =>
    map((v) => Math.max(0, Math.min(1, Number(alpha) * v + Number(beta))))([x!], {}),
  Cast: ([x]) => [x!],
  Identity: ([x]) => [x!],
  Orthogonalize: ([x], { steps, epsilon }) => [orthogonalize(x!, Number(steps), Number(epsilon))],
  Gemm: gemm,
  ReduceSum: reduceSum,
  Reshape: reshape,
  Transpose: ([x], { perm }) => [transpose(x!, (perm as number[]) ?? x!.dims.map((_, i) => x!.dims.length - 1 - i))],
  OneHot: ([labels], { classes }) => [
    array64(
      [labels!.dims[0]!, Number(classes)],
      [...labels!.data].flatMap((label) => Array.from({ length: Number(classes) }, (_, k) => (k === label ? 1 : 0))),
    ),
  ],
  SoftmaxCrossEntropy: ([logits, targets, total]) => {
    const logProbabilities = logSoftmax(logits!)
    const sum = logProbabilities.data.reduce((sum, value, i) => sum + value * targets!.data[i]!, 0)
    return [array64([], [-sum / (total ? total.data[0]! : logits!.dims[0]!)]), logProbabilities]
  },
  SoftmaxCrossEntropyGrad: ([logProbabilities, targets, total, dLoss]) => {
    const [rows, classes] = logProbabilities!.dims as [number, number]
    const scale = (dLoss ? dLoss.data[0]! : 1) / (total ? total.data[0]! : rows)
    const rowSum = (row: number) => targets!.data.slice(row * classes, (row + 1) * classes).reduce((a, b) => a + b, 0)
    const difference = (value: number, i: number) =>
      Math.exp(value) * (total ? rowSum(Math.floor(i / classes)) : 1) - targets!.data[i]!
    return [
      array64(
        [rows, classes],
        logProbabilities!.data.map((value, i) => difference(value, i) * scale),
      ),
    ]
  },
}
