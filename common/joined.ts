/** The parts one after the other, in an array of their own kind. */
export function joined<A extends Float32Array | Uint8Array>(Kind: new (length: number) => A, parts: readonly A[]): A {
  const whole = new Kind(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
