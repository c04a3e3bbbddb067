import { prepare, type RgbaImage } from '@pixelrow/pixels'
import type { PixelTable, Preparation } from '../types.ts'
import { requirePreparation } from './preparation.ts'

/**
 * The table of one row that a model's `preparation` makes of an `ImageData` (`canvas.getContext('2d').getImageData(…)`), without labels.
 * Pixels are 0..255. Throws a RangeError for a preparation without size or colour, and for data that does not fill the size.
 */
export function fromImageData(image: RgbaImage, preparation: Preparation): PixelTable {
  const rule = requirePreparation(preparation)
  const [height, width] = rule.size
  const shape = { height, width, channels: rule.color === 'grey' ? 1 : 3, channelOrder: 'interleaved' as const }
  return { pixels: prepare(image, rule), rows: 1, shape, maxValue: 255, preparation: rule }
}
