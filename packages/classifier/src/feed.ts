import { toHalf } from '../../../common/half.ts'
import { ClassifierError, type Feed, unshared } from './core.ts'
import type { ModelOptions } from './description.ts'
import type { Signature } from './signature.ts'

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
