import { isA } from '../../../common/kinds.ts'
import { short } from '../../../common/short.ts'
import { firstFrame } from './gif.ts'
import { tooLarge } from './size.ts'
import type { Decode, PictureType, RgbaImage } from './types.ts'

/** What the first bytes of a file say it is: names may be wrong, and decoders in pages go by what they are told. Undefined for all else. */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 18))
  const begins = (mark: string) => text.startsWith(mark)
  if (begins('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (begins('\xff\xd8\xff')) return 'image/jpeg'
  if (begins('RIFF') && text.startsWith('WEBP', 8)) return 'image/webp'
  if (begins('GIF87a') || begins('GIF89a')) return 'image/gif'
  // Two letters are few: what is kept free must be zero, and the header's size below 256.
  if (begins('BM') && text.slice(6, 10) === '\0\0\0\0' && text[14] !== '\0' && text.endsWith('\0\0\0'))
    return 'image/bmp'
  // A camera's raw picture is a TIFF whose first picture is a small one.
  const isTiff = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some(begins) && text.slice(8, 10) !== 'CR'
  return isTiff ? 'image/tiff' : undefined
}

/** The kinds of pictures that are told, for sentences. */
const KINDS = 'PNG, JPEG, WebP, GIF, BMP or TIFF'

/** Decodes a file, or says in a few words why it cannot be: empty, no picture, cut short, too large, or the decoder's own first line. */
export async function decodeFile(bytes: Uint8Array<ArrayBuffer>, decode: Decode): Promise<RgbaImage | string> {
  try {
    const type = pictureType(bytes)
    if (!type) return bytes.length === 0 ? 'an empty file' : `no ${KINDS}`
    const reason = isCut(bytes, type) ? 'cut short' : tooLarge(bytes, type)
    if (reason) return reason
    return type === 'image/bmp' ? (await import('./bmp.ts')).decodeBmp(bytes) : await decode(bytes, type)
  } catch (error) {
    const text = isA(error, 'Error') ? error.message : String(error)
    return short(text.split('\n')[0]!.trim()) || 'damaged'
  }
}

/** Browsers show the upper part of a picture that is cut short as if nothing were missing; this finds most of them. */
function isCut(bytes: Uint8Array, type: PictureType): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'image/webp') return view.getUint32(4, true) + 8 > bytes.length
  if (type === 'image/gif') return !firstFrame(bytes)?.isWhole
  if (type === 'image/png') return !hasLastChunk(view)
  // What decodes the others says so itself.
  return type === 'image/jpeg' && !hasEndMarker(bytes)
}

function hasLastChunk(view: DataView): boolean {
  const [IEND, around] = [0x49454e44, 12]
  for (let at = 8; at + around <= view.byteLength; at += view.getUint32(at) + around) {
    if (view.getUint32(at + 4) === IEND) return true
  }
  return false
}

/** Cameras put other bytes behind the end of a JPEG, so it may be anywhere. */
function hasEndMarker(bytes: Uint8Array): boolean {
  for (let at = bytes.lastIndexOf(0xd9); at > 0; at = bytes.lastIndexOf(0xd9, at - 1)) {
    if (bytes[at - 1] === 0xff) return true
  }
  return false
}
