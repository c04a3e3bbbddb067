import { isA } from './kinds.ts'

/** Values of pixels: bytes, or 32-bit floats where a source has values that no byte holds. */
export type PixelValues = Uint8Array | Float32Array

/** The largest number that a 32-bit float holds. */
export const MOST_FLOAT = 3.4028234663852886e38

/** Whether pixels are 32-bit floats, and no bytes. */
export const areFloats = (pixels: unknown): pixels is Float32Array => isA(pixels, 'Float32Array')

/** What ONNX calls the type of such pixels. */
export const dataTypeOf = (pixels: PixelValues): 'float32' | 'uint8' => (areFloats(pixels) ? 'float32' : 'uint8')

/** An array of zeros of the kind of another. */
export function emptyLike<T extends PixelValues>(like: T, length: number): T {
  return (areFloats(like) ? new Float32Array(length) : new Uint8Array(length)) as T
}
