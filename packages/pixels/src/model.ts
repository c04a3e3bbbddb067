import { digit } from './digit.ts'
import { PixelsError } from './error.ts'
import { prepare } from './prepare.ts'
import type { Preparation, RgbaImage } from './types.ts'

/** What a model takes, and how a picture becomes that. */
export interface ModelPixels {
  /** The model's images, and whether their channels lie pixel by pixel or one after the other. */
  shape: { height: number; width: number; channels: number; channelOrder: 'interleaved' | 'planar' }
  /** The largest value of its pixels, 1..255. */
  maxValue: number
  /** A rule that makes images of that size, or `digit`: MNIST's form, for models of one channel. */
  rule: Preparation | 'digit'
}

/**
 * The bytes that a model sees of a picture: prepared by a rule, brought to 0..maxValue, in the model's order of channels; `height × width × channels` of them.
 * Throws a PixelsError for data that does not fill the picture's size, and for a rule that makes other images than the model takes.
 */
export function modelPixels(image: RgbaImage, { shape, maxValue, rule }: ModelPixels): Uint8Array {
  const { height, width, channels, channelOrder } = shape
  requireFit(rule, shape)
  const pixels = rule === 'digit' ? digit(image, { size: [height, width] }) : prepare(image, rule)
  const scaled = maxValue === 255 ? pixels : pixels.map((value) => Math.round((value * maxValue) / 255))
  return channels === 1 || channelOrder === 'interleaved' ? scaled : planar(scaled, channels)
}

/** Refuses a rule that makes images of another size. */
function requireFit(rule: ModelPixels['rule'], { height, width, channels }: ModelPixels['shape']): void {
  const made = rule === 'digit' ? [height, width, 1] : [...rule.size, rule.color === 'grey' ? 1 : 3]
  const [expected, found] = [[height, width, channels].join('×'), made.join('×')]
  if (expected === found) return
  const params = {
    where: 'modelPixels',
    option: 'rule',
    expected: `for images of ${expected}`,
    found: `one for ${found}`,
  }
  const message = `modelPixels: rule must be ${params.expected}; found ${params.found}.`
  throw new PixelsError({ code: 'PIXELS_OPTION_INVALID', params, message })
}

/** Pixels of pictures are interleaved; a model of tables may want one channel after the other. */
function planar(pixels: Uint8Array, channels: number): Uint8Array {
  const area = pixels.length / channels
  return Uint8Array.from(pixels, (_, i) => pixels[(i % area) * channels + Math.floor(i / area)]!)
}
