import { prepare, type RgbaImage } from '@pixelrow/pixels'
import type { PixelTable, Preparation } from '../types.ts'

/**
 * The table of one row that a model's `preparation` makes of an `ImageData` (`canvas.getContext('2d').getImageData(…)`), without labels.
 * Pixels are 0..255. Throws a PixelsError of @pixelrow/pixels for a preparation that is not whole, and for data that does not fill the size.
 */
export function fromImageData(image: RgbaImage, preparation: Preparation): PixelTable {
  const pixels = prepare(image, preparation)
  const [height, width] = preparation.size
  const channels = preparation.color === 'grey' ? 1 : 3
  const shape = { height, width, channels, channelOrder: 'interleaved' as const }
  return { pixels, rows: 1, shape, maxValue: 255, preparation: { ...preparation } }
}
