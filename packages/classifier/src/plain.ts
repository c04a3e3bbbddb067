/** A tensor as plain data. */
export interface PlainTensor {
  /** ONNX's name of the element type: `float32`, `uint8`, `int64`, … */
  dataType: string
  dims: readonly number[]
  /** The elements in row-major order; int64 as a BigInt64Array, float16 as its bits. */
  data: PlainData
}

export type PlainData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[]

/** Any ONNX file, ready to run: what @pixelrow/export's `verify` and `reducePrecision` work with. */
export interface PlainSession {
  /** Runs it once and gives all outputs by name. */
  run(feeds: Record<string, PlainTensor>): Promise<Record<string, PlainTensor>>
  close(): Promise<void>
}

/** The part of an onnxruntime session that is needed. */
interface AnySession {
  run(feeds: Record<string, unknown>): Promise<Record<string, { type: string; dims: readonly number[]; data: unknown }>>
  release(): Promise<void>
}

/** Makes the runtime's own tensor of any type. */
type AnyTensorFactory = (tensor: PlainTensor) => unknown

/** An onnxruntime session without its tensors, so that nobody outside has to dispose one. Closing it releases the session. */
export function plainSession(session: AnySession, tensor: AnyTensorFactory): PlainSession {
  return {
    async run(feeds) {
      const given = Object.entries(feeds).map(([name, each]) => [name, tensor(each)])
      const outputs = await session.run(Object.fromEntries(given))
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { type, dims, data }]) => [
          name,
          { dataType: type, dims, data: plainData(data) },
        ]),
      )
    },
    close: () => session.release(),
  }
}

/** Newer JavaScript engines have an array of float16 numbers; everywhere else, and so here, those are their bits. */
function plainData(data: unknown): PlainData {
  if (Object.prototype.toString.call(data) !== '[object Float16Array]') return data as PlainData
  const { buffer, byteOffset, length } = data as Uint16Array
  return new Uint16Array(buffer, byteOffset, length)
}
