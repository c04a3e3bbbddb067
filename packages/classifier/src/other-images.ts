import { isA } from '../../../common/kinds.ts'
import { fits } from './core.ts'
import type { ModelDescription } from './description.ts'
import type { Picture, Pictures } from './images.ts'
import { refuse } from './pixels.ts'
import type { Prepare } from './types.ts'

/** What `otherPixels` needs to know. */
interface Preparing {
  how: Prepare | undefined
  model: ModelDescription
  name: string
  pictures: Pictures
}

/** Raw pixels of what may be a picture: it is prepared if it is one, and refused if it is no image at all. */
export async function otherPixels(image: unknown, several: boolean, preparing: Preparing): Promise<Uint8Array> {
  const { model } = preparing
  if (typeof image === 'string' || isObject(image)) return prepared(image as Picture, preparing)
  // All other arrays are meant as pixels.
  if (!isA(image, 'Uint8Array')) return refuse(image, model, several)
  if (isPicture(image, model)) return prepared(image, preparing)
  return fits(image, model, several) ? image : refuse(image, model, several)
}

async function prepared(picture: Picture, preparing: Preparing): Promise<Uint8Array> {
  const { how, pictures } = preparing
  if (pictures.prepare) return pictures.prepare(picture, how)
  const { preparedPixels } = await import('./prepare.ts')
  return preparedPixels(picture, preparing)
}

/** Arrays of numbers of any kind are meant as pixels, and refused as such where they are the wrong kind. */
function isObject(image: unknown): boolean {
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
