import { encodeMessage } from './encode.ts'
import { modelTo } from './graphproto.ts'
import type { Model } from './types.ts'

/**
 * The bytes of an ONNX file.
 * Fields come in ascending order and tensors as `raw_data`, so that equal models give equal bytes, the ones Python's onnx
 * writes. Nothing is checked but what the format cannot hold; `check` does the rest.
 * @throws OnnxError for data of the wrong kind, numbers out of range and files beyond 2 GiB.
 */
export function write(model: Model): Uint8Array {
  return encodeMessage('ModelProto', modelTo(model))
}
