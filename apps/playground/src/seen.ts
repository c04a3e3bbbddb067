import { digit, type Preparation, prepare, type RgbaImage } from '@pixelrow/pixels'
import type { Takes } from './work.ts'

/**
 * The pixels that a model takes of a picture, so that the page can show what is classified: by the rule that the model brings, else to MNIST's
 * form for grey models, else the whole picture. Throws an Error for models of other than one or three channels.
 */
export function seen(image: RgbaImage, { shape, maxValue, preparation }: Takes): Uint8Array {
  const { height, width, channels, channelOrder } = shape
  if (channels !== 1 && channels !== 3)
    throw new Error(`Pictures have 1 or 3 channels, and this model takes ${channels}: it can only read tables.`)
  const whole: Preparation = { size: [height, width], resize: 'contain', color: 'rgb', background: 0 }
  const pixels =
    channels === 1 && !preparation ? digit(image, { size: [height, width] }) : prepare(image, preparation ?? whole)
  const scaled = maxValue === 255 ? pixels : pixels.map((value) => Math.round((value * maxValue) / 255))
  return channels === 1 || channelOrder === 'interleaved' ? scaled : planar(scaled, channels)
}

function planar(pixels: Uint8Array, channels: number): Uint8Array {
  const area = pixels.length / channels
  return Uint8Array.from(pixels, (_, i) => pixels[(i % area) * channels + Math.floor(i / area)]!)
}
