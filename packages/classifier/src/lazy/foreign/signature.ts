import { toHalf } from '../../../../../common/half.ts'
import { ClassifierError } from '../../errors.ts'
import { unshared } from '../../run.ts'
import type { Feed, RawSignature, Session, TensorMetadata } from '../../session.ts'
import type { ImageShape, ModelOptions } from '../../types.ts'
import { onlyInput, product, unsuitable } from '../sentences.ts'

/** What is fed and fetched. */
export interface Signature extends RawSignature {
  /** The only batch that the model takes, where it is written into its graph. */
  batch?: number
  /** Where the input has its channels: before the pixels (NCHW), or behind them. */
  channelsFirst: boolean
  shape: ImageShape
}

/** Of a classifier of images that is not ours: layout, size and type from its input, the scores from the output that looks like them. Throws a `ClassifierError` where they and the hints do not go together. */
export function foreignSignature(session: Session, hints: ModelOptions, name: string): Signature {
  const input = onlyInput(session, name)
  const { type = 'float32', shape: dims = [] } = session.inputMetadata?.[0] ?? {}
  if (type !== 'uint8' && type !== 'float32' && type !== 'float16')
    throw unsuitable(name, 'an input of uint8, float32 or float16', type, '. Export the model with one of these')
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
      {
        code: 'CLASSIFIER_MODEL_UNSUITABLE',
        params: { name, expected: said ? 'an input of a known size' : 'an input of the shape given', found: [...dims] },
      },
    )
  if (!isChannels(found.channels))
    throw unsuitable(
      name,
      'images of 1 or 3 channels',
      `${found.channels} in [${dims.join(', ')}]`,
      ". If that is not the place of the channels, say layout: 'NCHW' or 'NHWC'",
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
  throw unsuitable(name, `an output named '${found}'`, outputNames)
}

/** The first that may be scores; one whose number of dimensions nobody knows is told by a run. */
function scoresAmong(outputs: readonly TensorMetadata[]): TensorMetadata | undefined {
  const floats = outputs.filter(isFloat)
  return floats.find(isScores) ?? (floats.length === 1 ? floats[0] : undefined)
}

const isFloat = ({ type }: TensorMetadata): boolean => type === 'float32' || type === 'float16'

/** Whether an output may be scores of many images. */
export const isScores = (output: TensorMetadata): boolean => isFloat(output) && (output.shape?.length ?? 2) >= 2

/** How images become the model's input: raw bytes, or floats by scale, mean and std; channels where and in the order it wants them. */
export function feedOf({ type, shape, channelsFirst }: Signature, hints: ModelOptions, name: string): Feed {
  const { height, width, channels, channelOrder } = shape
  const area = height * width
  const isPlanar = channelOrder === 'planar'
  const isBgr = hints.colors === 'bgr' && channels === 3
  const moves = channels > 1 && (channelsFirst !== isPlanar || isBgr)
  if (type === 'uint8' && !moves) return unshared
  const tables = tablesOf(type, channels, hints, name)
  const Values = { uint8: Uint8Array, float16: Uint16Array, float32: Float32Array }[type]
  return (pixels, rows) => {
    const values = new Values(pixels.length)
    for (let channel = 0; channel < channels; channel++) {
      const table = tables[channel]!
      const place = isBgr ? 2 - channel : channel
      const [first, stride] = isPlanar ? [channel * area, 1] : [channel, channels]
      const [start, step] = channelsFirst ? [place * area, 1] : [place, channels]
      for (let row = 0; row < rows; row++) {
        let from = row * area * channels + first
        let to = row * area * channels + start
        for (let i = 0; i < area; i++, from += stride, to += step) values[to] = table[pixels[from]!]!
      }
    }
    return values
  }
}

/** What the model takes for each byte, for each channel. */
function tablesOf(type: Signature['type'], channels: number, hints: ModelOptions, name: string) {
  if (type === 'uint8') return bytesAsTheyAre(channels)
  const floats = floatTables(channels, hints, name)
  return type === 'float16' ? floats.map((table) => Uint16Array.from(table, toHalf)) : floats
}

function bytesAsTheyAre(channels: number): Uint8Array[] {
  return Array.from({ length: channels }, () => Uint8Array.from({ length: 256 }, (_, byte) => byte))
}

/** The float of each byte, for each channel as the image has them (red first). */
function floatTables(
  channels: number,
  { scale = 1 / 255, mean = 0, std = 1 }: ModelOptions,
  name: string,
): Float32Array[] {
  const perChannel = (option: string, value: number | readonly number[]) => {
    const list = typeof value === 'number' ? new Array<number>(channels).fill(value) : value
    if (list.length === channels) return list
    const [expected, found] = [`a number, or one for each of ${channels} channels`, JSON.stringify(value)]
    throw new ClassifierError(`${name}: ${option}: expected ${expected}, found ${found}`, {
      code: 'CLASSIFIER_OPTION_INVALID',
      params: { where: name, option: `model.${option}`, expected, found },
    })
  }
  const [means, stds] = [perChannel('mean', mean), perChannel('std', std)]
  return means.map((middle, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - middle) / stds[channel]!),
  )
}

const option = "options={'zipmap': False}"

/** Scores that come as an output for each class, or not at all. */
function outputError(
  name: string,
  outputs: readonly { name: string; type?: string; shape?: readonly unknown[] }[],
): ClassifierError {
  const columns = outputs.filter(({ type, shape }) => type?.startsWith('float') && shape?.length === 1)
  const hint =
    columns.length > 1
      ? `Its scores are an output for each class, as by zipmap='columns' of skl2onnx: convert the model with ${option}`
      : 'Is it a classifier? If so, say which output: model: { output: … }'
  const found = outputs.map(
    (each) => `'${each.name}' (${each.type ?? 'no tensor'}${each.shape ? ` [${each.shape.join(', ')}]` : ''})`,
  )
  return new ClassifierError(
    `${name}: expected an output of float scores [N, classes], found ${found.join(', ')}. ${hint}`,
    {
      code: 'CLASSIFIER_OUTPUT_UNKNOWN',
      params: { name, outputs: outputs.map((each) => each.name) },
    },
  )
}

/** Scaling for a model that takes bytes. */
export function scalingError(name: string, options: readonly string[]): ClassifierError {
  return new ClassifierError(
    `${name}: ${options.join(', ')}: its input is of uint8, which gets the bytes as they are. Scaling is for inputs of float32 and float16`,
    { code: 'CLASSIFIER_MODEL_OPTION_UNUSED', params: { name, options: [...options] } },
  )
}
