import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ClassifierError } from '@pixelrow/classifier'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { loadError } from './load-error.ts'

/** What is used of onnxruntime, whichever package it comes from. */
export interface Runtime {
  InferenceSession: typeof InferenceSession
  Tensor: typeof Tensor
}

/** Where the runtimes' JavaScript is. */
export interface Runtimes {
  /** onnxruntime-node. */
  native?: string
  /** onnxruntime-web, for the device `wasm`. */
  wasm?: string
}

/**
 * Finds the runtimes that are installed, and turns usage reports off unless the user has set ORT_DISABLE_TELEMETRY: onnxruntime 1.29 and later
 * report by default. The library reads the variable when it is loaded, and a worker's environment is a copy, so this happens before either.
 */
export function findRuntimes(): Runtimes {
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  // Written out, so that tools that gather an app's files see both names.
  const native =
    attempt(() => createRequire(import.meta.url).resolve('onnxruntime-node')) ?? elsewhere('onnxruntime-node')
  const wasm = attempt(() => createRequire(import.meta.url).resolve('onnxruntime-web')) ?? elsewhere('onnxruntime-web')
  return { ...(native && { native }), ...(wasm && { wasm }) }
}

/** From the main script or the working folder, where a bundler has moved this file's code away from its packages. */
function elsewhere(name: string): string | undefined {
  const bases = [process.argv[1], join(process.cwd(), 'package.json')].filter((base) => base !== undefined)
  return bases.map((base) => attempt(() => createRequire(base).resolve(name))).find((path) => path !== undefined)
}

function attempt(find: () => string): string | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}

/** Loads onnxruntime-node. Throws a `ClassifierError` that says why it cannot be loaded and what to do. */
export function loadNative({ native }: Runtimes): Runtime {
  if (!native)
    throw missing('onnxruntime-node', 'is not installed: ONNXRUNTIME_NODE_INSTALL=skip npm i onnxruntime-node')
  try {
    return createRequire(native)(native) as Runtime
  } catch (cause) {
    throw loadError(native, cause)
  }
}

/** Loads onnxruntime-web's build for Node, with one thread unless more are asked for. */
export function loadWasm({ wasm }: Runtimes, threads: number): Runtime {
  if (!wasm) throw missing('onnxruntime-web', "is not installed, which the device 'wasm' needs: npm i onnxruntime-web")
  try {
    const runtime = createRequire(wasm)(wasm) as Runtime & { env: { wasm: { numThreads?: number } } }
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
