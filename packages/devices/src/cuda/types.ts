import type { SetupProgress } from '../setup/types.ts'

/** Where what was set up is looked for. */
export interface PlaceOptions {
  /** The cache. Default `cacheFolder()` of @pixelrow/files: `$PIXELROW_CACHE`, else the platform's place for caches. */
  cache?: string
  /** The folder in which the machine's own files are looked for (`/proc`, `/usr`, `/etc`, …), such as a container's. Default `/`. */
  root?: string
}

/** What is preloaded for. */
export interface PreloadOptions extends PlaceOptions {
  /** Path of onnxruntime-node's entry. */
  runtime: string
}

/** What is set up, for which onnxruntime-node, and from what. */
export interface SetupCudaOptions {
  /** Path of onnxruntime-node's entry, as `createRequire(import.meta.url).resolve('onnxruntime-node')` gives it. */
  runtime: string
  /** Path of the wheel of onnxruntime-gpu, or of a folder with what it holds. Default: pip fetches the wheel of the runtime's version. */
  from?: string
  /** The cache. Default `cacheFolder()` of @pixelrow/files. */
  cache?: string
  /** Stops; nothing is left behind. */
  signal?: AbortSignal
  onProgress?: (progress: SetupProgress) => void
}

/** What is removed. */
export type RemoveCudaOptions = Pick<SetupCudaOptions, 'runtime' | 'cache'>
