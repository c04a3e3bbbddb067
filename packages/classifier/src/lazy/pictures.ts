import { decodeFile, modelPixels, openDecoder, PixelsError } from '@pixelrow/pixels'
import { ClassifierError } from '../errors.ts'
import type { ImageShape, ModelDescription, Picture, Pictures, Preparation, Prepare, RgbaImage } from '../types.ts'

/** What a picture is prepared for. */
interface Preparing {
  how: Prepare | undefined
  model: ModelDescription
  /** What errors call the model. */
  name: string
  pictures: Pictures
}

/** Raw pixels of a picture. A part of its own, which a page that only has raw pixels never loads. */
export async function preparedPixels(picture: Picture, { how, model, name, pictures }: Preparing): Promise<Uint8Array> {
  if (model.dataType) {
    const { shape } = model
    throw prepareError(
      `${name}: it takes no pictures: it was trained on a table of floats, and nothing says how a picture becomes such. Pass a Float32Array`,
      { name, shape },
    )
  }
  const found = typeof picture === 'string' ? await readPath(picture, pictures) : await opened(picture, pictures)
  const file = typeof picture === 'string' ? picture : 'the picture'
  return prepared(ArrayBuffer.isView(found) ? await decoded(found, file) : found, how, { model, name })
}

async function readPath(path: string, { read }: Pictures): Promise<Uint8Array> {
  if (read) return read(path)
  throw new ClassifierError(`${path}: there are no files here. Pass the picture's bytes`, {
    code: 'CLASSIFIER_PICTURE_UNREADABLE',
    params: { path, reason: 'no files here' },
  })
}

/** Bytes and decoded pictures are what they are; all else is opened by those who know it. */
async function opened(picture: object, { open }: Pictures): Promise<Uint8Array | RgbaImage> {
  if (ArrayBuffer.isView(picture)) return picture as Uint8Array
  if ('data' in picture && 'width' in picture) return picture as RgbaImage
  const found = await open?.(picture)
  if (found) return found
  const kind = Object.prototype.toString.call(picture).slice(8, -1)
  throw pictureError('the picture', "raw pixels, a picture's bytes or decoded red, green, blue and alpha", kind)
}

async function decoded(bytes: Uint8Array, file: string): Promise<RgbaImage> {
  const decode = await openDecoder().catch((cause: Error) => {
    throw new ClassifierError(`${file}: ${cause.message}`, {
      code: 'CLASSIFIER_DECODER_MISSING',
      params: { reason: cause.message },
      cause,
    })
  })
  const image = await decodeFile(Uint8Array.from(bytes), decode)
  if (typeof image !== 'string') return image
  throw pictureError(file, 'a PNG, JPEG, WebP, GIF, BMP or TIFF picture', image)
}

function pictureError(picture: string, expected: string, found: string): ClassifierError {
  return new ClassifierError(`${picture}: expected ${expected}, found ${found}`, {
    code: 'CLASSIFIER_PICTURE_INVALID',
    params: { picture, expected, found },
  })
}

function prepared(
  image: RgbaImage,
  how: Prepare | undefined,
  { model, name }: { model: ModelDescription; name: string },
): Uint8Array {
  const { shape, maxValue } = model
  const rule = how ?? model.preparation ?? wholeOnBlack(model, name)
  if (rule !== 'digit') requireFit(rule, model, name)
  else if (shape.channels !== 1)
    throw prepareError(`${name}: prepare: 'digit' makes grey images, but the model takes ${shape.channels} channels`, {
      name,
      shape,
      rule,
    })
  try {
    return modelPixels(image, { shape, maxValue, rule })
  } catch (error) {
    if (!(error instanceof PixelsError && error.code === 'PIXELS_IMAGE_INVALID')) throw error
    const { message, params } = error
    throw new ClassifierError(message, {
      code: 'CLASSIFIER_PICTURE_INVALID',
      params: { picture: 'the picture', ...params },
      cause: error,
    })
  }
}

/** Where nothing is known of the pictures that the model was trained on. */
function wholeOnBlack({ shape }: ModelDescription, name: string): Preparation {
  const { height, width, channels } = shape
  if (channels !== 1 && channels !== 3)
    throw prepareError(`${name}: pictures have 1 or 3 channels, the model takes ${channels}. Pass raw pixels`, {
      name,
      shape,
    })
  return { size: [height, width], resize: 'contain', color: channels === 1 ? 'grey' : 'rgb', background: 0 }
}

/** Refuses a rule for images of another size than the model's. */
function requireFit(rule: Preparation, { shape }: ModelDescription, name: string): void {
  const [height, width] = rule.size
  const channels = rule.color === 'grey' ? 1 : 3
  if (height === shape.height && width === shape.width && channels === shape.channels) return
  throw prepareError(
    `${name}: prepare: expected images of ${shape.height}×${shape.width}×${shape.channels}, found a rule for ${height}×${width}×${channels}`,
    { name, shape, rule },
  )
}

function prepareError(message: string, params: { name: string; shape: ImageShape; rule?: Prepare }): ClassifierError {
  return new ClassifierError(message, { code: 'CLASSIFIER_PREPARE_UNSUITABLE', params })
}
