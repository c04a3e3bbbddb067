/** What came of mutated files: how many an operation accepted, how many it refused, and what went wrong. */
export interface Outcome {
  accepted: number
  refused: number
  /** Errors of another kind, and what took longer or more memory than it may, with the seed that repeats it. */
  failures: string[]
  /** The longest processor time of one operation, in milliseconds. */
  slowest: number
  /** The most memory that one operation took, in bytes. */
  hungriest: number
}

/** Mutates `files` files and gives each to all that reads files; stops after ten failures. */
export function fuzz(files: number, seed?: number, onProgress?: (done: number) => void): Outcome

/** The mutated files themselves. */
export function mutants(files: number, seed?: number): Generator<Uint8Array>
