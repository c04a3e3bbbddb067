import type sharp from 'sharp'
import { PixelsError } from './error.ts'
import { clearAround } from './gif.ts'
import { MOST_PIXELS } from './size.ts'
import { tiffHead } from './tiff.ts'
import type { Decode } from './types.ts'

/**
 * Gives the decoder: sharp (libvips), an optional peer, which is looked for from this package, from the main script and from the working folder. Throws a
 * PixelsError (`PIXELS_DECODER_MISSING`) with the reason and the command to install it where it is missing or does not load.
 */
export async function openDecoder(): Promise<Decode> {
  const sharp = await loadSharp()
  return async (bytes, type) => {
    // No conversion by profile, as in pages: bytes stay what the file says. Warnings, such as of odd profiles, do no harm to pixels.
    const picture = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: MOST_PIXELS })
    // With an empty angle, as EXIF says: browsers turn photographs too.
    if (type === 'image/tiff') requireBytes(bytes)
    const upright = type === 'image/jpeg' || type === 'image/tiff' ? picture.rotate() : picture
    const { data, info } = await upright.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    if (info.channels !== 4) throw new Error(`it has ${info.channels} channels`)
    const image = { data, width: info.width, height: info.height }
    if (type === 'image/gif') clearAround(bytes, image)
    return image
  }
}

/** Values of a TIFF that are no bytes, nor halves of 16 bits, would be cut to bytes: fractions to 0 and 1. */
function requireBytes(bytes: Uint8Array): void {
  const head = tiffHead(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (!head || (head.isWhole && head.bits <= 16)) return
  throw new Error(`${head.bits} bits a value${head.isWhole ? '' : ', which are no whole numbers from 0 on'}`)
}

/** By `require`, as `import()` does not look where the application has it. What is Node's is loaded here alone: the rest of the package runs in pages. */
async function loadSharp(): Promise<typeof sharp> {
  const { default: nodeModule } = await import('node:module')
  const { locate } = await import('../../../common/locate.ts')
  // Written out, so that tools that gather an app's files see the name. Of `nodeModule`, as webpack looks for `createRequire` alone.
  const entry = locate('sharp', () => nodeModule.createRequire(import.meta.url).resolve('sharp'))
  if (typeof entry !== 'string') throw missing(entry.reason)
  try {
    return nodeModule.createRequire(entry)(entry)
  } catch (cause) {
    const [line] = (cause as Error).message.split('\n')
    throw missing(`is installed (${entry}) and cannot be loaded: ${line}`, cause)
  }
}

function missing(reason: string, cause?: unknown): PixelsError {
  const message = `pictures are decoded by the package sharp, which ${reason}. Run: npm i sharp`
  return new PixelsError({ code: 'PIXELS_DECODER_MISSING', params: { package: 'sharp', reason }, message }, { cause })
}
