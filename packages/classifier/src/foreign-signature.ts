import { ClassifierError } from './core.ts'
import type { ModelOptions } from './description.ts'
import { outputError } from './foreign-refusals.ts'
import type { Session, TensorMetadata } from './session.ts'
import { onlyInput, product, quoted, type Signature } from './signature.ts'

/** Of a classifier of images that is not ours: layout, size and type from its input, the scores from the output that looks like them. Throws a `ClassifierError` where they and the hints do not go together. */
export function foreignSignature(session: Session, hints: ModelOptions, name: string): Signature {
  const input = onlyInput(session, name)
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
    shape: { ...size, channelOrder: hints.shape?.channelOrder ?? 'interleaved' },
    output: outputOf(session, hints, name),
  }
}

function sizeOf(dims: readonly (number | string)[], { shape, layout }: ModelOptions, name: string) {
  const [, a, b, c] = dims
  const isChannels = (dim: unknown) => dim === 1 || dim === 3
  const seen = dims.length === 4 && (isChannels(a) || !isChannels(c)) ? 'NCHW' : 'NHWC'
  const channelsFirst = dims.length !== 3 && (layout ?? seen) === 'NCHW'
  const [height, width, channels] = dims.length === 2 ? flat(a, shape) : channelsFirst ? [b, c, a] : [a, b, c ?? 1]
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
function flat(pixels: unknown, shape: ModelOptions['shape']): [unknown, unknown, unknown] {
  if (shape) return [shape.height, shape.width, shape.channels ?? 1]
  for (const channels of [1, 3]) {
    const side = Math.sqrt(Number(pixels) / channels)
    if (Number.isInteger(side)) return [side, side, channels]
  }
  return [undefined, undefined, undefined]
}

function outputOf({ outputNames, outputMetadata }: Session, { output }: ModelOptions, name: string): string {
  const known = output ?? outputNames.find((each) => each === 'probabilities')
  // A session that tells nothing of its outputs is taken to have scores first.
  const found = known ?? (outputMetadata ? scoresAmong(outputMetadata)?.name : outputNames[0])
  if (found !== undefined && outputNames.includes(found)) return found
  if (found === undefined) throw outputError(name, outputMetadata ?? [])
  throw new ClassifierError(`${name}: expected an output named '${found}', found ${quoted(outputNames)}`)
}

/** The first that may be scores; one whose number of dimensions nobody knows is told by a run. */
function scoresAmong(outputs: readonly TensorMetadata[]): TensorMetadata | undefined {
  const floats = outputs.filter(isFloat)
  return floats.find(isScores) ?? (floats.length === 1 ? floats[0] : undefined)
}

const isFloat = ({ type }: TensorMetadata): boolean => type === 'float32' || type === 'float16'

/** Whether an output may be scores of many images. */
export const isScores = (output: TensorMetadata): boolean => isFloat(output) && (output.shape?.length ?? 2) >= 2
