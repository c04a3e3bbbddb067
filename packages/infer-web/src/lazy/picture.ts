import { ClassifierError } from '@pixelrow/classifier'
import type { RgbaImage } from '@pixelrow/pixels'
import type { PictureSource } from '../options.ts'

/** Opens whatever a page has of pictures: a file's bytes of a Blob, else red, green, blue and alpha of what is seen. Undefined for what is no picture. */
export async function openPicture(source: object): Promise<Uint8Array | RgbaImage | undefined> {
  if (isFile(source)) return new Uint8Array(await source.arrayBuffer())
  const size = await sizeOf(source)
  if (!size) return undefined
  const [width, height] = size
  if (!(width > 0 && height > 0)) throw emptyError(`${kindOf(source)} of ${width} × ${height} pixels`)
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context)
    throw new ClassifierError('the picture: this page has no 2d canvas', {
      code: 'CLASSIFIER_DECODER_MISSING',
      params: { reason: 'no 2d canvas' },
    })
  context.drawImage(source as CanvasImageSource, 0, 0, width, height)
  try {
    const { data } = context.getImageData(0, 0, width, height)
    return { data, width, height }
  } catch (cause) {
    throw new ClassifierError(
      "the picture: it comes from another origin, whose pixels a page may not read. Serve it with CORS and set crossOrigin = 'anonymous' before src",
      { code: 'CLASSIFIER_PICTURE_UNREADABLE', params: { reason: 'another origin' }, cause },
    )
  }
}

/** A picture that shows nothing. */
function emptyError(found: string): ClassifierError {
  const [picture, expected] = ['the picture', 'one that shows something']
  return new ClassifierError(`${picture}: ${found}: expected ${expected}. Is it loaded, and not closed?`, {
    code: 'CLASSIFIER_PICTURE_INVALID',
    params: { picture, expected, found },
  })
}

/** Width and height in pixels, once it has some. */
async function sizeOf(source: object): Promise<[number, number] | undefined> {
  // Only what the kind has is read.
  const each = source as HTMLImageElement & HTMLVideoElement & VideoFrame
  switch (kindOf(source)) {
    case 'HTMLImageElement':
      // One that cannot be shown keeps its size of 0.
      await each.decode().catch(() => {})
      return [each.naturalWidth, each.naturalHeight]
    case 'HTMLVideoElement':
      return each.readyState < 2 ? [0, 0] : [each.videoWidth, each.videoHeight]
    case 'VideoFrame':
      return [each.displayWidth, each.displayHeight]
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'ImageBitmap':
      return [each.width, each.height]
    default:
      return undefined
  }
}

/** A Blob or File, of whichever frame: none of the other pictures has this. */
const isFile = (source: object): source is Blob => 'arrayBuffer' in source

/** By name, as a frame's own classes are others. */
function kindOf(source: object): string {
  return Object.prototype.toString.call(source).slice(8, -1)
}

const empty = ({ width, height }: RgbaImage): RgbaImage => ({ data: new Uint8Array(), width, height })

/** The same as something that a worker can be sent; what it owns moves with it. */
export async function sendable(source: object): Promise<{ picture: object; transfer: Transferable[] }> {
  // Memory that has moved elsewhere cannot be sent. What is left of it can: nothing.
  if ('data' in source && (source as RgbaImage).data?.length === 0)
    return { picture: empty(source as RgbaImage), transfer: [] }
  if (isFile(source) || ArrayBuffer.isView(source) || 'data' in source) return { picture: source, transfer: [] }
  const size = await sizeOf(source)
  if (!size?.every((side) => side > 0)) return { picture: (await openPicture(source)) ?? source, transfer: [] }
  const bitmap = await createImageBitmap(source as Exclude<PictureSource, Blob>)
  return { picture: bitmap, transfer: [bitmap] }
}
