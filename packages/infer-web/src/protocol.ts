import type { ClassifierErrorCode, ClassifierErrorParts, ModelDescription, Prepare } from '@pixelrow/classifier'
import type { BuildUrls, Plan } from './builds.ts'
import type { LoadOptions } from './options.ts'
import type { Place } from './session.ts'
import type { NamedSource } from './source.ts'

/** What the worker is asked for, and what it needs for that. */
export interface Calls {
  open: OpenJob
  run: { pixels: Uint8Array; rows: number }
  prepare: { picture: object; how: Prepare | undefined }
  release: undefined
}

export interface OpenJob {
  source: NamedSource
  plan: Plan
  options: Pick<LoadOptions, 'wasmPaths' | 'threads' | 'cache' | 'model' | 'warmup' | 'maxBytes' | 'stallTimeout'>
  /** Whether somebody wants to hear of the download. */
  tellsProgress: boolean
  /** Where the builds are, in a page without a bundler: a worker has no import map. */
  builds: BuildUrls
}

/** What the worker says of a model that it has opened. */
export interface Described extends Place {
  name: string
  model: ModelDescription
}

/** A call on its way to the worker. */
export interface Call {
  id: number
  method: keyof Calls
  job: unknown
}

/** What comes back: a result with where the model runs by then, or an error as plain data. */
export interface Answer {
  id: number
  value?: unknown
  place?: Place
  refused?: Refusal
}

/** A `ClassifierError` as plain data; any other error has no code. */
export interface Refusal extends Omit<ClassifierErrorParts, 'code' | 'cause'> {
  message: string
  code: ClassifierErrorCode | undefined
}
