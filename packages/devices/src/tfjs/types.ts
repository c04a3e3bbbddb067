import type { SetupProgress } from '../setup/types.ts'

/** What TensorFlow's library was built for: CUDA and the CPU, or the CPU alone. */
export type TfjsKind = 'gpu' | 'cpu'

/** A tfjs-node that `setupTfjs` has built. */
export interface TfjsBuild {
  kind: TfjsKind
  /** TensorFlow's version, such as `2.21.0`. */
  version: string
  /** Absolute path of the CommonJS module to `require`; it registers and sets the backend `tensorflow`. */
  entry: string
  /** Absolute path of the folder with all of it. */
  folder: string
}

/** Where to look for builds. */
export interface BuiltOptions {
  /** The cache. Default `cacheFolder()` of @pixelrow/files: `$PIXELROW_CACHE`, else the platform's place for caches. */
  cache?: string
}

/** What is set up, and from what. */
export interface SetupTfjsOptions {
  /** TensorFlow with CUDA. Default false: for the CPU alone. */
  gpu?: boolean
  /** Path of TensorFlow's wheel. Default: pip fetches the newest that is known to work. */
  from?: string
  /** The cache. Default `cacheFolder()` of @pixelrow/files. */
  cache?: string
  /** Stops; nothing is left behind. */
  signal?: AbortSignal
  onProgress?: (progress: SetupProgress) => void
}
