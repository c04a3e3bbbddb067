import { modelPixels, type RgbaImage } from '@pixelrow/pixels'
import type { Takes } from './work.ts'

/**
 * The pixels that a model takes of a picture, so that the page can show what is classified: by the rule that the model brings, else to MNIST's
 * form for grey models, else the whole picture. Throws an Error for models of other than one or three channels.
 */
export function seen(image: RgbaImage, { shape, maxValue, preparation }: Takes): Uint8Array {
  const { height, width, channels } = shape
  if (channels !== 1 && channels !== 3)
    throw new Error(`Pictures have 1 or 3 channels, and this model takes ${channels}: it can only read tables.`)
  const usual =
    channels === 1 ? 'digit' : ({ size: [height, width], resize: 'contain', color: 'rgb', background: 0 } as const)
  return modelPixels(image, { shape, maxValue, rule: preparation ?? usual })
}
