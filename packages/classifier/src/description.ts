import { readMetadata } from '@pixelrow/onnx/metadata'
import { ClassifierError, isCount } from './core.ts'
import type { ClassesFrom, ImageShape, Preparation } from './types.ts'

/** What is known of a model: its classes, the images it takes, and their largest pixel value (1..255). */
export interface ModelDescription {
  classes: readonly string[]
  shape: ImageShape
  maxValue: number
  /** Where the model was trained on pictures. */
  preparation?: Preparation
  /** Who says the classes. */
  classesFrom?: ClassesFrom
}

/** What the caller says of a model that was not made by pixelrow; what is left out comes from its metadata or its graph. */
export interface ModelOptions {
  /** The text of each class, in the order of the scores. Default: what the file says, by its metadata or its graph, else `0`, `1`, … */
  classes?: readonly string[]
  /** Size of its images, where its input does not say it. The order of channels is that of the pixels that the classifier is given; default `interleaved`. */
  shape?: { height: number; width: number; channels?: number; channelOrder?: ImageShape['channelOrder'] }
  /** Order of the input's dimensions. Default: by where 1 or 3 stands. */
  layout?: 'NCHW' | 'NHWC'
  /** Order of the colours that the model takes; images are always given as red, green, blue. Default: metadata `Image.BitmapPixelFormat`, else `rgb`. */
  colors?: 'rgb' | 'bgr'
  /** A float input gets `(byte × scale − mean) / std`. Default: metadata `Image.NominalPixelRange`, else 1/255. */
  scale?: number
  /** One number, or one a channel. Default 0. */
  mean?: number | readonly number[]
  /** One number, or one a channel. Default 1. */
  std?: number | readonly number[]
  /** The output to take. Default: `probabilities`, else the first of floats. */
  output?: string
  /** Whether the output still needs a softmax. Default: whether its values on a test image add up to something else than 1. */
  softmax?: boolean
}

const ours = ['pixelrow.classes', 'pixelrow.shape', 'pixelrow.max_value']

/**
 * Reads classes, image shape and largest pixel value from the metadata that pixelrow writes into an ONNX file.
 * `name` is what errors call the model. Throws a `ClassifierError` where a key is missing or not what it should be.
 */
export function describeModel(bytes: Uint8Array, name = 'the model'): ModelDescription {
  return described(metadataOf(bytes, name), name)
}

/** The same; undefined where the metadata has none of these. */
export function describedIfOurs(bytes: Uint8Array, name: string): ModelDescription | undefined {
  const metadata = metadataOf(bytes, name)
  return ours.some((key) => key in metadata) ? described(metadata, name) : undefined
}

/**
 * The description of a model of pixelrow with what the caller says of it: other texts for its classes. All else it says itself, and what would be ignored is
 * refused with a `ClassifierError`.
 */
export function withGiven(own: ModelDescription, given: ModelOptions, name: string): ModelDescription {
  const { classes, ...others } = given
  const options = Object.entries(others).flatMap(([option, value]) => (value === undefined ? [] : [`model.${option}`]))
  if (options.length > 0)
    throw new ClassifierError(
      `${name}: ${options.join(', ')}: a model of pixelrow says itself what it takes and gives. Only the texts of its classes can be given`,
      { code: 'CLASSIFIER_MODEL_OPTION_UNUSED', params: { name, options } },
    )
  if (!classes) return own
  if (classes.length === own.classes.length) return { ...own, classes, classesFrom: 'caller' }
  throw new ClassifierError(
    `${name}: expected ${own.classes.length} classes, as the model has, found ${classes.length}`,
    {
      code: 'CLASSIFIER_CLASSES_COUNT',
      params: { name, expected: own.classes.length, found: classes.length },
    },
  )
}

/** From a file's metadata. */
function described(metadata: Record<string, string>, name: string): ModelDescription {
  const missing = ours.filter((key) => !(key in metadata))
  if (missing.length > 0)
    throw new ClassifierError(
      `${name}: its metadata lacks ${missing.join(', ')}, so nobody knows which pixels it takes and what its outputs ` +
        'mean. Expected a model written by pixelrow: export it with toOnnx of @pixelrow/export.',
    )
  return {
    classesFrom: 'metadata',
    classes: parse(metadata, 'pixelrow.classes', name, isClasses, '["0", "1", …]'),
    shape: parse(metadata, 'pixelrow.shape', name, isShape, '{"height": 28, "width": 28, "channels": 1, …}'),
    maxValue: parse(metadata, 'pixelrow.max_value', name, isMaxValue, 'an integer 1..255'),
    ...('pixelrow.preparation' in metadata && {
      preparation: parse(metadata, 'pixelrow.preparation', name, isPreparation, '{"size": [28, 28], "resize": …}'),
    }),
  }
}

/** All of a file's metadata. Throws a `ClassifierError` for what is no protobuf. */
export function metadataOf(bytes: Uint8Array, name: string): Record<string, string> {
  try {
    return readMetadata(bytes)
  } catch (cause) {
    throw new ClassifierError(`${name}: expected an ONNX model: ${(cause as Error).message}`, { cause })
  }
}

function parse<T>(
  metadata: Record<string, string>,
  key: string,
  name: string,
  fits: (value: unknown) => value is T,
  expected: string,
): T {
  const text = metadata[key] ?? ''
  const value = parseJson(text)
  if (fits(value)) return value
  throw new ClassifierError(`${name}: metadata ${key}: expected ${expected}, found ${text.slice(0, 80) || 'nothing'}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isClasses(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((label) => typeof label === 'string')
}

function isShape(value: unknown): value is ImageShape {
  if (typeof value !== 'object' || value === null) return false
  const { height, width, channels, channelOrder } = value as Partial<ImageShape>
  return [height, width, channels].every(isCount) && (channelOrder === 'interleaved' || channelOrder === 'planar')
}

function isMaxValue(value: unknown): value is number {
  return isCount(value) && value <= 255
}

function isPreparation(value: unknown): value is Preparation {
  if (typeof value !== 'object' || value === null) return false
  const { size, resize, color, background } = value as Partial<Preparation>
  const isGrey = Number.isInteger(background) && background! >= 0 && background! <= 255
  const isKnown = ['contain', 'cover', 'stretch'].includes(resize!) && (color === 'grey' || color === 'rgb')
  return Array.isArray(size) && size.length === 2 && size.every(isCount) && isKnown && isGrey
}
