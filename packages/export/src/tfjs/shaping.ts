import { type Dim, float32, int64, string } from '@pixelrow/onnx'
import { sameDims } from './elementwise.ts'
import {
  alike,
  constant,
  emit,
  fail,
  first,
  ordered,
  physical,
  plain,
  reordered,
  type Signal,
  type Site,
  toFirst,
  toPlain,
} from './signal.ts'
import { remaining } from './sizes.ts'

/**
 * A signal with other dimensions, in tfjs' order. One may be -1; a name (the batch) stays what it is in the input. An image that
 * becomes a row stays channels first inside, because the layer behind it can have its weights in that order for nothing.
 */
export function reshape(site: Site, x: Signal, target: readonly Dim[]): Signal {
  const dims = resolved(site, x.dims, target)
  if (sameDims(dims, x.dims)) return x
  if (x.layout === 'first' && dims.length === 2 && dims[0] === x.dims[0]) return flattened(site, x, dims)
  const source = toPlain(site, x)
  const [batch, channels] = [dims[0]!, dims.at(-1)!]
  const vector = dims.length > 2 && dims.slice(1, -1).every((dim) => dim === 1) && batch === x.dims[0]
  // One pixel with channels: channels first it is the same row of numbers.
  if (vector && typeof channels === 'number')
    return first(reshaped(site, source, [batch, channels, ...dims.slice(1, -1)]))
  return plain(reshaped(site, source, dims))
}

/** All axes behind the batch as one. */
export function flatten(site: Site, x: Signal): Signal {
  if (x.dims.length === 2) return x
  return reshape(site, x, [x.dims[0]!, -1])
}

function flattened(site: Site, x: Signal, dims: readonly Dim[]): Signal {
  const value = emit(site, 'Reshape', [x.value, shapeConstant(site, x.value.dims, dims)])
  const [, channels, ...spatial] = x.value.dims
  const ordered = channels === 1 || spatial.every((dim) => dim === 1)
  if (ordered) return plain(value)
  if (typeof channels !== 'number' || !spatial.every((dim) => typeof dim === 'number'))
    return plain(reshaped(site, toPlain(site, x), dims))
  return { value, dims, layout: 'flat', image: [channels, ...spatial] }
}

function reshaped(site: Site, { value }: Signal, dims: readonly Dim[]) {
  if (sameDims(value.dims, dims)) return value
  return emit(site, 'Reshape', [value, shapeConstant(site, value.dims, dims)])
}

/** Reshape's second input: 0 where the size stays in its place, -1 for one that only a run knows. */
function shapeConstant(site: Site, from: readonly Dim[], to: readonly Dim[]) {
  const numbers = to.map((dim, axis) => (typeof dim === 'number' ? dim : dim !== '' && dim === from[axis] ? 0 : -1))
  if (numbers.filter((number) => number === -1).length > 1)
    fail(site, `several sizes of [${to}] are known only when it runs. Pass inputShapes.`)
  return constant(site, 'shape', int64(numbers))
}

function resolved(site: Site, from: readonly Dim[], target: readonly Dim[]): Dim[] {
  const open = target.indexOf(-1)
  const rest = remaining(
    from,
    target.filter((_, axis) => axis !== open),
  )
  if (rest === undefined || (open < 0 && typeof rest === 'number' && rest !== 1))
    return fail(site, `[${from}] does not hold as much as [${target}].`)
  return target.map((dim, axis) => (axis === open ? rest : dim))
}

/** Axes in another order: axis `at` of the result is axis `perm[at]`. */
export function transpose(site: Site, x: Signal, perm: readonly number[]): Signal {
  const source = x.layout === 'flat' ? toPlain(site, x) : x
  const places = perm.map((axis) => physical(source, axis))
  // What becomes an image of the same layout needs not move.
  if (source.layout === 'plain' && perm.length > 2 && sameDims(perm, firstInverse(perm.length)))
    return first(source.value)
  return plain(reordered(site, source.value, places))
}

function firstInverse(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, at) => at + 2), 1]
}

/** tfjs' channels-first image `[N, C, …]` as the same image with the channels last, which costs nothing. */
export function channelsLast(site: Site, x: Signal): Signal {
  return first(toPlain(site, x).value)
}

/** The reverse of `channelsLast`. */
export function channelsFirst(site: Site, x: Signal): Signal {
  return plain(toFirst(site, x).value)
}

/** Values around a signal; `before` and `after` count along tfjs' axes. */
export function pad(
  site: Site,
  x: Signal,
  [before, after]: readonly [readonly number[], readonly number[]],
  { mode = 'constant', value = 0 }: { mode?: 'constant' | 'reflect' | 'edge'; value?: number } = {},
): Signal {
  if ([...before, ...after].every((count) => count === 0)) return x
  const source = x.layout === 'flat' ? toPlain(site, x) : x
  const pads = constant(site, 'pads', int64([...ordered(source, before), ...ordered(source, after)]))
  const fill = mode === 'constant' ? constant(site, 'value', float32(value)) : undefined
  return alike(source, emit(site, 'Pad', [source.value, pads, fill], { mode: string(mode) }))
}

/** A part along some of tfjs' axes; `ends` do not belong to it. */
export function slice(
  site: Site,
  x: Signal,
  { axes, starts, ends, steps }: { axes: number[]; starts: number[]; ends: number[]; steps?: number[] },
): Signal {
  const source = x.layout === 'flat' ? toPlain(site, x) : x
  const numbers = (label: string, values: number[]) => constant(site, label, int64(values))
  const places = axes.map((axis) => physical(source, axis))
  const inputs = [source.value, numbers('starts', starts), numbers('ends', ends), numbers('axes', places)]
  if (steps?.some((step) => step !== 1)) inputs.push(numbers('steps', steps))
  return alike(source, emit(site, 'Slice', inputs))
}

/** The elements at these places of one axis. */
export function take(site: Site, x: Signal, axis: number, indices: readonly number[]): Signal {
  const source = x.layout === 'flat' ? toPlain(site, x) : x
  const places = constant(site, 'indices', int64(indices))
  return alike(source, emit(site, 'Gather', [source.value, places], { axis: { int: physical(source, axis) } }))
}

/** Without some axes of size 1. */
export function squeeze(site: Site, x: Signal, axes: readonly number[]): Signal {
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + x.dims.length : axis)))
  const batch = gone.has(0)
  const rest = x.dims.filter((_, axis) => !gone.has(axis))
  if (!batch && rest.length === 2 && x.layout === 'first') return flattenedTo(site, x, rest)
  if (!batch && x.layout === 'first' && !gone.has(x.dims.length - 1)) return squeezed(site, x, gone)
  const source = toPlain(site, x)
  const places = constant(site, 'axes', int64([...gone]))
  return plain(emit(site, 'Squeeze', [source.value, places]))
}

function flattenedTo(site: Site, x: Signal, rest: readonly Dim[]): Signal {
  return plain(emit(site, 'Reshape', [x.value, shapeConstant(site, x.value.dims, rest)]))
}

function squeezed(site: Site, x: Signal, gone: ReadonlySet<number>): Signal {
  const places = constant(site, 'axes', int64([...gone].map((axis) => physical(x, axis))))
  const value = emit(site, 'Squeeze', [x.value, places])
  return value.dims.length > 2 ? first(value) : plain(value)
}

/** With axes of size 1 at these places of the result. */
export function expand(site: Site, x: Signal, axes: readonly number[]): Signal {
  const rank = x.dims.length + axes.length
  const places = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)))
  const rest = [...x.dims]
  const dims = Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : rest.shift()!))
  const image = !places.has(0) && dims.length > 2 && dims.slice(1, -1).every((dim) => dim === 1)
  if (image && typeof dims.at(-1) === 'number') return reshape(site, x, dims)
  const source = toPlain(site, x)
  return plain(emit(site, 'Unsqueeze', [source.value, constant(site, 'axes', int64([...places]))]))
}

/** A signal repeated along tfjs' axes. */
export function tile(site: Site, x: Signal, repeats: readonly number[]): Signal {
  const source = x.layout === 'flat' ? toPlain(site, x) : x
  const counts = constant(site, 'repeats', int64(ordered(source, repeats)))
  return alike(source, emit(site, 'Tile', [source.value, counts]))
}
