import { type Architecture, type Model, parameters, type Tensor } from '@pixelrow/model'
import { sizeOf } from '@pixelrow/onnx'
import { fromBase64, toBase64 } from './base64.ts'
import { ExportError } from './error.ts'
import { channelOf, normParameters, type Pair, pairsOf, scalesOf } from './fold.ts'

/**
 * The arrays of a model that its folded graph does not hold, by name, as base64. `float32` is the values themselves.
 * `steps` is a fifteenth of that size, for weights: how many float32 numbers each lies from the folded one divided by its
 * scale, -1, 0 or 1, five to a byte; rounding seldom does more.
 */
export type Unfolded = Record<string, { float32: string } | { steps: string }>

/** What folding a model takes away and `unfold` needs; empty where nothing is folded. */
export function unfoldedOf({ architecture, weights }: Model, folded: Model): Unfolded {
  const kept: Unfolded = {}
  for (const pair of pairsOf(architecture.layers)) {
    const { path, normPath } = pair
    const names = [`${path}.bias`, ...normParameters.map((name) => `${normPath}.${name}`)]
    for (const name of names) if (weights[name]) kept[name] = plain(weights[name])
    const [original, changed] = [weights[`${path}.weight`]!, folded.weights[`${path}.weight`]!]
    const steps = stepsBetween(divided(pair, changed, weights), original.data)
    kept[`${path}.weight`] = steps ? { steps: toBase64(steps) } : plain(original)
  }
  return kept
}

function plain({ data }: Tensor): { float32: string } {
  return { float32: toBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) }
}

/** The folded weights back in their own size, up to rounding. */
function divided({ layer, norm, normPath }: Pair, { dims, data }: Tensor, weights: Record<string, Tensor>) {
  const scales = scalesOf(norm, normPath, weights)
  const channel = channelOf(layer, dims)
  return data.map((value, at) => value / scales[channel(at)]!)
}

/** float32 numbers in their order, as whole numbers without gaps; both zeros are 0. */
function places(values: Float32Array): Int32Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length)
  return bits.map((bit) => (bit < 0 ? -(bit & 0x7fffffff) : bit))
}

function stepsBetween(from: Float32Array, to: Float32Array): Uint8Array | undefined {
  const [start, end] = [places(from), places(to)]
  const packed = new Uint8Array(Math.ceil(to.length / 5))
  for (let at = to.length - 1; at >= 0; at--) {
    const step = end[at]! - start[at]!
    if (Math.abs(step) > 1) return undefined
    const byte = Math.floor(at / 5)
    packed[byte] = packed[byte]! * 3 + step + 1
  }
  return same(stepped(from, packed), to) ? packed : undefined
}

function stepped(from: Float32Array, packed: Uint8Array): Float32Array {
  const values = from.slice()
  const bits = new Int32Array(values.buffer)
  let rest = 0
  for (let at = 0; at < values.length; at++) {
    if (at % 5 === 0) rest = packed[at / 5]!
    const step = (rest % 3) - 1
    rest = (rest - step - 1) / 3
    if (step !== 0) bits[at] = bits[at]! + (bits[at]! < 0 ? -step : step)
  }
  return values
}

function same(a: Float32Array, b: Float32Array): boolean {
  const bits = (values: Float32Array) => new Int32Array(values.buffer, values.byteOffset, values.length)
  const [left, right] = [bits(a), bits(b)]
  return left.every((bit, at) => bit === right[at])
}

/**
 * The model whose folded form is given, every bit: its architecture, the folded weights, and what `unfoldedOf` kept. Throws
 * an `ExportError` where something is missing or not of the size that the architecture asks for.
 */
export function unfold(architecture: Architecture, folded: Model['weights'], kept: Unfolded): Model['weights'] {
  const found: Record<string, Tensor> = { ...folded }
  const shapes = parameters(architecture)
  for (const { name, dims } of shapes) {
    const entry = Object.hasOwn(kept, name) ? kept[name] : undefined
    if (entry && 'float32' in entry) found[name] = { dims, data: floatsOf(name, entry.float32, dims) }
  }
  for (const pair of pairsOf(architecture.layers)) {
    const name = `${pair.path}.weight`
    const entry = Object.hasOwn(kept, name) ? kept[name] : undefined
    if (entry && 'steps' in entry) found[name] = stepsTaken(pair, found, entry.steps)
  }
  return Object.fromEntries(shapes.flatMap(({ name }) => (found[name] ? [[name, found[name]]] : [])))
}

function floatsOf(name: string, text: string, dims: readonly number[]): Float32Array {
  const bytes = fromBase64(text, 4 * sizeOf(dims))
  if (bytes) return new Float32Array(bytes.buffer)
  throw new ExportError(
    `The file’s metadata pixelrow.unfolded does not hold ${name} as ${dims.join('×')} float32 values.`,
    { params: { name, dims } },
  )
}

function stepsTaken(pair: Pair, weights: Model['weights'], text: string): Tensor {
  const name = `${pair.path}.weight`
  const needed = [name, ...normParameters.map((each) => `${pair.normPath}.${each}`)]
  const missing = needed.find((each) => !weights[each])
  const { dims, data } = weights[name] ?? { dims: [], data: new Float32Array() }
  const packed = fromBase64(text, Math.ceil(data.length / 5))
  if (!missing && packed) return { dims, data: stepped(divided(pair, weights[name]!, weights), packed) }
  const reason = missing ? `without ${missing}` : `in ${text.length} characters for ${data.length} values`
  throw new ExportError(`The file’s metadata pixelrow.unfolded gives ${name} ${reason}.`, { params: { name, reason } })
}
