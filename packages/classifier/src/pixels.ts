import type { ModelDescription } from './description.ts'
import { ClassifierError } from './errors.ts'

/** Raw pixel values. */
export type Pixels = Uint8Array | Uint8ClampedArray

/** Bytes of one image. */
export function imageSize({ shape }: ModelDescription): number {
  return shape.height * shape.width * shape.channels
}

/** The same memory as plain bytes (a Buffer or a clamped array becomes a `Uint8Array`). */
export function asBytes(pixels: Pixels): Uint8Array {
  if (!ArrayBuffer.isView(pixels))
    throw new ClassifierError(`pixels: expected a Uint8Array of raw pixel values, found ${typeof pixels}`)
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
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

/** Puts images one after the other; refuses one whose length is wrong, by its place. */
export function joinImages(images: readonly Pixels[], model: ModelDescription): Uint8Array {
  const size = imageSize(model)
  const joined = new Uint8Array(images.length * size)
  for (const [row, image] of images.entries()) {
    const bytes = asBytes(image)
    checkImage(bytes, model, `image ${row}: `)
    joined.set(bytes, row * size)
  }
  return joined
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
