import { decodeMessage } from './decode.ts'
import { modelFrom } from './graphproto.ts'
import { bytesFrom } from './options.ts'
import type { Model } from './types.ts'

/**
 * The model in an ONNX file.
 * Tensors are views of `bytes` where their alignment allows it, so leave those alone while the model lives. What the model's
 * types have no place for is kept in `extra`, and `write` gives it back. Time and memory grow with the number of bytes alone.
 * @throws OnnxError with the byte offset for cut, damaged or foreign files; nesting beyond 100 messages is refused too.
 */
export function read(bytes: Uint8Array | ArrayBuffer): Model {
  return modelFrom(decodeMessage('ModelProto', bytesFrom('read', bytes)))
}
