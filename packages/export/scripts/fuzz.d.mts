/** Mutated ONNX files, always the same for a seed; `large` ones have 5 MB of weights. */
export declare function mutants(files: number, seed?: number, large?: boolean): Generator<Uint8Array>

export interface Outcome {
  /** Operations, of eight a file. */
  accepted: number
  refused: number
  failures: string[]
  /** Milliseconds of processor time. */
  slowest: number
  /** Bytes. */
  hungriest: number
}
