import { type Dim, int, int64, type Tensor } from '@pixelrow/onnx'
import { cast, concat } from '../elementwise.ts'
import { along, argReduce, type Reduction, reduce } from '../reduce.ts'
import { expand, pad, reshape, slice, squeeze, tile, transpose } from '../shaping.ts'
import { alike, constant, emit, emitAll, fail, physical, plain, type Signal, toPlain } from '../signal.ts'
import { product } from '../sizes.ts'
import { boolAttribute, intAttribute, intsAttribute, textAttribute, typeAttribute } from './graphdef.ts'
import {
  type Call,
  dataOf,
  isSizes,
  numberAt,
  numbersAt,
  type Operand,
  operandOf,
  plainOf,
  type Rule,
  type Sizes,
  signalOf,
  sizesAt,
  sizesOf,
  tensorAt,
} from './operand.ts'

const list = (sizes: readonly Dim[]): Sizes => ({ sizes, scalar: false })
const single = (size: Dim): Sizes => ({ sizes: [size], scalar: true })

/** A rule that computes sizes here, and anything else by operators. */
function orSizes(compute: (sizes: Sizes, call: Call) => Sizes | undefined, otherwise: Rule): Rule {
  return (call) => {
    const sizes = call.inputs[0] && sizesOf(call.inputs[0])
    return (sizes && compute(sizes, call)) ?? otherwise(call)
  }
}

const unchanged: Rule = (call) => operandOf(call, 0)

function reduction(kind: Reduction): Rule {
  return (call) => {
    const axes = numbersAt(call, 1, 'axes')
    const keep = boolAttribute(call.node, 'keep_dims') || boolAttribute(call.node, 'keepdims')
    const sizes = call.inputs[0] && sizesOf(call.inputs[0])
    if (kind === 'Prod' && sizes) return single(product(sizes.sizes))
    const x = signalOf(call, 0)
    return axes.length ? reduce(call.site, kind, x, axes, keep) : x
  }
}

/** All or Any, as the smallest or largest of 0 and 1. */
function logical(kind: 'Min' | 'Max'): Rule {
  const numeric = reduction(kind)
  return (call) => {
    const numbers = cast(call.site, signalOf(call, 0), 'float32')
    const result = numeric({ ...call, inputs: [numbers, ...call.inputs.slice(1)] }) as Signal
    return cast(call.site, result, 'bool')
  }
}

function extreme(opType: 'ArgMax' | 'ArgMin'): Rule {
  return (call) => {
    const index = argReduce(call.site, opType, signalOf(call, 0), numberAt(call, 1, 'axis'))
    return cast(call.site, index, 'int32')
  }
}

const castRule: Rule = orSizes(
  (sizes, { node }) => (typeAttribute(node, 'DstT') === 'int32' ? sizes : undefined),
  (call) => {
    const to = typeAttribute(call.node, 'DstT')
    return to ? cast(call.site, signalOf(call, 0), to) : fail(call.site, 'it casts to a type that tfjs does not have.')
  },
)

const gather: Rule = (call) => {
  const [axis = 0] = call.inputs.length > 2 ? numbersAt(call, 2, 'axis') : []
  const sizes = call.inputs[0] && sizesOf(call.inputs[0])
  const places = call.inputs[1] && sizesOf(call.inputs[1])
  if (sizes && places && !sizes.scalar) {
    const chosen = places.sizes.map((at) => sizes.sizes.at(at as number) ?? '')
    return { sizes: chosen, scalar: places.scalar }
  }
  if (intAttribute(call.node, 'batch_dims')) fail(call.site, 'batch_dims is not supported; expected 0.')
  const [x, indices] = [plainOf(call, 0), plainOf(call, 1)]
  return plain(emit(call.site, 'Gather', [x.value, indices.value], { axis: int(physical(x, axis)) }))
}

const pack: Rule = (call) => {
  const parts = call.inputs.map(sizesOf)
  const axis = intAttribute(call.node, 'axis')
  if (parts.every((part) => part !== undefined) && parts.every(({ scalar }) => scalar))
    return list(parts.flatMap(({ sizes }) => sizes))
  const wide = call.inputs.map((_, at) => expand(call.site, signalOf(call, at), [axis]))
  return concat(call.site, wide, axis)
}

const unpack: Rule = (call) => {
  const x = signalOf(call, 0)
  const axis = intAttribute(call.node, 'axis')
  const size = x.dims.at(axis)
  if (typeof size !== 'number') return fail(call.site, `it splits an axis of unknown size, of [${x.dims}].`)
  return parts(call, x, axis, new Array<number>(size).fill(1)).map((part) => squeeze(call.site, part, [axis]))
}

function parts({ site }: Call, x: Signal, axis: number, sizes: readonly number[]): Signal[] {
  if (sizes.length === 1) return [x]
  const source = x.layout === 'flat' ? toPlain(site, x) : x
  const split = constant(site, 'split', int64(sizes))
  const values = emitAll(site, 'Split', [source.value, split], { axis: int(physical(source, axis)) }, sizes.length)
  return values.map((value) => alike(source, value))
}

const split: Rule = (call) => {
  const x = signalOf(call, 1)
  const axis = numberAt(call, 0, 'axis')
  const [size, pieces] = [x.dims.at(axis), intAttribute(call.node, 'num_split', 1)]
  if (typeof size !== 'number' || size % pieces)
    return fail(call.site, `[${x.dims}] does not split into ${pieces} parts.`)
  return parts(call, x, axis, new Array<number>(pieces).fill(size / pieces))
}

const splitV: Rule = (call) => {
  const x = signalOf(call, 0)
  const [sizes, axis] = [numbersAt(call, 1, 'sizes'), numberAt(call, 2, 'axis')]
  const rest = (x.dims.at(axis) as number) - sizes.reduce((sum, size) => sum + Math.max(size, 0), 0)
  return parts(
    call,
    x,
    axis,
    sizes.map((size) => (size < 0 ? rest : size)),
  )
}

const concatenated = (call: Call, operands: readonly Operand[], axis: number): Operand => {
  const all = operands.map(sizesOf)
  if (all.every((part) => part !== undefined)) {
    const constants = axis === 0 && all.every(({ scalar }) => !scalar)
    if (constants || operands.some(isSizes)) return list(all.flatMap(({ sizes }) => sizes))
  }
  return concat(
    call.site,
    operands.map((_, at) => dataOf({ ...call, inputs: operands }, at)),
    axis,
  )
}

const sliced: Rule = orSizes(
  ({ sizes }, call) => {
    const [[from = 0], [length = -1]] = [numbersAt(call, 1, 'begin'), numbersAt(call, 2, 'size')]
    return list(sizes.slice(from, length < 0 ? undefined : from + length))
  },
  (call) => {
    const x = signalOf(call, 0)
    const [starts, lengths] = [numbersAt(call, 1, 'begin'), numbersAt(call, 2, 'size')]
    const axes = starts.flatMap((start, axis) =>
      start === 0 && (lengths[axis]! < 0 || lengths[axis] === x.dims[axis]) ? [] : [axis],
    )
    if (axes.length === 0) return x
    const ends = axes.map((axis) => (lengths[axis]! < 0 ? Number.MAX_SAFE_INTEGER : starts[axis]! + lengths[axis]!))
    return slice(call.site, x, { axes, starts: axes.map((axis) => starts[axis]!), ends })
  },
)

/** begin:end:stride of each axis, and bits that say which of them count. */
function stridesOf(call: Call) {
  const [begins, ends, steps] = ['begin', 'end', 'strides'].map((what, at) => numbersAt(call, at + 1, what)) as [
    number[],
    number[],
    number[],
  ]
  const bit = (name: string, axis: number) => ((intAttribute(call.node, name) >> axis) & 1) === 1
  if (intAttribute(call.node, 'ellipsis_mask')) fail(call.site, 'an ellipsis among its axes is not supported.')
  return begins.map((begin, axis) => {
    const step = steps[axis]!
    const one = bit('shrink_axis_mask', axis)
    const start = bit('begin_mask', axis) && !one ? (step > 0 ? 0 : Number.MAX_SAFE_INTEGER) : begin
    const open = bit('end_mask', axis) && !one
    const end = open ? (step > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER) : ends[axis]!
    const single = one ? (begin === -1 ? Number.MAX_SAFE_INTEGER : begin + 1) : end
    return { start, end: single, step, one, added: bit('new_axis_mask', axis) }
  })
}

const stridedSlice: Rule = orSizes(
  ({ sizes }, call) => {
    const [range] = stridesOf(call)
    if (!range || range.added || range.step !== 1) return undefined
    const part = sizes.slice(range.start, range.end)
    return range.one ? single(part[0] ?? '') : list(part)
  },
  (call) => {
    const ranges = stridesOf(call)
    if (ranges.some(({ added }) => added)) fail(call.site, 'a new axis among its axes is not supported.')
    const whole = ({ start, end, step }: (typeof ranges)[number]) =>
      start === 0 && end === Number.MAX_SAFE_INTEGER && step === 1
    const axes = ranges.flatMap((range, axis) => (whole(range) ? [] : [axis]))
    const pick = (field: 'start' | 'end' | 'step') => axes.map((axis) => ranges[axis]![field])
    const x = signalOf(call, 0)
    const part = axes.length
      ? slice(call.site, x, { axes, starts: pick('start'), ends: pick('end'), steps: pick('step') })
      : x
    const gone = ranges.flatMap(({ one }, axis) => (one ? [axis] : []))
    return gone.length ? squeeze(call.site, part, gone) : part
  },
)

const padded: Rule = (call) => {
  const x = signalOf(call, 0)
  const pairs = numbersAt(call, 1, 'paddings')
  const mirror = call.node.op === 'MirrorPad'
  if (mirror && textAttribute(call.node, 'mode') !== 'REFLECT')
    fail(call.site, 'it mirrors with the edge twice; expected REFLECT.')
  const value = call.node.op === 'PadV2' ? numberAt(call, 2, 'value') : 0
  const side = (offset: number) => x.dims.map((_, axis) => pairs[2 * axis + offset]!)
  return pad(call.site, x, [side(0), side(1)], { mode: mirror ? 'reflect' : 'constant', value })
}

const squeezed: Rule = orSizes(
  (sizes) => (sizes.scalar ? undefined : single(sizes.sizes[0]!)),
  (call) => {
    const x = signalOf(call, 0)
    const given = [...intsAttribute(call.node, 'squeeze_dims'), ...intsAttribute(call.node, 'axis')]
    const axes = given.length ? given : x.dims.flatMap((dim, axis) => (dim === 1 ? [axis] : []))
    return squeeze(call.site, x, axes)
  },
)

const fill: Rule = (call) => {
  const [sizes, value] = [sizesAt(call, 0, 'shape'), tensorAt(call, 1, 'value')]
  if (!sizes.every((size) => typeof size === 'number'))
    return fail(call.site, 'it fills a shape that is known only when it runs. Pass inputShapes.')
  const total = sizes.reduce((total, size) => total * size, 1)
  if (value.dataType === 'int32' && sizes.length <= 1)
    return { sizes: new Array<number>(total).fill(Number(value.data[0])), scalar: sizes.length === 0 }
  const data = new (value.data.constructor as Float32ArrayConstructor)(total).fill(value.data[0] as number)
  return { dataType: value.dataType, dims: sizes as number[], data } as Tensor
}

const broadcastTo: Rule = (call) => {
  const [x, sizes] = [plainOf(call, 0), sizesAt(call, 1, 'shape')]
  // 1 keeps what the input has, whatever that is.
  const numbers = sizes.map((size) => (typeof size === 'number' ? size : 1))
  return plain(emit(call.site, 'Expand', [x.value, constant(call.site, 'shape', int64(numbers))]))
}

/** Operators that change shapes and choose elements. */
export const shapes: Readonly<Record<string, Rule>> = {
  Identity: unchanged,
  IdentityN: ({ inputs }) => [...inputs],
  StopGradient: unchanged,
  Snapshot: unchanged,
  PreventGradient: unchanged,
  CheckNumerics: unchanged,
  Shape: (call) => list(shapeOf(call)),
  Rank: (call) => single(shapeOf(call).length),
  Size: (call) => single(product(shapeOf(call))),
  Reshape: orSizes(
    ({ sizes }, call) => {
      const target = sizesAt(call, 1, 'shape')
      return target.length < 2 ? { sizes, scalar: target.length === 0 } : undefined
    },
    (call) =>
      reshape(
        call.site,
        signalOf(call, 0),
        sizesAt(call, 1, 'shape').map((size) => (size === '' ? -1 : size)),
      ),
  ),
  Squeeze: squeezed,
  ExpandDims: orSizes(
    (sizes) => (sizes.scalar ? list(sizes.sizes) : undefined),
    (call) => expand(call.site, signalOf(call, 0), [numberAt(call, 1, 'axis')]),
  ),
  Transpose: (call) => transpose(call.site, signalOf(call, 0), numbersAt(call, 1, 'order of axes')),
  ConcatV2: (call) => concatenated(call, call.inputs.slice(0, -1), numberAt(call, call.inputs.length - 1, 'axis')),
  Concat: (call) => concatenated(call, call.inputs.slice(1), numberAt(call, 0, 'axis')),
  Pack: pack,
  Unpack: unpack,
  Split: split,
  SplitV: splitV,
  Slice: sliced,
  StridedSlice: stridedSlice,
  Gather: gather,
  GatherV2: gather,
  Tile: (call) => tile(call.site, signalOf(call, 0), numbersAt(call, 1, 'multiples')),
  Pad: padded,
  PadV2: padded,
  MirrorPad: padded,
  BroadcastTo: broadcastTo,
  Fill: fill,
  Cast: castRule,
  Mean: reduction('Mean'),
  Sum: reduction('Sum'),
  Max: reduction('Max'),
  Min: reduction('Min'),
  Prod: reduction('Prod'),
  All: logical('Min'),
  Any: logical('Max'),
  ArgMax: extreme('ArgMax'),
  ArgMin: extreme('ArgMin'),
  Softmax: (call) => along(call.site, 'Softmax', signalOf(call, 0), -1),
  LogSoftmax: (call) => along(call.site, 'LogSoftmax', signalOf(call, 0), -1),
}

function shapeOf(call: Call): readonly Dim[] {
  const operand = operandOf(call, 0)
  if (isSizes(operand)) return operand.scalar ? [] : [operand.sizes.length]
  return dataOf(call, 0).dims
}
