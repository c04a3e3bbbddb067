import { type Attribute, type Dim, int, ints, string, type Tensor } from '@pixelrow/onnx'
import { isKeras } from './keras/writtenby.ts'
import { permuted } from './permute.ts'
import { constant, emit, fail, first, type Signal, type Site, toFirst } from './signal.ts'

/** How a window moves over an image's rows and columns, or a sequence. */
export interface Moves {
  strides: readonly number[]
  dilations?: readonly number[]
  /** As tfjs names it, or the numbers: all starts, then all ends. */
  padding: 'same' | 'valid' | readonly number[]
  /** Of a transposed convolution, how many rows or columns more its output has than its windows alone would say. */
  outputPadding?: readonly number[]
}

/** A convolution's constants, in tfjs' shapes. */
export interface Filter {
  /** `[…size, channels of a group, filters]`. */
  kernel: Tensor
  bias?: Tensor | undefined
}

/** A convolution; the kernel tells the number of groups. */
export function convolve(site: Site, x: Signal, { kernel, bias }: Filter, moves: Moves): Signal {
  const rank = kernel.dims.length
  const perm = [rank - 1, rank - 2, ...axes(rank - 2)]
  const group = groupsOf(site, x, kernel.dims[rank - 2]!)
  return convolution(site, x, permuted(kernel, perm), bias, moves, group)
}

/** A convolution of each channel by itself; the kernel is `[…size, channels, multiplier]`. */
export function convolveDepthwise(site: Site, x: Signal, { kernel, bias }: Filter, moves: Moves): Signal {
  const rank = kernel.dims.length
  const [channels, multiplier] = kernel.dims.slice(-2) as [number, number]
  const moved = permuted(kernel, [rank - 2, rank - 1, ...axes(rank - 2)])
  const weight = { ...moved, dims: [channels * multiplier, 1, ...kernel.dims.slice(0, -2)] }
  return convolution(site, x, weight, bias, moves, channels)
}

function groupsOf(site: Site, { dims }: Signal, perGroup: number): number {
  const channels = dims.at(-1)
  if (typeof channels !== 'number' || channels % perGroup)
    fail(site, `its kernel takes ${perGroup} channels, found an input [${dims}].`)
  return channels / perGroup
}

function convolution(
  site: Site,
  x: Signal,
  weight: Tensor,
  bias: Tensor | undefined,
  moves: Moves,
  group: number,
): Signal {
  const input = toFirst(site, x)
  const kernel = weight.dims.slice(2)
  if (input.dims.length !== weight.dims.length)
    fail(site, `expected an input of rank ${weight.dims.length}, found [${x.dims}].`)
  const inputs = [input.value, constant(site, 'kernel', weight), bias && constant(site, 'bias', bias)]
  const attributes = { ...windowAttributes(input, kernel, moves), ...(group > 1 && { group: int(group) }) }
  const { dilations } = moves
  const dilated = dilations?.some((rate) => rate > 1) && { dilations: ints(dilations) }
  return first(emit(site, 'Conv', inputs, { ...attributes, ...dilated }))
}

/** A transposed convolution; the kernel is `[…size, filters, channels]`. `sizes` are the output's, where they are given. */
export function convolveTransposed(
  site: Site,
  x: Signal,
  { kernel, bias }: Filter,
  moves: Moves,
  sizes?: readonly number[],
): Signal {
  const rank = kernel.dims.length
  const input = toFirst(site, x)
  const weight = constant(site, 'kernel', permuted(kernel, [rank - 1, rank - 2, ...axes(rank - 2)]))
  const spatial = kernel.dims.slice(0, -2)
  const { dilations } = moves
  const edges = spatial.map((size, axis) => {
    const span = (size - 1) * (dilations?.[axis] ?? 1) + 1
    return edgesOf(site, input.dims[axis + 1]!, span, moves, axis, sizes?.[axis])
  })
  const [starts, ends, more] = [0, 1, 2].map((at) => edges.map((edge) => edge[at]!)) as [number[], number[], number[]]
  const inputs = [input.value, weight, bias && constant(site, 'bias', bias)]
  const attributes = { kernel_shape: ints(spatial), strides: ints(moves.strides), pads: ints([...starts, ...ends]) }
  const extra: Record<string, Attribute> = {
    ...(more.some(Boolean) && { output_padding: ints(more) }),
    ...(dilations?.some((rate) => rate > 1) && { dilations: ints(dilations) }),
  }
  return first(emit(site, 'ConvTranspose', inputs, { ...attributes, ...extra }))
}

/** Along one axis, what is cut off the output's start and end, and what is added behind it because no window reaches so far. */
function edgesOf(
  site: Site,
  dim: Dim,
  size: number,
  { strides, padding, outputPadding }: Moves,
  axis: number,
  wanted?: number,
): number[] {
  const stride = strides[axis]!
  const natural = typeof dim === 'number' ? stride * (dim - 1) + size : undefined
  if (typeof padding !== 'string') return explicitEdges(site, padding[axis]!, natural, wanted)
  if (wanted !== undefined && natural === undefined)
    return fail(site, 'its output has a fixed size, its input has none. Pass inputShapes.')
  const asked = outputPadding?.[axis]
  // Keras: (input - 1) · stride + size + the padding asked for, less half a window on both sides where it is `same`.
  const own = asked === undefined ? size - stride : (padding === 'same' ? 2 * Math.floor(size / 2) : 0) - asked
  const surplus = wanted === undefined ? own : natural! - wanted
  const cut = padding === 'same' ? Math.max(surplus, 0) : 0
  const more = padding === 'same' || wanted === undefined ? Math.max(-surplus, 0) : -surplus
  if (more < 0 || (more >= stride && more > 0)) return fail(site, `its output cannot have ${wanted} rows or columns.`)
  return [Math.floor(cut / 2), cut - Math.floor(cut / 2), more]
}

function explicitEdges(site: Site, before: number, natural: number | undefined, wanted: number | undefined): number[] {
  if (natural === undefined || wanted === undefined)
    return fail(site, 'the size of its output is not known. Pass inputShapes.')
  const after = natural - before - wanted
  return after >= 0 ? [before, after, 0] : [before, 0, -after]
}

/** The largest or the mean value in each window; places outside the image are in no mean. */
export function pool(site: Site, kind: 'max' | 'average', x: Signal, size: readonly number[], moves: Moves): Signal {
  const input = toFirst(site, x)
  if (input.dims.length !== size.length + 2)
    fail(site, `expected an input of rank ${size.length + 2}, found [${x.dims}].`)
  const attributes = windowAttributes(input, size, moves)
  if (kind === 'max') return first(emit(site, 'MaxPool', [input.value], attributes))
  return first(emit(site, 'AveragePool', [input.value], { ...attributes, count_include_pad: int(0) }))
}

/** Everything in numbers, but for images whose size only a run decides. */
function windowAttributes({ dims }: Signal, kernel: readonly number[], moves: Moves): Record<string, Attribute> {
  const common = { kernel_shape: ints(kernel), strides: ints(moves.strides) }
  if (moves.padding === 'valid') return { ...common, pads: ints(new Array<number>(2 * kernel.length).fill(0)) }
  if (moves.padding !== 'same') return { ...common, pads: ints(moves.padding) }
  const totals = kernel.map((size, axis) => missingOf(dims[axis + 1]!, size, moves, axis))
  if (!totals.every((total) => total !== undefined)) return { ...common, auto_pad: string('SAME_UPPER') }
  const starts = totals.map((total) => Math.floor(total / 2))
  return { ...common, pads: ints([...starts, ...totals.map((total, axis) => total - starts[axis]!)]) }
}

/** In three dimensions, tfjs pads by less than nothing where a window is smaller than its stride; no such model of its own is right. */
export function refuseNegative(site: Site, size: readonly number[], { strides, padding }: Moves): void {
  const negative = size.length === 3 && padding === 'same' && strides.some((stride, axis) => stride > size[axis]!)
  if (negative && !isKeras(site, 'strides beyond the window'))
    fail(
      site,
      `its strides [${strides}] go beyond its window [${size}] with padding same, where tfjs and Keras differ; expected strides of the window’s size at most.`,
    )
}

/** Rows or columns that `same` adds along one axis. */
function missingOf(dim: Dim, size: number, { strides, dilations }: Moves, axis: number): number | undefined {
  const stride = strides[axis]!
  const span = (size - 1) * (dilations?.[axis] ?? 1) + 1
  if (typeof dim !== 'number') return stride === 1 ? span - 1 : undefined
  return Math.max((Math.ceil(dim / stride) - 1) * stride + span - dim, 0)
}

const axes = (count: number) => Array.from({ length: count }, (_, axis) => axis)
