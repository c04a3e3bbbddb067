import { PixelsError } from './error.ts'
import { MOST_PIXELS } from './size.ts'
import type { Decode } from './types.ts'

/** Gives the decoder: sharp (libvips), an optional peer. Throws a PixelsError (`PIXELS_DECODER_MISSING`) with the command to install it where it is missing. */
export async function openDecoder(): Promise<Decode> {
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    const message = 'pictures are decoded by the package sharp, which is not installed. Run: npm i sharp'
    throw new PixelsError({ code: 'PIXELS_DECODER_MISSING', params: { package: 'sharp' }, message }, { cause })
  })
  return async (bytes, type) => {
    // No conversion by profile, as in pages: bytes stay what the file says. Warnings, such as of odd profiles, do no harm to pixels.
    const picture = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: MOST_PIXELS })
    // With an empty angle, as EXIF says: browsers turn photographs too.
    const upright = type === 'image/jpeg' ? picture.rotate() : picture
    const { data, info } = await upright.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    if (info.channels !== 4) throw new Error(`it has ${info.channels} channels`)
    return { data, width: info.width, height: info.height }
  }
}
