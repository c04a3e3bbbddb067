import type { Hints } from './description.ts'
import { ClassifierError } from './errors.ts'
import type { Session } from './session.ts'
import type { ImageShape } from './types.ts'

/** What is fed and fetched. */
export interface Signature {
  input: string
  type: 'uint8' | 'float16' | 'float32'
  /** Dimensions behind the batch: `[784]`, `[28, 28, 1]` or `[3, 224, 224]`. */
  imageDims: readonly number[]
  /** The only batch that the model takes, where it is written into its graph. */
  batch?: number
  /** Where the input has its channels: before the pixels (NCHW), or behind them. */
  channelsFirst: boolean
  shape: ImageShape
  output: string
  /** The class index as int64, where a model of pixelrow has such an output. */
  label?: string
}

/** Reads from a session's inputs and outputs how it is to be fed. Throws a `ClassifierError` where they and the hints do not go together. */
export function signatureOf(session: Session, hints: Hints, name: string): Signature {
  const [input] = session.inputNames
  if (input === undefined || session.inputNames.length !== 1)
    throw new ClassifierError(`${name}: expected one input, found ${session.inputNames.length}`)
  return hints.described
    ? describedSignature(session, input, hints.described.shape, name)
    : foreignSignature(session, input, hints, name)
}

/** A model of pixelrow: raw bytes in, `probabilities` and perhaps `label` out. */
function describedSignature(session: Session, input: string, shape: ImageShape, name: string): Signature {
  if (!session.outputNames.includes('probabilities'))
    throw new ClassifierError(`${name}: expected an output named 'probabilities', found ${quoted(session.outputNames)}`)
  const size = shape.height * shape.width * shape.channels
  const { type = 'uint8', shape: dims = ['N', size] } = session.inputMetadata?.[0] ?? {}
  const imageDims = dims.slice(1).map(Number)
  if (type !== 'uint8' || product(imageDims) !== size)
    throw new ClassifierError(
      `${name}: expected an input of uint8 [N, ${size}] as its metadata says, found ${type} [${dims.join(', ')}]`,
    )
  const label = session.outputNames.includes('label') && { label: 'label' }
  return { input, type, imageDims, channelsFirst: false, shape, output: 'probabilities', ...label }
}

/** Any other classifier of images: layout, size and type from its input, the scores from the output that looks like them. */
function foreignSignature(session: Session, input: string, hints: Hints, name: string): Signature {
  const { type = 'float32', shape: dims = [] } = session.inputMetadata?.[0] ?? {}
  if (type !== 'uint8' && type !== 'float32' && type !== 'float16')
    throw new ClassifierError(
      `${name}: expected an input of uint8, float32 or float16, found ${type}. Export the model with one of these`,
    )
  const { channelsFirst, ...size } = sizeOf(dims, hints, name)
  const [batch, ...rest] = dims
  const { height, width, channels } = size
  const whole = channelsFirst ? [channels, height, width] : [height, width, channels]
  const imageDims = rest.length === 1 ? [product(whole)] : rest.length === 2 ? [height, width] : whole
  return {
    input,
    type,
    imageDims,
    ...(typeof batch === 'number' && batch > 0 && { batch }),
    channelsFirst,
    shape: { ...size, channelOrder: 'interleaved' },
    output: outputOf(session, hints, name),
  }
}

function sizeOf(dims: readonly (number | string)[], { shape, layout }: Hints, name: string) {
  const [, a, b, c] = dims
  const isChannels = (dim: unknown) => dim === 1 || dim === 3
  const channelsFirst = dims.length === 4 && (layout ?? (isChannels(a) || !isChannels(c) ? 'NCHW' : 'NHWC')) === 'NCHW'
  const [height, width, channels] = channelsFirst ? [b, c, a] : dims.length === 2 ? flat(a, shape) : [a, b, c ?? 1]
  const found = { height: shape?.height ?? height, width: shape?.width ?? width, channels: shape?.channels ?? channels }
  const said = [height, width, channels].every((dim, i) => {
    return typeof dim !== 'number' || dim <= 0 || dim === [found.height, found.width, found.channels][i]
  })
  const isSize = (dim: unknown): dim is number => typeof dim === 'number' && Number.isInteger(dim) && dim > 0
  if (dims.length < 2 || dims.length > 4 || !said || !Object.values(found).every(isSize))
    throw new ClassifierError(
      `${name}: its input is [${dims.join(', ')}], from which the size of its images ${said ? 'cannot be told' : 'differs from the shape given'}. ` +
        'Say it: shape: { height: 224, width: 224, channels: 3 }, and layout where it is NHWC',
    )
  if (!isChannels(found.channels))
    throw new ClassifierError(
      `${name}: expected images of 1 or 3 channels, found ${found.channels} in [${dims.join(', ')}]. If that is not the place of the channels, say layout: 'NCHW' or 'NHWC'`,
    )
  return { ...(found as { height: number; width: number; channels: number }), channelsFirst }
}

/** The square, or three squares, that a row of so many pixels makes. */
function flat(pixels: unknown, shape: Hints['shape']): [unknown, unknown, unknown] {
  if (shape) return [shape.height, shape.width, shape.channels ?? 1]
  for (const channels of [1, 3]) {
    const side = Math.sqrt(Number(pixels) / channels)
    if (Number.isInteger(side)) return [side, side, channels]
  }
  return [undefined, undefined, undefined]
}

function outputOf({ outputNames, outputMetadata = [] }: Session, { output }: Hints, name: string): string {
  const known = output ?? outputNames.find((each) => each === 'probabilities')
  const floats = outputMetadata.find(({ type, shape }) => isFloat(type) && (shape?.length ?? 2) >= 2)?.name
  const found = known ?? floats ?? outputNames[0]
  if (found !== undefined && outputNames.includes(found)) return found
  throw new ClassifierError(`${name}: expected an output named '${found}', found ${quoted(outputNames)}`)
}

const isFloat = (type?: string): boolean => type === 'float32' || type === 'float16'
const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1)
const quoted = (names: readonly string[]): string => names.map((each) => `'${each}'`).join(', ')
