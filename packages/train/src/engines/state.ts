import { sizeOf } from '@pixelrow/onnx'
import type { Carried } from '../lowerings/index.ts'

/** The parts of a carried tensor in a row, each in its order. */
export function joined({ dims, parts }: Carried, values: Record<string, Float32Array>): Float32Array {
  const row = new Float32Array(sizeOf(dims))
  let at = 0
  for (const { name, size, places } of parts) {
    const plain = values[name]!
    if (places) for (let i = 0; i < size; i++) row[at + i] = plain[places[i]!]!
    else row.set(plain, at)
    at += size
  }
  return row
}

/** A copy of each part of a carried tensor, in the plain order. */
export function apart({ parts }: Carried, row: Float32Array): Record<string, Float32Array> {
  let at = 0
  return Object.fromEntries(
    parts.map(({ name, size, places }) => {
      const part = row.subarray(at, at + size)
      at += size
      const plain = places ? new Float32Array(size) : part.slice()
      if (places) for (let i = 0; i < size; i++) plain[places[i]!] = part[i]!
      return [name, plain]
    }),
  )
}
