// Under 1 kB, for pages: what is to be known of a file without reading its graph.

/** A field of a protobuf message: its number, its wire type, and where the bytes of its content are. */
export interface ProtobufField {
  number: number
  /** 0 is a varint, whose own bytes are the content; 2 a text, bytes or a message; 1 and 5 are eight and four bytes. */
  kind: number
  from: number
  /** Where the content ends, and the next field begins. */
  to: number
}

/**
 * The fields of a protobuf message one by one, none of them looked into.
 * @param bytes the whole file, or a piece from its start that ends between two fields.
 * @param message where in it the message is. Default: all of it.
 * @throws RangeError with the byte offset where the bytes are cut or are no protobuf.
 */
export function* protobufFields(
  bytes: Uint8Array,
  { from: at, to: end }: { from: number; to: number } = { from: 0, to: bytes.length },
): Generator<ProtobufField> {
  const fail = (): never => {
    throw new RangeError(`not an ONNX file, or cut: byte ${at} of ${bytes.length}`)
  }
  const varint = (): number => {
    let value = 0
    for (let scale = 1; at < end && scale < 2 ** 70; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    return fail()
  }
  while (at < end) {
    const tag = varint()
    const kind = tag % 8
    const start = at
    const value = kind === 0 || kind === 2 ? varint() : 0
    // A varint is behind us; the other kinds have their length in front, or fixed.
    const length = [0, 8, value, -1, -1, 4, -1, -1][kind]!
    const to = at + length
    if (length < 0 || to > end) fail()
    yield { number: (tag - kind) / 8, kind, from: kind === 0 ? start : at, to }
    at = to
  }
}

/**
 * The `metadata_props` of an ONNX file, without reading its graph: weights are skipped, not copied. onnxruntime's JavaScript API does not give them.
 * @param bytes the whole file, or a piece from its start that ends between two of the model's fields.
 * @returns values by key; a key that comes twice has the later value.
 * @throws RangeError with the byte offset where the bytes are cut or are no protobuf.
 */
export function readMetadata(bytes: Uint8Array): Record<string, string> {
  const found: [string, string][] = []
  const text = new TextDecoder('utf-8', { ignoreBOM: true })
  for (const field of protobufFields(bytes)) {
    if (field.number !== 14 || field.kind !== 2) continue
    const entry: [string, string] = ['', '']
    for (const { number, kind, from, to } of protobufFields(bytes, field))
      if (kind === 2 && (number === 1 || number === 2)) entry[number - 1] = text.decode(bytes.subarray(from, to))
    found.push(entry)
  }
  return Object.fromEntries(found)
}
