import { sizeOf } from '@pixelrow/onnx'
import type { LoopCarried } from '../lowerings/index.ts'

/** The parts of a loop-carried tensor in a row, each in its order. */
export function pack({ dims, parts }: LoopCarried, values: Record<string, Float32Array>): Float32Array {
  const row = new Float32Array(sizeOf(dims))
  let at = 0
  for (const { name, size, permutation } of parts) {
    const plain = values[name]!
    if (permutation) for (let i = 0; i < size; i++) row[at + i] = plain[permutation[i]!]!
    else row.set(plain, at)
    at += size
  }
  return row
}

/** A copy of each part of a loop-carried tensor, in the plain order. */
export function unpack({ parts }: LoopCarried, row: Float32Array): Record<string, Float32Array> {
  let at = 0
  return Object.fromEntries(
    parts.map(({ name, size, permutation }) => {
      const part = row.subarray(at, at + size)
      at += size
      const plain = permutation ? new Float32Array(size) : part.slice()
      if (permutation) for (let i = 0; i < size; i++) plain[permutation[i]!] = part[i]!
      return [name, plain]
    }),
  )
}
