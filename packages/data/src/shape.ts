import { DataError } from './error.ts'
import type { ImageShape, ShapeOption } from './types.ts'

/** Pixels of one image: `height × width × channels`. */
export function pixelCount({ height, width, channels }: Pick<ImageShape, 'height' | 'width' | 'channels'>): number {
  return height * width * channels
}

/** The square image, of one or three channels, that so many pixels make; undefined when they make none. */
export function squareOf(pixels: number): ShapeOption | undefined {
  for (const channels of [1, 3]) {
    const side = Math.sqrt(pixels / channels)
    if (side >= 1 && Number.isInteger(side)) return { height: side, width: side, channels }
  }
  return undefined
}

/** Reads `28x28` or `32x32x3` (height, width, channels). Throws a DataError for anything else. */
export function parseShape(text: string): ShapeOption {
  const [, height, width, channels = '1'] = /^(\d+)x(\d+)(?:x(\d+))?$/.exec(text) ?? []
  const shape = { height: Number(height), width: Number(width), channels: Number(channels) }
  if (pixelCount(shape) > 0) return shape
  throw new DataError({
    code: 'DATA_SHAPE_INVALID',
    expected: 'a shape such as 28x28 or 32x32x3',
    found: JSON.stringify(text),
  })
}

/** `28x28`, or `32x32x3` where there are several channels. */
export function formatShape({ height, width, channels = 1 }: ShapeOption): string {
  return `${height}x${width}${channels === 1 ? '' : `x${channels}`}`
}
