/** The place of the first byte above `max`, else -1. Four bytes are looked at at a time. */
export function firstAbove(bytes: Uint8Array, max: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // The upper bit of each byte is left out and carried into: it is set where the lower seven are above those of max.
  const add = Math.imul(127 - (max & 127), 0x01010101)
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    const four = view.getUint32(at, true)
    const carried = (four & 0x7f7f7f7f) + add
    if ((max < 128 ? carried | four : carried & four) & 0x80808080) break
  }
  for (; at < bytes.length; at++) if (bytes[at]! > max) return at
  return -1
}
