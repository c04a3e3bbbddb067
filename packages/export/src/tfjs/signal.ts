import { type Attribute, type Dim, type GraphBuilder, int64, ints, type Tensor, type Value } from '@pixelrow/onnx'
import { type ExportDetails, ExportError } from '../error.ts'
import type { Writer } from './keras/writer.ts'
import { firstOrder, inverse, permuted } from './permute.ts'

/**
 * How a signal's axes lie in its ONNX value: `plain` as in tfjs; `first` with the channels, tfjs' last axis, behind the
 * batch; `flat` a vector `[N, values]` of an image that lay channels first when it was flattened.
 */
export type Layout = 'plain' | 'first' | 'flat'

/** A tensor as tfjs sees it, and the ONNX value that holds it. */
export type Signal = {
  readonly value: Value
  /** In tfjs' order. */
  readonly dims: readonly Dim[]
} & (
  | { readonly layout: 'plain' }
  | { readonly layout: 'first' }
  | { readonly layout: 'flat'; readonly image: FlatImage }
)

/** Of the image in a `flat` signal: its channels, then its other axes. */
export type FlatImage = readonly [number, ...number[]]

/** What the nodes of one conversion share. */
export interface Lowering {
  g: GraphBuilder
  /** A name that nothing has yet. */
  unique(name: string): string
  /** The same signals in another layout, by layout and value, so that nothing is transposed twice. */
  moved: Map<string, Signal>
  /** Set once a layer hands on a mask, which none of ONNX's operators know. */
  masked: boolean
  /** Who wrote the model, where it says so. */
  writer?: Writer | undefined
}

/** Where a layer's or an operator's nodes go. */
export interface Site {
  lowering: Lowering
  /** Its name in the graph: `block_1/conv`. */
  name: string
  /** What errors call it: name, type and position. */
  subject: string
}

/** Throws the error of a site: its subject, then what is wrong. */
export function fail(site: Site, problem: string, { code = 'EXPORT_UNSUPPORTED', params }: ExportDetails = {}): never {
  throw new ExportError(`${site.subject}: ${problem}`, { code, params: { subject: site.subject, ...params } })
}

/** Adds an operator; its node and its value are called `site/label`. */
export function emit(
  { lowering: { g, unique }, name }: Site,
  opType: string,
  inputs: readonly (Value | undefined)[],
  attributes: Record<string, Attribute> = {},
  label = opType,
): Value {
  const own = unique(name ? `${name}/${label}` : label)
  return g.op(opType, inputs, attributes, { name: own, outputs: own })
}

/** Adds an operator with several outputs. */
export function emitAll(
  { lowering: { g, unique }, name }: Site,
  opType: string,
  inputs: readonly Value[],
  attributes: Record<string, Attribute>,
  count: number,
): Value[] {
  const own = unique(`${name}/${opType}`)
  const outputs = Array.from({ length: count }, (_, index) => unique(`${own}:${index}`))
  return g.ops(opType, inputs, attributes, { name: own, outputs, count })
}

/** A constant called `site/label`. */
export function constant({ lowering: { g, unique }, name }: Site, label: string, tensor: Tensor): Value {
  return g.constant(tensor, unique(name ? `${name}/${label}` : label))
}

/** A value whose axes lie as in tfjs. */
export function plain(value: Value): Signal {
  return { value, dims: value.dims, layout: 'plain' }
}

/** A value that holds an image with the channels behind the batch. */
export function first(value: Value): Signal {
  const [batch, channels, ...spatial] = value.dims as [Dim, Dim, ...Dim[]]
  return { value, dims: [batch, ...spatial, channels], layout: 'first' }
}

/** The same layout as another signal's, for what an operator made of it element by element. */
export function alike(like: Signal, value: Value): Signal {
  if (like.layout === 'flat') return { value, dims: value.dims, layout: 'flat', image: like.image }
  return like.layout === 'first' ? first(value) : plain(value)
}

/** Axis of the ONNX value where tfjs' axis of the signal lies; negative ones count from the end. */
export function physical({ dims, layout }: Signal, axis: number): number {
  const at = axis < 0 ? axis + dims.length : axis
  if (layout !== 'first' || at === 0) return at
  return at === dims.length - 1 ? 1 : at + 1
}

/** One entry an axis, from tfjs' order to the order of the value. */
export function ordered<T>(signal: Signal, entries: readonly T[]): T[] {
  const result = [...entries]
  entries.forEach((entry, axis) => {
    result[physical(signal, axis)] = entry
  })
  return result
}

/** The signal channels first; its rank must be 3 or more. */
export function toFirst(site: Site, x: Signal): Signal {
  if (x.layout === 'first') return x
  if (x.dims.length < 3) fail(site, `expected an image or a sequence with channels, found [${x.dims}].`)
  const source = toPlain(site, x)
  return moved(site, source, 'first', () => first(reordered(site, source.value, firstOrder(x.dims.length))))
}

/** The signal with its axes as in tfjs. */
export function toPlain(site: Site, x: Signal): Signal {
  if (x.layout === 'plain') return x
  return moved(site, x, 'plain', () => {
    if (x.layout === 'first') return plain(reordered(site, x.value, inverse(firstOrder(x.dims.length))))
    const image = emit(site, 'Reshape', [x.value, constant(site, 'image', int64([0, ...x.image]))])
    const last = reordered(site, image, inverse(firstOrder(image.dims.length)))
    return plain(emit(site, 'Reshape', [last, constant(site, 'row', int64([0, x.dims[1] as number]))]))
  })
}

/** Remembers both directions: what was moved there and back again is what it was. */
function moved({ lowering }: Site, x: Signal, layout: Layout, move: () => Signal): Signal {
  const key = (to: Layout, { value }: Signal) => `${to} ${value.name}`
  const known = lowering.moved.get(key(layout, x))
  if (known) return known
  const result = move()
  lowering.moved.set(key(layout, x), result)
  lowering.moved.set(key(x.layout, result), x)
  return result
}

/** A transposition; a mere Reshape where only axes of size 1 move, which moves no data. */
export function reordered(site: Site, value: Value, perm: readonly number[]): Value {
  if (perm.every((axis, at) => axis === at)) return value
  const dims = perm.map((axis) => value.dims[axis]!)
  const large = perm.filter((axis) => value.dims[axis] !== 1)
  const still = large.every((axis, at) => at === 0 || axis > large[at - 1]!)
  const known = perm[0] === 0 && dims.slice(1).every((dim) => typeof dim === 'number')
  if (!still || !known) return emit(site, 'Transpose', [value], { perm: ints(perm) })
  return emit(site, 'Reshape', [value, constant(site, 'shape', int64([0, ...(dims.slice(1) as number[])]))])
}

/** A constant of tfjs' shape as an operand beside signals of this layout: aligned at the last axis, moved as they are. */
export function beside(like: Signal, tensor: Tensor): Tensor {
  if (like.layout === 'plain' || tensor.data.length === 1) return tensor
  if (like.layout === 'flat') {
    const [channels, ...spatial] = like.image
    const image = { ...tensor, dims: [1, ...spatial, channels] }
    return { ...permuted(image, firstOrder(image.dims.length)), dims: [tensor.data.length] }
  }
  const rank = like.dims.length
  const padded = [...new Array<number>(rank - tensor.dims.length).fill(1), ...tensor.dims]
  const moved = permuted({ ...tensor, dims: padded }, firstOrder(rank))
  const leading = moved.dims.findIndex((dim) => dim !== 1)
  return { ...moved, dims: moved.dims.slice(leading < 0 ? rank : leading) }
}
