import nodeModule from 'node:module'
import { ClassifierError } from '@pixelrow/classifier'
import type { InferenceSession, Tensor } from '@pixelrow/runtime'
import { explainSearch, findRuntime } from '@pixelrow/runtime/find'
import { locate } from '../../../common/locate.ts'
import { loadError } from './load-error.ts'

/** What is used of onnxruntime, whichever package it comes from. */
export interface Runtime {
  InferenceSession: typeof InferenceSession
  Tensor: typeof Tensor
}

/** Where the runtimes' JavaScript is. */
export interface Runtimes {
  /** onnxruntime with its native library. */
  native?: string
  /** onnxruntime as WebAssembly, for the device `wasm`. */
  wasm?: string
  /** Why there is no native one. */
  missing?: string
}

/**
 * Finds the runtimes that are installed, and turns usage reports off unless the user has set ORT_DISABLE_TELEMETRY: onnxruntime 1.29 and later
 * report by default. The library reads the variable when it is loaded, and a worker's environment is a copy, so this happens before either.
 */
export function findRuntimes(): Runtimes {
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  const search = findRuntime()
  const { found } = search
  const wasm = findWeb() ?? (found?.kind === 'wasm' ? found.entry : undefined)
  if (found?.kind === 'native') return { native: found.entry, ...(wasm && { wasm }) }
  const missing = found
    ? `onnxruntime has no binary for ${process.platform}-${process.arch}${libc()}`
    : explainSearch(search)
  return { ...(wasm && { wasm }), missing }
}

function findWeb(): string | undefined {
  // Written out, so that tools that gather an app's files see the name. Of `nodeModule`, as webpack looks for `createRequire` alone.
  const found = locate('onnxruntime-web', () => nodeModule.createRequire(import.meta.url).resolve('onnxruntime-web'))
  return typeof found === 'string' ? found : undefined
}

const libc = () => (process.platform === 'linux' ? ' on musl' : '')

/** Loads the native onnxruntime. Throws a `ClassifierError` that says why it cannot be loaded and what to do. */
export function loadNative({ native, missing: why = '' }: Runtimes): Runtime {
  if (!native) throw missing('onnxruntime', `is not there: ${why}. Install it again: npm i @pixelrow/infer-node`)
  try {
    return nodeModule.createRequire(native)(native) as Runtime
  } catch (cause) {
    throw loadError(native, cause)
  }
}

/** Loads onnxruntime-web's build for Node, with one thread unless more are asked for. */
export function loadWasm({ wasm }: Runtimes, threads: number): Runtime {
  if (!wasm) throw missing('onnxruntime-web', "is not installed, which the device 'wasm' needs: npm i onnxruntime-web")
  try {
    const runtime = nodeModule.createRequire(wasm)(wasm) as Runtime & { env: { wasm: { numThreads?: number } } }
    runtime.env.wasm.numThreads = threads
    return runtime
  } catch (cause) {
    const reason = (cause as Error).message
    throw new ClassifierError(`onnxruntime-web cannot be loaded: ${reason}`, {
      code: 'CLASSIFIER_RUNTIME_UNLOADABLE',
      params: { package: 'onnxruntime-web', reason },
      cause,
    })
  }
}

function missing(name: string, problem: string): ClassifierError {
  return new ClassifierError(`${name} ${problem}`, { code: 'CLASSIFIER_RUNTIME_MISSING', params: { package: name } })
}
