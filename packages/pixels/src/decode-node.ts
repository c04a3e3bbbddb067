import type { Decode } from './types.ts'

/** Gives the decoder: sharp (libvips), an optional peer. Throws an Error with the command to install it where it is missing. */
export async function openDecoder(): Promise<Decode> {
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    throw new Error('pictures are decoded by the package sharp, which is not installed. Run: npm i sharp', { cause })
  })
  return async (bytes, type) => {
    // No conversion by profile, as in pages: bytes stay what the file says. Warnings, such as of odd profiles, do no harm to pixels.
    const picture = sharp(bytes, { failOn: 'error', ignoreIcc: true })
    // With an empty angle, as EXIF says: browsers turn photographs too.
    const upright = type === 'image/jpeg' ? picture.rotate() : picture
    const { data, info } = await upright.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    if (info.channels !== 4) throw new Error(`it has ${info.channels} channels`)
    return { data, width: info.width, height: info.height }
  }
}
