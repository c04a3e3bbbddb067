import type { ModelDescription } from './description.ts'
import { ClassifierError } from './errors.ts'
import type { Pixels } from './types.ts'

/** Bytes of one image. */
export function imageSize({ shape }: ModelDescription): number {
  return shape.height * shape.width * shape.channels
}

/** The same memory as plain bytes (a Buffer or a clamped array becomes a `Uint8Array`). */
export function asBytes(pixels: Pixels): Uint8Array {
  const kind = Object.prototype.toString.call(pixels).slice(8, -1)
  if (kind === 'Uint8Array' || kind === 'Uint8ClampedArray')
    return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  const found = typeof pixels === 'object' ? kind : typeof pixels
  throw new ClassifierError(
    `pixels: expected a Uint8Array of raw pixel values, found ${found}. They are whole numbers 0..255: fractions and NaN have no place there`,
  )
}

/** Refuses anything but exactly one image. `subject` starts the message where there are several. */
export function checkImage(bytes: Uint8Array, model: ModelDescription, subject = ''): void {
  const size = imageSize(model)
  if (bytes.length === size) return
  const hint = bytes.length === size + 1 ? '. Is one of them the label? Leave it out' : ''
  throw new ClassifierError(`${subject}expected ${size} bytes (${dimensions(model)}), found ${bytes.length}${hint}`)
}

/** Number of images in `bytes`; refuses a part of an image at the end. */
export function countImages(bytes: Uint8Array, model: ModelDescription): number {
  const size = imageSize(model)
  if (bytes.length % size === 0) return bytes.length / size
  throw new ClassifierError(
    `expected a multiple of ${size} bytes (${dimensions(model)}), found ${bytes.length}: ` +
      `${Math.floor(bytes.length / size)} images and ${bytes.length % size} bytes`,
  )
}

/** Refuses a value above the model's largest one: the classes would be guesses. Rows are counted from 0. */
export function checkValues(bytes: Uint8Array, model: ModelDescription): void {
  const { maxValue } = model
  if (maxValue >= 255) return
  const found = bytes.findIndex((value) => value > maxValue)
  if (found < 0) return
  const size = imageSize(model)
  throw new ClassifierError(
    `row ${Math.floor(found / size)}, pixel ${found % size}: expected a value of 0..${maxValue}, found ${bytes[found]}. ` +
      `The model was trained on pixels of 0..${maxValue}: bring these to the same scale`,
  )
}

function dimensions({ shape }: ModelDescription): string {
  return `${shape.height}×${shape.width}×${shape.channels}`
}
