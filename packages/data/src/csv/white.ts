import { areFloats } from '../../../../common/values.ts'
import type { PixelValues, ReadOptions } from '../types.ts'

/** The least of 1, 15, 16, 255 that holds every value, unless given; 1 for floats. */
export function whiteOf(pixels: PixelValues, fractions: boolean, { maxValue }: ReadOptions): number {
  if (areFloats(pixels)) return 1
  if (fractions) return 255
  if (maxValue !== undefined) return maxValue
  let max = 0
  for (let i = 0; i < pixels.length && max <= 16; i++) if (pixels[i]! > max) max = pixels[i]!
  return [1, 15, 16].find((white) => max <= white) ?? 255
}
