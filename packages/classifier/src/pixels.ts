import { bytesOf, ClassifierError, imageSize } from './core.ts'
import type { ModelDescription } from './description.ts'

/** Says what is wrong with pixels that do not fit a model: one image, or `several`. Throws a `ClassifierError`. */
export function refuse(pixels: unknown, model: ModelDescription, several: boolean): never {
  const bytes = asBytes(pixels)
  if (several) countImages(bytes, model)
  else checkImage(bytes, model)
  checkValues(bytes, model)
  throw new ClassifierError('pixels: they were changed while they were looked at')
}

function asBytes(pixels: unknown): Uint8Array {
  const bytes = bytesOf(pixels)
  if (bytes) return bytes
  const found = typeof pixels === 'object' ? Object.prototype.toString.call(pixels).slice(8, -1) : typeof pixels
  throw new ClassifierError(
    `pixels: expected a Uint8Array of raw pixel values, found ${found}. They are whole numbers 0..255: fractions and NaN have no place there`,
  )
}

/** Refuses anything but exactly one image. */
function checkImage(bytes: Uint8Array, model: ModelDescription): void {
  const size = imageSize(model)
  if (bytes.length === size) return
  const hint = bytes.length === size + 1 ? '. Is one of them the label? Leave it out' : ''
  throw new ClassifierError(`expected ${size} bytes (${dimensions(model)}), found ${bytes.length}${hint}`)
}

/** Refuses a part of an image at the end. */
function countImages(bytes: Uint8Array, model: ModelDescription): void {
  const size = imageSize(model)
  if (bytes.length % size === 0) return
  throw new ClassifierError(
    `expected a multiple of ${size} bytes (${dimensions(model)}), found ${bytes.length}: ` +
      `${Math.floor(bytes.length / size)} images and ${bytes.length % size} bytes`,
  )
}

/** Refuses a value above the model's largest one: the classes would be guesses. Rows are counted from 0. */
function checkValues(bytes: Uint8Array, model: ModelDescription): void {
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
