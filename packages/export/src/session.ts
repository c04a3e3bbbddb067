import type { TensorData } from '@pixelrow/onnx'

/** A tensor that goes into a session or comes out of it, as plain data. */
export interface SessionTensor {
  /** ONNX's name of the element type: `float32`, `uint8`, `int64`, … */
  dataType: string
  dims: readonly number[]
  /** The elements in row-major order; int64 as a BigInt64Array, float16 as its bits. */
  data: TensorData
}

/** A loaded file. */
export interface Session {
  /** Runs it once and gives all outputs by name. */
  run(feeds: Record<string, SessionTensor>): Promise<Record<string, SessionTensor>>
  close(): Promise<void>
}

/**
 * Loads a file: `open` of @pixelrow/infer-node and @pixelrow/infer-web do, so that this package needs no runtime. Whoever
 * calls it closes what it gives.
 */
export type Run = (bytes: Uint8Array) => Promise<Session>

/** Options of running a file over rows. */
export interface ScoreOptions {
  run: Run
  signal?: AbortSignal | undefined
  /** Told how many rows are done. */
  onProgress?: ((rows: number) => void) | undefined
}
