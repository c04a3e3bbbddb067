import type { PixelTable } from '@pixelrow/data'
import type { Augmentation } from '../types.ts'
import type { AugmentationName } from './plan.ts'

/**
 * What each kind of augmentation does to images of a size: shifts of ±2 pixels of 28, and as much of others; `bent` is what a recipe
 * does to images beside that.
 */
export function augmentationFor(
  { shape }: PixelTable,
  name: AugmentationName,
  bent: Augmentation = {},
): { augment?: Augmentation } {
  if (name === 'none') return {}
  const shift = Math.max(1, Math.round(Math.min(shape.height, shape.width) / 14))
  return { augment: { shift, ...bent, ...(name === 'photo' && { flip: true }) } }
}
