/** A tensor that a session takes or gives: its type, and its dimensions, of which one known only at run time is a string. */
export interface TensorMetadata {
  name: string
  type?: string
  shape?: readonly (number | string)[]
}

/** The part of an onnxruntime session that a classifier needs; onnxruntime's `InferenceSession` fits as it is. */
export interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly inputMetadata?: readonly TensorMetadata[]
  readonly outputMetadata?: readonly TensorMetadata[]
  run(feeds: Record<string, unknown>, fetches: readonly string[]): Promise<Record<string, { readonly data?: unknown }>>
  release(): Promise<void>
}

/** Makes the runtime's own tensor: `(type, data, dims) => new ort.Tensor(type, data, dims)`; float16 comes as its bits. */
export type TensorFactory = (
  type: 'uint8' | 'float16' | 'float32',
  data: Uint8Array | Uint16Array | Float32Array,
  dims: readonly number[],
) => unknown
