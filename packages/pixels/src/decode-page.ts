import type { Decode, RgbaImage } from './types.ts'

/** Gives the decoder: the browser's own. */
export async function openDecoder(): Promise<Decode> {
  return decodeInPage
}

/**
 * The browser's own decoder. A canvas multiplies by alpha, and what it gives back is rounded; so pictures that are not opaque come
 * through ImageDecoder where there is one (secure pages of most browsers).
 */
const decodeInPage: Decode = async (bytes, type) => {
  if (type === 'image/tiff') throw new Error('a TIFF picture, which pages do not decode')
  const image = await drawn(bytes, type)
  if (typeof ImageDecoder !== 'function' || isOpaque(image)) return image
  return (await decoded(bytes, type)) ?? image
}

function isOpaque({ data }: RgbaImage): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false
  return true
}

async function drawn(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<RgbaImage> {
  const blob = new Blob([bytes], { type })
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' })
  const { width, height } = bitmap
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('this page has no 2d canvas')
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  return { data: context.getImageData(0, 0, width, height).data, width, height }
}

/** Undefined where the decoder gives no red, green and blue: what it makes of lossy WebP is brightness and hue, and its conversion inexact. */
async function decoded(data: Uint8Array<ArrayBuffer>, type: string): Promise<RgbaImage | undefined> {
  const decoder = new ImageDecoder({ data, type, colorSpaceConversion: 'none' })
  try {
    const { image } = await decoder.decode()
    try {
      return await rgbaOf(image)
    } finally {
      image.close()
    }
  } finally {
    decoder.close()
  }
}

async function rgbaOf(frame: VideoFrame): Promise<RgbaImage | undefined> {
  const { displayWidth: width, displayHeight: height, format } = frame
  if (format !== 'RGBA' && format !== 'BGRA') return undefined
  const pixels = new Uint8Array(frame.allocationSize())
  // In the frame's own format: Chromium's conversion to another one multiplies by alpha on its way.
  const [plane] = await frame.copyTo(pixels)
  if (plane?.stride !== 4 * width || pixels.length !== 4 * width * height) return undefined
  if (format === 'RGBA') return { data: pixels, width, height }
  for (let i = 0; i < pixels.length; i += 4) {
    const blue = pixels[i]!
    pixels[i] = pixels[i + 2]!
    pixels[i + 2] = blue
  }
  return { data: pixels, width, height }
}
