import type { ModelDescription, ModelOptions, Predictions } from './types.ts'

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

/** Puts raw pixels into what an input takes. */
export type Feed = (pixels: Uint8Array, rows: number) => Uint8Array | Uint16Array | Float32Array

/** What a run needs to know of inputs and outputs. */
export interface RawSignature {
  input: string
  type: 'uint8' | 'float16' | 'float32'
  /** Dimensions behind the batch: `[784]`, `[28, 28, 1]` or `[3, 224, 224]`. */
  imageDims: readonly number[]
  output: string
  /** The class index as int64, where a model of pixelrow has such an output. */
  label?: string
  /** Puts raw pixels into what the input takes, where that is not bytes. */
  feed?: Feed
}

/** A model that is open somewhere: here, in a worker, on another machine. */
export interface Runner {
  readonly model: ModelDescription
  /** Classifies `rows` images of raw pixels (floats as the bytes of their memory) in one run. Pixels that are `owned` need not be there afterwards. */
  run(pixels: Uint8Array, rows: number, options?: { owned?: boolean }): Promise<Predictions>
  /** Lets go of the model. Not to be called while a run is under way. */
  release(): Promise<void>
}

/** What a runner is made of: a session with the runtime's tensors, and what is known of the model. */
export interface RunnerParts {
  /** Owned by the runner from then on. */
  session: Session
  tensor: TensorFactory
  /** From `describeModel`; or the file's bytes, of any image classifier, with what the caller says of it. */
  model: ModelDescription | { bytes: Uint8Array; given?: ModelOptions }
  /** What errors call the model. Default `the model`. */
  name?: string
  /**
   * Opens another file in place of the session's: of the same model, where its scores are a list of maps, which onnxruntime's JavaScript cannot give
   * (the default of scikit-learn's converter). Default: such a model is refused.
   */
  reopen?: (bytes: Uint8Array) => Promise<Session>
}

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
