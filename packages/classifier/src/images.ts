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
    if (typeof image === 'string' || isObject(image)) return prepared(image, prepare)
    const bytes = bytesOf(image)
    if (bytes && isPicture(bytes, model)) return prepared(bytes, prepare)
    if (!bytes || !fits(bytes, model, several)) return refused(image, several)
    // A copy: the run starts later, and the caller may use its buffer again until then.
    return several ? bytes : bytes.slice()
  }

  async function refused(image: unknown, several: boolean): Promise<never> {
    return (await import('./pixels.ts')).refuse(image, model, several)
  }

  async function prepared(picture: Picture, how: Prepare | undefined): Promise<Uint8Array> {
    if (pictures.prepare) return pictures.prepare(picture, how)
    const { preparedPixels } = await import('./prepare.ts')
    return preparedPixels(picture, { how, model, name, pictures })
  }
}

/** Arrays of numbers of any kind are meant as pixels, and refused as such where they are the wrong kind. */
function isObject(image: Image | object): boolean {
  return typeof image === 'object' && image !== null && !ArrayBuffer.isView(image) && !Array.isArray(image)
}

/** By the first bytes. Raw pixels may begin like a JPEG by chance, so one as long as an image must also end like a JPEG. */
function isPicture(bytes: Uint8Array, { shape }: ModelDescription): boolean {
  const [a, b, c] = bytes
  if (a === 0x89) return startsWith(bytes, '\x89PNG\r\n\x1a\n')
  if (a === 0x52) return startsWith(bytes, 'RIFF') && startsWith(bytes.subarray(8), 'WEBP')
  if (a !== 0xff || b !== 0xd8 || c !== 0xff) return false
  const isWhole = bytes.length % (shape.height * shape.width * shape.channels) === 0
  return !isWhole || (bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9)
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  bytes.length >= text.length && [...text].every((character, i) => bytes[i] === character.charCodeAt(0))
