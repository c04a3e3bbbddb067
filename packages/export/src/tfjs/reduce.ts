import { type Attribute, int, int64, ints } from '@pixelrow/onnx'
import { alike, constant, emit, first, physical, plain, type Signal, type Site, toPlain } from './signal.ts'

/** What becomes of the values along some axes. */
export type Reduction = 'Mean' | 'Sum' | 'Max' | 'Min' | 'Prod'

/** One value for all along some of tfjs' axes, which go or stay with size 1. */
export function reduce(site: Site, kind: Reduction, x: Signal, axes: readonly number[], keep: boolean): Signal {
  const all = axes.map((axis) => (axis < 0 ? axis + x.dims.length : axis))
  const source = x.layout === 'flat' || !(keep || keepsOrder(x, all)) ? toPlain(site, x) : x
  const places = all.map((axis) => physical(source, axis)).sort((a, b) => a - b)
  const keepdims = { keepdims: int(keep ? 1 : 0) }
  // Only ReduceSum has its axes as an input in operator set 17.
  const value =
    kind === 'Sum'
      ? emit(site, 'ReduceSum', [source.value, constant(site, 'axes', int64(places))], keepdims)
      : emit(site, `Reduce${kind}`, [source.value], { axes: ints(places), ...keepdims })
  if (keep) return alike(source, value)
  return source.layout === 'first' && isImage(source, all) ? first(value) : plain(value)
}

/** Whether the axes that remain of an image are still in an order that has a name. */
function keepsOrder(x: Signal, gone: readonly number[]): boolean {
  if (x.layout === 'plain') return true
  return isImage(x, gone) || inOrder(x, gone)
}

/** Batch, channels and a spatial axis remain. */
function isImage({ dims }: Signal, gone: readonly number[]): boolean {
  return !gone.includes(0) && !gone.includes(dims.length - 1) && dims.length - gone.length > 2
}

function inOrder(x: Signal, gone: readonly number[]): boolean {
  const rest = x.dims.flatMap((_, axis) => (gone.includes(axis) ? [] : [physical(x, axis)]))
  return rest.every((place, at) => at === 0 || place > rest[at - 1]!)
}

/** An operator with one axis that keeps the shape: Softmax, LogSoftmax. */
export function along(site: Site, opType: string, x: Signal, axis: number): Signal {
  const source = x.layout === 'flat' ? toPlain(site, x) : x
  const attributes: Record<string, Attribute> = { axis: int(physical(source, axis)) }
  return alike(source, emit(site, opType, [source.value], attributes))
}

/** The index of the largest or smallest value along an axis, int64. */
export function argReduce(site: Site, opType: 'ArgMax' | 'ArgMin', x: Signal, axis: number): Signal {
  const source = toPlain(site, x)
  return plain(emit(site, opType, [source.value], { axis: int(physical(source, axis)), keepdims: int(0) }))
}
