import type { ReadOptions } from '../types.ts'

/** The least of 1, 15, 16, 255 that holds every value, unless given. */
export function whiteOf(pixels: Uint8Array, fractions: boolean, { maxValue }: ReadOptions): number {
  if (fractions) return 255
  if (maxValue !== undefined) return maxValue
  let max = 0
  for (let i = 0; i < pixels.length && max <= 16; i++) if (pixels[i]! > max) max = pixels[i]!
  return [1, 15, 16].find((white) => max <= white) ?? 255
}
