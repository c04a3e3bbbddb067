import { bytesOf, fits, imageSize } from './rawpixels.ts'
import type { Image, ModelDescription, Pictures, Prepare } from './types.ts'

/** Makes raw pixels of any image. `several` lets an array hold more than one, which is not copied. What prepares pictures is loaded with the first one. */
export function pixelsOf(model: ModelDescription, pictures: Pictures, name: string) {
  return (
    image: Image | object,
    { prepare: how, several = false }: { prepare?: Prepare; several?: boolean } = {},
  ): Uint8Array | Promise<Uint8Array> => {
    const bytes = bytesOf(image, model)
    // A copy: the run starts later, and the caller may use its buffer again until then.
    const own = bytes && (several ? bytes : bytes.slice())
    if (own ? isFile(own, model) : isPicture(image)) {
      const picture = own ?? image
      if (pictures.prepare) return pictures.prepare(picture, how)
      return import('./lazy/pictures.ts').then(({ preparedPixels }) =>
        preparedPixels(picture, { how, model, name, pictures }),
      )
    }
    if (own && fits(own, model, several)) return own
    return import('./lazy/sentences.ts').then(({ refuse }) => refuse(image, model, several))
  }
}

/** A path, or what may be decoded. Arrays of numbers of any kind are meant as pixels, and refused as such where they are the wrong kind. */
function isPicture(image: unknown): boolean {
  return typeof image === 'string' || (Object(image) === image && !ArrayBuffer.isView(image) && !Array.isArray(image))
}

/** Whether bytes are a file of a picture. Raw pixels may begin like some by chance, so those as long as images must also end like a JPEG, or tell their length as a BMP. */
function isFile(bytes: Uint8Array, model: ModelDescription): boolean {
  // Nearly all raw pixels end here.
  if (!'\x89R\xffGBIM'.includes(String.fromCharCode(bytes[0]!))) return false
  const begins = (text: string, at = 0) => [...text].every((character, i) => bytes[at + i] === character.charCodeAt(0))
  const isOdd = bytes.length % imageSize(model) > 0
  if (begins('\xff\xd8\xff')) return isOdd || (bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9)
  if (begins('BM')) return begins('\0\0\0\0', 6) && (isOdd || bytes[2] === bytes.length % 256)
  return ['\x89PNG', 'RIFF', 'GIF8', 'II*\0', 'MM\0*'].some((mark) => begins(mark))
}
