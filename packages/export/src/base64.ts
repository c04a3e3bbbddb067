/** Bytes as text that metadata can hold. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  // In pieces: a call takes no more arguments than the stack has room for.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}

/** The bytes of such a text; undefined where it is none, or not of `length` bytes. */
export function fromBase64(text: string, length: number): Uint8Array | undefined {
  if (text.length !== 4 * Math.ceil(length / 3)) return undefined
  try {
    const binary = atob(text)
    if (binary.length !== length) return undefined
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at++) bytes[at] = binary.charCodeAt(at)
    return bytes
  } catch {
    return undefined
  }
}
