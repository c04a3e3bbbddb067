import type { ModelDescription } from './description.ts'
import { ClassifierError } from './errors.ts'
import { asBytes, checkImage, checkValues, countImages } from './pixels.ts'
import type { Image, ImageShape, Pixels, Preparation, Prepare, RgbaImage } from './types.ts'

/** What a classifier can do with pictures that are not raw pixels; each runtime brings its own. */
export interface Pictures {
  /** The bytes of the file at a path. */
  read?(path: string): Promise<Uint8Array>
}

/** Raw pixels of whole images, in memory of their own, or the promise of them. */
export type ToPixels = (image: Image, prepare?: Prepare) => Uint8Array | Promise<Uint8Array>

/** Makes raw pixels of any image. `several` lets an array hold more than one, which is not copied. What decodes pictures is loaded with the first one. */
export function pixelsOf(model: ModelDescription, { read }: Pictures, name: string) {
  return (image: Image, { prepare, several = false }: { prepare?: Prepare; several?: boolean } = {}) => {
    if (typeof image === 'string') return fromPath(image)
    if (isRgba(image)) return prepared(image, prepare)
    const bytes = asBytes(image)
    if (isPicture(bytes, model)) return fromFile(bytes, 'the picture', prepare)
    if (several) countImages(bytes, model)
    else checkImage(bytes, model)
    checkValues(bytes, model)
    // A copy: the run starts later, and the caller may use its buffer again until then.
    return several ? bytes : bytes.slice()

    async function fromPath(path: string): Promise<Uint8Array> {
      if (!read) throw new ClassifierError(`${path}: there are no files here. Pass the picture's bytes`)
      return fromFile(await read(path), path, prepare)
    }
  }

  async function fromFile(bytes: Uint8Array, file: string, prepare?: Prepare): Promise<Uint8Array> {
    const { decodeFile, openDecoder } = await import('@pixelrow/pixels')
    const decode = await openDecoder().catch((cause: Error) => {
      throw new ClassifierError(`${file}: ${cause.message}`, { cause })
    })
    const image = await decodeFile(Uint8Array.from(bytes), decode)
    if (typeof image === 'string')
      throw new ClassifierError(`${file}: expected a PNG, JPEG or WebP picture, found ${image}`)
    return prepared(image, prepare)
  }

  async function prepared(
    image: RgbaImage,
    how: Prepare = model.preparation ?? wholeOnBlack(model, name),
  ): Promise<Uint8Array> {
    const pixels = await import('@pixelrow/pixels')
    const { shape, maxValue } = model
    if (how === 'digit') {
      if (shape.channels !== 1)
        throw new ClassifierError(
          `${name}: prepare: 'digit' makes grey images, but the model takes ${shape.channels} channels`,
        )
      return scaled(pixels.digit(image, { size: [shape.height, shape.width] }), maxValue)
    }
    const rule = fitting(how, model, name)
    return scaled(inOrder(pixels.prepare(image, rule), shape), maxValue)
  }
}

/** Where nothing is known of the pictures that the model was trained on. */
function wholeOnBlack({ shape: { height, width, channels } }: ModelDescription, name: string): Preparation {
  if (channels !== 1 && channels !== 3)
    throw new ClassifierError(`${name}: pictures have 1 or 3 channels, the model takes ${channels}. Pass raw pixels`)
  return { size: [height, width], resize: 'contain', color: channels === 1 ? 'grey' : 'rgb', background: 0 }
}

function fitting(rule: Preparation, { shape }: ModelDescription, name: string): Preparation {
  const [height, width] = rule.size
  const channels = rule.color === 'grey' ? 1 : 3
  if (height === shape.height && width === shape.width && channels === shape.channels) return rule
  throw new ClassifierError(
    `${name}: prepare: expected images of ${shape.height}×${shape.width}×${shape.channels}, found a rule for ${height}×${width}×${channels}`,
  )
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

function isRgba(image: Pixels | RgbaImage): image is RgbaImage {
  return (
    !ArrayBuffer.isView(image) && typeof image === 'object' && image !== null && 'data' in image && 'width' in image
  )
}

/** Pixels of pictures are 0..255 and interleaved; a model of tables may want another range or order. */
function scaled(pixels: Uint8Array, maxValue: number): Uint8Array {
  return maxValue === 255 ? pixels : pixels.map((value) => Math.round((value * maxValue) / 255))
}

function inOrder(pixels: Uint8Array, { channels, channelOrder }: ImageShape): Uint8Array {
  if (channels === 1 || channelOrder === 'interleaved') return pixels
  const area = pixels.length / channels
  return Uint8Array.from(pixels, (_, i) => pixels[(i % area) * channels + Math.floor(i / area)]!)
}
