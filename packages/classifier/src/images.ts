import type { ModelDescription } from './description.ts'
import { bytesOf, fits } from './fit.ts'
import type { Image, Prepare, RgbaImage } from './types.ts'

/** What is not raw pixels: a path, a file's bytes, a decoded picture, or whatever else `Pictures.open` knows. */
export type Picture = string | Uint8Array | RgbaImage | object

/** What a classifier can do with pictures that are not raw pixels; each runtime brings its own. */
export interface Pictures {
  /** The bytes of the file at a path. */
  read?(path: string): Promise<Uint8Array>
  /** A file's bytes, or a decoded picture, of an object that is neither: in a page, of a canvas. Undefined for what it does not know. */
  open?(source: object): Promise<Uint8Array | RgbaImage | undefined>
  /** Raw pixels of one image, made elsewhere: by a worker. Default: here. */
  prepare?(picture: Picture, how: Prepare | undefined): Promise<Uint8Array>
}

/** Makes raw pixels of any image. `several` lets an array hold more than one, which is not copied. What prepares pictures is loaded with the first one. */
export function pixelsOf(model: ModelDescription, pictures: Pictures, name: string) {
  return (
    image: Image | object,
    { prepare, several = false }: { prepare?: Prepare; several?: boolean } = {},
  ): Uint8Array | Promise<Uint8Array> => {
    const bytes = bytesOf(image)
    // A copy: the run starts later, and the caller may use its buffer again until then.
    const own = bytes && (several ? bytes : bytes.slice())
    if (own && !firstBytes.includes(own[0]!) && fits(own, model, several)) return own
    return import('./other-images.ts').then(({ otherPixels }) =>
      otherPixels(own ?? image, several, { how: prepare, model, name, pictures }),
    )
  }
}

/** With one of these a PNG, WebP or JPEG file begins, and raw pixels perhaps too. */
const firstBytes = [0x89, 0x52, 0xff]
