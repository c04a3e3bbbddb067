import type { TensorType } from './types.ts'

/** A type as text: `float32[N,60]`, `float32[?,3]` for a size nobody knows, `float32` for an unknown rank. */
export function format({ dataType, dims }: TensorType): string {
  return dims ? `${dataType}[${dims.map((dim) => (dim === '' ? '?' : dim)).join(',')}]` : dataType
}
