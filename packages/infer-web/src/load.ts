import {
  type Classifier,
  ClassifierError,
  createClassifier,
  explainModelError,
  openRunner,
  type Session,
  type TensorFactory,
} from '@pixelrow/classifier'
import type { InferenceSession } from 'onnxruntime-web/wasm'
import { loadRuntime, type Runtime, type RuntimeOptions } from './runtime.ts'
import { type ModelFile, readModel } from './source.ts'

/** How to load a model into a page. */
export interface LoadOptions extends RuntimeOptions {
  /** Ends the download, and the loading between its steps. */
  signal?: AbortSignal
}

/**
 * Loads an ONNX classifier from a URL, bytes or a Blob (a dropped file) into a page or a web worker, on WebAssembly.
 *
 * Importing this package fetches nothing and is safe where there is no page; this call loads onnxruntime-web.
 * Throws a `ClassifierError` where the model is missing, is not ONNX, is too new or is no classifier of images, and where
 * onnxruntime-web's `.wasm` file cannot be had; throws the signal's reason when aborted.
 */
export async function load(source: string | URL | Uint8Array | Blob, options: LoadOptions = {}): Promise<Classifier> {
  const { threads, signal } = options
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1))
    throw new ClassifierError(`threads: expected an integer of 1 or more, found ${threads}`)
  signal?.throwIfAborted()
  const [file, runtime] = await Promise.all([readModel(source, signal), loadRuntime(options)])
  signal?.throwIfAborted()
  const session = await createSession(runtime, file)
  if (signal?.aborted) await session.release()
  signal?.throwIfAborted()
  const { name, bytes } = file
  const tensor: TensorFactory = (type, data, dims) => new runtime.Tensor(type, data as Uint8Array, dims)
  const runner = await openRunner({ session: session as Session, tensor, model: { bytes }, name })
  return createClassifier({ runner, name, device: 'wasm', pause: nextTask })
}

/** Makes a session on WebAssembly; says in words what is wrong with the model or the page. */
export async function createSession(runtime: Runtime, { bytes, name }: ModelFile): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(bytes, { executionProviders: ['wasm'] })
  } catch (error) {
    throw explainModelError(error, bytes, name) ?? explainRuntimeError(error, name)
  }
}

function explainRuntimeError(error: unknown, name: string): ClassifierError {
  const reason = error instanceof Error ? error.message : String(error)
  if (/no available backend|fetching of the wasm|WebAssembly|magic word/i.test(reason))
    return new ClassifierError(
      `onnxruntime-web's .wasm file cannot be loaded: ${reason}. Serve ort-wasm-simd-threaded.wasm with the page and say ` +
        "where in wasmPaths; under a content security policy, allow 'wasm-unsafe-eval'.",
      { cause: error },
    )
  return new ClassifierError(`${name}: onnxruntime-web refuses the model: ${reason}`, { cause: error })
}

/** WASM runs block the page, and promises alone never let it paint or hear an abort: this does, without a timer's 4 ms. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
