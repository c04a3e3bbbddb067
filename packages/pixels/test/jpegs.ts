import sharp from 'sharp'

const [width, height] = [20, 13]
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 5 + (i >> 4) * 3) % 256)
const picture = () => sharp(pixels, { raw: { width, height, channels: 3 } })

/** Baseline and progressive, of one, three and four channels, with whole colours, and one that lies on its side. */
export const jpegs: Promise<readonly Uint8Array[]> = Promise.all(
  [
    picture().jpeg(),
    picture().jpeg({ progressive: true }),
    picture().jpeg({ chromaSubsampling: '4:4:4', quality: 100 }),
    picture().greyscale().jpeg(),
    picture().toColourspace('cmyk').jpeg(),
    picture().withMetadata({ orientation: 6 }).jpeg(),
  ].map(async (made) => new Uint8Array(await made.toBuffer())),
)

/** A picture's pixels in red, green, blue and alpha, by the decoder alone. */
export const decodedAlone = (bytes: Uint8Array): Promise<Uint8Array> =>
  sharp(bytes).rotate().toColourspace('srgb').ensureAlpha().raw().toBuffer()

/** A GIF of many colours, of greys, and of four colours. */
export const gifs: Promise<readonly Uint8Array[]> = bytesOf([
  picture().gif(),
  picture().greyscale().gif(),
  picture().gif({ colours: 4 }),
])

/** TIFFs, packed in each usual way. */
export const tiffs: Promise<readonly Uint8Array[]> = bytesOf([
  ...(['none', 'lzw', 'deflate', 'packbits', 'jpeg'] as const).map((compression) => picture().tiff({ compression })),
  picture().greyscale().tiff(),
])

function bytesOf(made: { toBuffer(): Promise<Uint8Array> }[]): Promise<Uint8Array[]> {
  return Promise.all(made.map(async (each) => new Uint8Array(await each.toBuffer())))
}
