import { clip, concat, nary, scalar, unary } from '../elementwise.ts'
import { matMul } from '../linear.ts'
import { reduce } from '../reduce.ts'
import { expand, reshape } from '../shaping.ts'
import { fail, type Signal, type Site, toPlain } from '../signal.ts'
import { axesOf, axisOf, booleanOf } from './config.ts'
import { type Call, type Rule, rule } from './layer.ts'
import { isKeras } from './writtenby.ts'

function merge(opType: string): Rule {
  return rule((call) => pairwise(call, opType))
}

/** Vectors beside images get axes of size 1 behind the batch, as tfjs gives them. */
function pairwise({ site, inputs }: Call, opType: string): Signal {
  if (inputs.length < 2) fail(site, `it merges at least 2 tensors, found ${inputs.length}.`)
  const rank = Math.max(...inputs.map(({ dims }) => dims.length))
  const same = inputs.map((x) => widened(site, x, rank - x.dims.length))
  return same.slice(1).reduce((sum, x) => nary(site, opType, [sum, x]), same[0]!)
}

function widened(site: Site, x: Signal, count: number): Signal {
  return count > 0
    ? expand(
        site,
        x,
        Array.from({ length: count }, (_, at) => at + 1),
      )
    : x
}

const average = rule((call) => nary(call.site, 'Mul', [pairwise(call, 'Add'), scalar(1 / call.inputs.length)]))

const concatenate = rule(({ site, config, inputs }) => {
  return concat(site, inputs, axisOf(site, config, 'axis', -1))
})

const dot = rule(({ site, config, inputs }) => {
  const [a, b] = inputs
  if (!a || !b || inputs.length > 2) return fail(site, `it multiplies 2 tensors, found ${inputs.length}.`)
  const given = axesOf(site, config, 'axes', -1)
  const counted = (axis: number, { dims }: Signal) => (axis < 0 ? axis + dims.length : axis)
  const axes: [number, number] = [counted(given[0]!, a), counted(given[given.length - 1]!, b)]
  const normalize = booleanOf(site, config, 'normalize', false)
  const unit = (x: Signal, axis: number) => (normalize ? l2(site, x, axis) : x)
  const [x, y] = [unit(a, axes[0]), unit(b, axes[1])]
  return product(site, toPlain(site, x), toPlain(site, y), axes)
})

/** x / √max(Σ x², ε); Keras' ε is smaller than tfjs'. */
function l2(site: Site, x: Signal, axis: number): Signal {
  const squares = reduce(site, 'Sum', nary(site, 'Mul', [x, x]), [axis], true)
  const least = isKeras(site, 'normalize') ? 1e-12 : 1e-7
  return nary(site, 'Div', [x, unary(site, 'Sqrt', clip(site, squares, least, undefined))])
}

function product(site: Site, x: Signal, y: Signal, [axisX, axisY]: [number, number]): Signal {
  const [rankX, rankY] = [x.dims.length, y.dims.length]
  if (rankX > 3 || rankY > 3 || axisX === 0 || axisY === 0) fail(site, 'expected vectors or matrices, not their batch.')
  if (rankX === 2 && rankY === 2) return reduce(site, 'Sum', nary(site, 'Mul', [x, y]), [1], true)
  const a = rankX === 2 ? expand(site, x, [2]) : x
  const b = rankY === 2 ? expand(site, y, [2]) : y
  const matrix = matMul(site, toPlain(site, a), toPlain(site, b), axisX !== 2, axisY === 2)
  if (rankX === rankY) return matrix
  return reshape(site, matrix, [
    matrix.dims[0]!,
    ...matrix.dims.slice(1).filter((_, at) => at !== (rankX === 2 ? 0 : 1)),
  ])
}

/** Layers of several operands. */
export const merges: Readonly<Record<string, Rule>> = {
  Add: merge('Add'),
  Multiply: merge('Mul'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Average: average,
  Concatenate: concatenate,
  Dot: dot,
}
