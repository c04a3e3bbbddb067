import { activation } from '@pixelrow/network'
import {
  type Attribute,
  type DataType,
  type Dim,
  dataTypeCode,
  float32,
  int,
  int64,
  type Tensor,
  type Value,
} from '@pixelrow/onnx'
import {
  alike,
  beside,
  constant,
  emit,
  fail,
  type Layout,
  physical,
  plain,
  type Signal,
  type Site,
  toFirst,
  toPlain,
} from './signal.ts'

/** A signal, or a constant of tfjs' shape. */
export type Operand = Signal | Tensor

export function isSignal(operand: Operand): operand is Signal {
  return 'value' in operand
}

/** An operator of each element; the layout stays. */
export function unary(site: Site, opType: string, x: Signal, attributes: Record<string, Attribute> = {}): Signal {
  return alike(x, emit(site, opType, [x.value], attributes))
}

/** An operator of two or more operands that broadcast as in tfjs. */
export function nary(
  site: Site,
  opType: string,
  operands: readonly Operand[],
  attributes: Record<string, Attribute> = {},
): Signal {
  const { values, like } = aligned(site, operands)
  const value = emit(site, opType, values, attributes)
  return alike(like, value)
}

/** A number as an operand. */
export function scalar(value: number): Tensor {
  return float32(value)
}

/** The operands' values in one common layout: channels first if one of the images lies so. */
export function aligned(site: Site, operands: readonly Operand[]): { values: Value[]; like: Signal } {
  const signals = operands.filter(isSignal)
  const rank = Math.max(...operands.map(({ dims }) => dims.length))
  const layout = commonLayout(signals, operands, rank)
  const sized = operands.map((operand) => (isSignal(operand) ? inLayout(site, operand, layout, rank) : operand))
  const like =
    sized.find((operand): operand is Signal => isSignal(operand) && operand.dims.length === rank) ??
    plain(sized.find(isSignal)?.value ?? fail(site, 'expected an operand that is no constant.'))
  const values = sized.map((operand, at) =>
    isSignal(operand) ? operand.value : constant(site, `operand_${at}`, beside(like, operand)),
  )
  return { values, like }
}

function commonLayout(signals: readonly Signal[], operands: readonly Operand[], rank: number): Layout {
  if (signals.some(({ layout, dims }) => layout === 'first' && dims.length === rank)) return 'first'
  const flat = signals.find((signal) => signal.layout === 'flat')
  if (!flat) return 'plain'
  const sameOrder = signals.every((one) => one.layout === 'flat' && one.image.join() === flat.image.join())
  const size = flat.dims[1]
  const fits = (operand: Operand) => isSignal(operand) || operand.data.length === 1 || operand.data.length === size
  return sameOrder && operands.every(fits) ? 'flat' : 'plain'
}

function inLayout(site: Site, x: Signal, layout: Layout, rank: number): Signal {
  if (layout === 'flat') return x
  if (layout === 'plain' || x.dims.length === 0) return toPlain(site, x)
  return toFirst(site, x.dims.length < rank ? padded(site, toPlain(site, x), rank) : x)
}

/** Axes of size 1 in front. */
function padded(site: Site, x: Signal, rank: number): Signal {
  const axes = Array.from({ length: rank - x.dims.length }, (_, axis) => axis)
  return plain(emit(site, 'Unsqueeze', [x.value, constant(site, 'axes', int64(axes))]))
}

/** Signals and constants joined along one of tfjs' axes. */
export function concat(site: Site, operands: readonly Operand[], axis: number): Signal {
  const signals = operands.map((operand, at) =>
    isSignal(operand) ? operand : plain(constant(site, `operand_${at}`, operand)),
  )
  const rank = signals[0]!.dims.length
  const image = rank > 2 && signals.some(({ layout }) => layout === 'first')
  const same = signals.map((x) => (image ? toFirst(site, x) : toPlain(site, x)))
  if (same.length === 1) return same[0]!
  const value = emit(
    site,
    'Concat',
    same.map(({ value }) => value),
    { axis: int(physical(same[0]!, axis)) },
  )
  return alike(same[0]!, value)
}

/** The same values as another element type. */
export function cast(site: Site, x: Signal, to: DataType): Signal {
  return x.value.dataType === to ? x : unary(site, 'Cast', x, { to: int(dataTypeCode(to)) })
}

/** Values between two bounds; either may be missing. */
export function clip(site: Site, x: Signal, min: number | undefined, max: number | undefined): Signal {
  const bound = (label: string, value: number | undefined) =>
    value === undefined ? undefined : constant(site, label, float32(value))
  return alike(x, emit(site, 'Clip', [x.value, bound('min', min), bound('max', max)]))
}

/** One of the functions that this package's own layers have. */
export function own(site: Site, type: 'gelu' | 'silu', x: Signal): Signal {
  const { g, unique } = site.lowering
  const name = unique(`${site.name}/${type}`)
  return alike(x, activation({ g: g.scope(name), name }, type, x.value))
}

/** Whether two lists of sizes are the same. */
export function sameDims(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}
