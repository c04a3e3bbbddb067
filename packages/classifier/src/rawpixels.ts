import type { ModelDescription } from './types.ts'

/** Bytes of one image: one for each value, four where the model takes floats. */
export function imageSize({ shape, dataType }: ModelDescription): number {
  return shape.height * shape.width * shape.channels * (dataType ? 4 : 1)
}

/** The same memory as plain bytes (a Buffer or a clamped array becomes a `Uint8Array`); undefined for what is no array of what the model takes. */
export function bytesOf(pixels: unknown, { dataType }: ModelDescription): Uint8Array | undefined {
  if (!Object.prototype.toString.call(pixels).includes(dataType ? ' Float32' : ' Uint8')) return undefined
  const { buffer, byteOffset, byteLength } = pixels as Uint8Array
  // Of memory that has moved elsewhere nothing is left, and no view can be made.
  return byteLength ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array()
}

/** Whether bytes are one image, or whole images, in the model's range. What is wrong with others is said by lazy/sentences.ts. */
export function fits(bytes: Uint8Array, model: ModelDescription, several: boolean): boolean {
  const size = imageSize(model)
  const isWhole = several ? bytes.length % size === 0 : bytes.length === size
  const { maxValue, dataType } = model
  return isWhole && (maxValue > 254 || !!dataType || bytes.every((value) => value <= maxValue))
}

/** Whether a value is an integer of 1 or more. */
export const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0
