import { firstFrame } from './gif.ts'
import { tiffHead } from './tiff.ts'
import type { PictureType } from './types.ts'

/** Most pixels of a picture: half a gibibyte when it is decoded. */
export const MOST_PIXELS = 2 ** 27

/** Most pixels that come of one byte, in pictures of more than 16 million: flat colours are no photographs. */
export const MOST_PIXELS_PER_BYTE = 200

/** Up to so many pixels nobody asks what they were packed in. */
const FREE = 2 ** 24

/** What makes a picture too large to decode, by what its header says; undefined where it is not, or says nothing that a decoder would take. */
export function tooLarge(bytes: Uint8Array, type: PictureType): string | undefined {
  const [width, height] = sizeOf(bytes, type) ?? [0, 0]
  const pixels = width * height
  if (pixels > MOST_PIXELS) return `${width} × ${height} pixels, more than ${MOST_PIXELS}`
  if (pixels <= FREE || pixels <= MOST_PIXELS_PER_BYTE * bytes.length) return undefined
  return `${width} × ${height} pixels in ${bytes.length} bytes, as picture bombs have`
}

type Size = [width: number, height: number] | undefined

function sizeOf(bytes: Uint8Array, type: PictureType): Size {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'image/jpeg') return sizeOfJpeg(view)
  if (type === 'image/webp') return sizeOfWebp(view)
  if (type === 'image/bmp') return sizeOfBmp(view)
  if (type === 'image/gif' || type === 'image/tiff') {
    const head = type === 'image/gif' ? firstFrame(bytes) : tiffHead(view)
    return head && [head.width, head.height]
  }
  return view.byteLength < 24 ? undefined : [view.getUint32(16), view.getUint32(20)]
}

/** Starts of frames; the others among these numbers are tables. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

/** Of the first frame, found as decoders do: what stands between two segments is skipped. */
function sizeOfJpeg(view: DataView): Size {
  for (let at = 2; at + 9 < view.byteLength; ) {
    const marker = view.getUint8(at + 1)
    if (view.getUint8(at) !== 0xff || marker === 0 || marker === 0xff) {
      at++
      continue
    }
    if (isFrame(marker)) return [view.getUint16(at + 7), view.getUint16(at + 5)]
    // Restarts, and the like, have no length.
    at += marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8) ? 2 : 2 + view.getUint16(at + 2)
  }
  return undefined
}

/** Of an extended file's canvas, or of the one frame. */
function sizeOfWebp(view: DataView): Size {
  if (view.byteLength < 30) return undefined
  const uint24 = (at: number) => view.getUint16(at, true) + 65_536 * view.getUint8(at + 2)
  const kind = view.getUint32(12)
  if (kind === 0x56503858) return [1 + uint24(24), 1 + uint24(27)]
  if (kind === 0x56503820) return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff]
  const bits = view.getUint32(21, true)
  return kind === 0x5650384c ? [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)] : undefined
}

/** Width and height in the header of a Windows bitmap; undefined where the file ends before. */
export function sizeOfBmp(view: DataView): Size {
  if (view.byteLength < 26) return undefined
  // IBM's first header is of 12 bytes, with sizes of 16 bits. Below 0 is the height of a picture that begins with its upper row.
  if (view.getUint32(14, true) === 12) return [view.getUint16(18, true), view.getUint16(20, true)]
  return [view.getUint32(18, true), Math.abs(view.getInt32(22, true))]
}
