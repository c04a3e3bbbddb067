// What is said where a model, an image, a result or a moment is not as it should be.
import { readMetadata } from '@pixelrow/onnx/metadata'
import { isA } from '../../../../common/kinds.ts'
import { ClassifierError, type QueueErrorCode } from '../errors.ts'
import { bytesOf, imageSize, isCount } from '../rawpixels.ts'
import type { RawSignature, Session } from '../session.ts'
import type { ImageShape, ModelDescription, ModelOptions, Preparation } from '../types.ts'

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
      { code: 'CLASSIFIER_METADATA_MISSING', params: { name, keys: missing } },
    )
  return {
    classesFrom: 'metadata',
    classes: parse(metadata, 'pixelrow.classes', name, isClasses, '["0", "1", …]'),
    shape: parse(metadata, 'pixelrow.shape', name, isShape, '{"height": 28, "width": 28, "channels": 1, …}'),
    maxValue: parse(metadata, 'pixelrow.max_value', name, isMaxValue, 'an integer 1..255'),
    ...('pixelrow.data_type' in metadata && {
      dataType: parse(metadata, 'pixelrow.data_type', name, isDataType, '"float32"'),
    }),
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
    throw damaged(name, `expected an ONNX model: ${(cause as Error).message}`, { cause })
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
  const found = text.slice(0, 80)
  throw new ClassifierError(`${name}: metadata ${key}: expected ${expected}, found ${found || 'nothing'}`, {
    code: 'CLASSIFIER_METADATA_INVALID',
    params: { name, key, expected, found },
  })
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

const isDataType = (value: unknown): value is 'float32' => value === 'float32'

function isPreparation(value: unknown): value is Preparation {
  if (typeof value !== 'object' || value === null) return false
  const { size, resize, color, background } = value as Partial<Preparation>
  const isGrey = Number.isInteger(background) && background! >= 0 && background! <= 255
  const isKnown = ['contain', 'cover', 'stretch'].includes(resize!) && (color === 'grey' || color === 'rgb')
  return Array.isArray(size) && size.length === 2 && size.every(isCount) && isKnown && isGrey
}

/** The one input of a session. */
export function onlyInput({ inputNames }: Session, name: string): string {
  const [input] = inputNames
  if (input !== undefined && inputNames.length === 1) return input
  throw unsuitable(name, 'one input', inputNames.length)
}

/** A model of pixelrow: raw pixels in, `probabilities` and perhaps `label` out. */
export function ownSignature(session: Session, model: ModelDescription, name: string): RawSignature {
  const input = onlyInput(session, name)
  if (!session.outputNames.includes('probabilities'))
    throw unsuitable(name, "an output named 'probabilities'", session.outputNames)
  const { shape, dataType = 'uint8' } = model
  const size = shape.height * shape.width * shape.channels
  const { type = dataType, shape: dims = ['N', size] } = session.inputMetadata?.[0] ?? {}
  const imageDims = dims.slice(1).map(Number)
  if (type !== dataType || product(imageDims) !== size)
    throw unsuitable(name, `an input of ${dataType} [N, ${size}] as its metadata says`, `${type} [${dims.join(', ')}]`)
  const label = session.outputNames.includes('label') && { label: 'label' }
  return { input, type, imageDims, output: 'probabilities', ...label, ...(model.dataType && { feed: floatsIn }) }
}

/** The floats that bytes are the memory of: a copy where that memory cannot be looked at, or is shared, which onnxruntime refuses. */
function floatsIn(bytes: Uint8Array): Float32Array {
  const own = bytes.byteOffset % 4 > 0 || !isA(bytes.buffer, 'ArrayBuffer') ? bytes.slice() : bytes
  return new Float32Array(own.buffer, own.byteOffset, own.length / 4)
}

/** The product of dimensions. */
export const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1)

/** A model of which inputs, outputs or results are not those of a classifier of images. `found` may be names; `more` is said behind it. */
export function unsuitable(
  name: string,
  expected: string,
  found: string | number | readonly string[],
  more = '',
): ClassifierError {
  const shown = typeof found === 'object' ? found.map((each) => `'${each}'`).join(', ') : found
  return new ClassifierError(`${name}: expected ${expected}, found ${shown}${more}`, {
    code: 'CLASSIFIER_MODEL_UNSUITABLE',
    params: { name, expected, found },
  })
}

/** What an error of the queue says. `found` is the number of images that wait, or of milliseconds. */
export function queueError(code: QueueErrorCode, name: string, found: number): ClassifierError {
  const what = {
    closed: 'the classifier is closed. Load the model again to go on',
    busy: `${found} images wait already. Answer 503, let callers wait for results, or raise maxQueue`,
    deadline: `no result within ${found} ms`,
  }
  return new ClassifierError(`${name}: ${what[code]}`, { code, params: { name, ...(code !== 'closed' && { found }) } })
}

/** An output that is no scores of these rows. */
export function scoresError(name: string, rows: number, output: string): ClassifierError {
  return new ClassifierError(`${name}: expected float scores of ${rows} images from output '${output}'`, {
    code: 'CLASSIFIER_SCORES_INVALID',
    params: { name, rows, output },
  })
}

/** Another number of scores than there are classes. */
export function countError(name: string, rows: number, count: number): ClassifierError {
  return new ClassifierError(`${name}: expected float32 probabilities [${rows}, ${count}] as its classes say`, {
    code: 'CLASSIFIER_SCORES_INVALID',
    params: { name, rows, count },
  })
}

/** A result that is no number. */
export function nanError(name: string, row: number): ClassifierError {
  return new ClassifierError(
    `${name}: image ${row}: the model gives NaN for a class. Its weights are damaged, or the image is beyond what it can take`,
    { code: 'CLASSIFIER_SCORES_INVALID', params: { name, row } },
  )
}

/** Says what is wrong with pixels that do not fit a model: one image, or `several`. Throws a `ClassifierError`. */
export function refuse(pixels: unknown, model: ModelDescription, several: boolean): never {
  const bytes = asBytes(pixels, model)
  if (several) countImages(bytes, model)
  else checkImage(bytes, model)
  checkValues(bytes, model)
  throw new ClassifierError('pixels: they were changed while they were looked at', {
    code: 'CLASSIFIER_PIXELS_INVALID',
    params: { expected: 'pixels that stay as they are', found: 'changed pixels' },
  })
}

function asBytes(pixels: unknown, model: ModelDescription): Uint8Array {
  const bytes = bytesOf(pixels, model)
  if (bytes) return bytes
  const found = typeof pixels === 'object' ? Object.prototype.toString.call(pixels).slice(8, -1) : typeof pixels
  const expected = `a ${model.dataType ? 'Float32Array' : 'Uint8Array'} of raw pixel values`
  const what = model.dataType
    ? 'The model was trained on a table of floats, whatever their scale was'
    : 'They are whole numbers 0..255: fractions and NaN have no place there'
  throw new ClassifierError(`pixels: expected ${expected}, found ${found}. ${what}`, {
    code: 'CLASSIFIER_PIXELS_INVALID',
    params: { expected, found },
  })
}

/** Refuses anything but exactly one image. */
function checkImage(bytes: Uint8Array, model: ModelDescription): void {
  const { size, found, unit } = sizesOf(bytes, model)
  if (found === size) return
  const hint = found === size + 1 ? '. Is one of them the label? Leave it out' : ''
  throw new ClassifierError(`expected ${size} ${unit} (${dimensions(model)}), found ${found}${hint}`, {
    code: 'CLASSIFIER_PIXELS_SIZE',
    params: { expected: size, found, several: false },
  })
}

/** Refuses a part of an image at the end. */
function countImages(bytes: Uint8Array, model: ModelDescription): void {
  const { size, found, unit } = sizesOf(bytes, model)
  if (found % size === 0) return
  throw new ClassifierError(
    `expected a multiple of ${size} ${unit} (${dimensions(model)}), found ${found}: ` +
      `${Math.floor(found / size)} images and ${found % size} ${unit}`,
    { code: 'CLASSIFIER_PIXELS_SIZE', params: { expected: size, found, several: true } },
  )
}

/** What one image and all of them are in the values that the model takes. */
function sizesOf(bytes: Uint8Array, model: ModelDescription): { size: number; found: number; unit: string } {
  const each = model.dataType ? 4 : 1
  return { size: imageSize(model) / each, found: bytes.length / each, unit: model.dataType ? 'floats' : 'bytes' }
}

/** Refuses a value above the model's largest one: the classes would be guesses. Rows are counted from 0. */
function checkValues(bytes: Uint8Array, model: ModelDescription): void {
  const { maxValue, dataType } = model
  if (maxValue >= 255 || dataType) return
  const place = bytes.findIndex((value) => value > maxValue)
  if (place < 0) return
  const size = imageSize(model)
  const [row, pixel, found] = [Math.floor(place / size), place % size, bytes[place]]
  throw new ClassifierError(
    `row ${row}, pixel ${pixel}: expected a value of 0..${maxValue}, found ${found}. ` +
      `The model was trained on pixels of 0..${maxValue}: bring these to the same scale`,
    { code: 'CLASSIFIER_PIXELS_VALUE', params: { row, pixel, most: maxValue, found } },
  )
}

function dimensions({ shape }: ModelDescription): string {
  return `${shape.height}×${shape.width}×${shape.channels}`
}

/** What is wrong with a file, and at which byte where that is known. */
export interface Damage {
  message: string
  offset?: number
}

/**
 * Puts onnxruntime's reason for refusing a model into a sentence. `locate` looks for the damage in a file; the default finds what is cut.
 * Returns undefined where the reason is not the file but the device or the runtime.
 */
export function explainModelError(
  error: unknown,
  bytes: Uint8Array,
  name: string,
  locate: (bytes: Uint8Array) => Damage | undefined = cutAt,
): ClassifierError | undefined {
  const reason = isA(error, 'Error') ? error.message : String(error)
  if (bytes.length === 0) return damaged(name, 'expected an ONNX model, found an empty file', { cause: error })
  const newer = tooNew(reason, name, error)
  if (newer) return newer
  const unreadable = /protobuf parsing failed|No graph was found/i.test(reason)
  const other = unreadable && looksLike(bytes)
  if (other) return damaged(name, `expected an ONNX model, found ${other}`, { cause: error })
  const damage = locate(bytes)
  if (damage) return damaged(name, damage.message, { ...damage, cause: error })
  if (!unreadable) return undefined
  return damaged(name, 'expected an ONNX model, found something else', { cause: error })
}

function damaged(
  name: string,
  message: string,
  { offset, cause }: { offset?: number; cause: unknown },
): ClassifierError {
  return new ClassifierError(`${name}: ${message}`, {
    code: 'CLASSIFIER_MODEL_DAMAGED',
    params: { name },
    offset,
    cause,
  })
}

/** A model of a newer ONNX than onnxruntime knows, by onnxruntime's own words. */
function tooNew(reason: string, name: string, cause: unknown): ClassifierError | undefined {
  const version = /Unsupported model IR version: (\d+), max supported IR version: (\d+)/.exec(reason)
  const opset = /Opset (\d+) is under development.*?domain (\S+) is till opset (\d+)/s.exec(reason)
  const code = 'CLASSIFIER_MODEL_TOO_NEW'
  if (version)
    return new ClassifierError(
      `${name}: ONNX IR version ${version[1]} is newer than this onnxruntime reads (up to ${version[2]}). ` +
        'Write the model with an older IR version, or take a newer release of this package.',
      { code, params: { name, found: Number(version[1]), most: Number(version[2]) }, cause },
    )
  if (!opset) return undefined
  const [, found, domain, most] = opset
  return new ClassifierError(
    `${name}: operator set ${found} of ${domain} is newer than this onnxruntime runs (up to ${most}). ` +
      'Export the model for an older operator set, or take a newer release of this package.',
    { code, params: { name, domain, found: Number(found), most: Number(most) }, cause },
  )
}

function cutAt(bytes: Uint8Array): Damage | undefined {
  try {
    readMetadata(bytes)
    return undefined
  } catch (error) {
    return { message: `expected an ONNX model: ${(error as Error).message}` }
  }
}

/** Says what a file is that is not ONNX, by its first bytes. */
function looksLike(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder().decode(bytes.subarray(0, 40)).split('\n')[0] ?? ''
  if (/^\s*<(!doctype|html)/i.test(start)) return 'an HTML page (a server answers so for a path that it does not have)'
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer: fetch the file itself with git lfs pull'
  if (start.startsWith('PK')) return 'a zip archive: unpack it first'
  if (/^[\x20-\x7e\t\r]+$/.test(start)) return `text that starts with '${start.trim()}'`
  return undefined
}
