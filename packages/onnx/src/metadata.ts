/**
 * The `metadata_props` of an ONNX file, without reading its graph: weights are skipped, not copied.
 * Nothing but this function, under 1 kB, for pages: onnxruntime's JavaScript API does not give the metadata.
 * @param bytes the whole file, or a piece from its start that ends between two of the model's fields.
 * @returns values by key; a key that comes twice has the later value.
 * @throws RangeError with the byte offset where the bytes are cut or are no protobuf.
 */
export function readMetadata(bytes: Uint8Array): Record<string, string> {
  const found: [string, string][] = []
  const text = new TextDecoder('utf-8', { ignoreBOM: true })
  let at = 0
  const fail = (): never => {
    throw new RangeError(`not an ONNX file, or cut: byte ${at} of ${bytes.length}`)
  }
  const varint = (end: number): number => {
    let value = 0
    for (let scale = 1; at < end && scale < 2 ** 70; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    return fail()
  }
  const walk = (end: number, take: (field: number, length: number) => void): void => {
    while (at < end) {
      const tag = varint(end)
      const kind = tag % 8
      // A varint's own bytes are its length; the other kinds have theirs in front, or fixed.
      const value = kind === 0 || kind === 2 ? varint(end) : 0
      const length = [0, 8, value, -1, -1, 4, -1, -1][kind]!
      const next = at + length
      if (length < 0 || next > end) fail()
      if (kind === 2) take((tag - 2) / 8, length)
      at = next
    }
  }
  walk(bytes.length, (field, length) => {
    if (field !== 14) return
    const entry: [string, string] = ['', '']
    walk(at + length, (part, size) => {
      if (part === 1 || part === 2) entry[part - 1] = text.decode(bytes.subarray(at, at + size))
    })
    found.push(entry)
  })
  return Object.fromEntries(found)
}
