// What is said where no model can be opened.
import { ClassifierError, type ClassifierErrorCode, loadExplanations } from '@pixelrow/classifier'

/** A relative URL where there is no page. */
export function urlError(name: string): ClassifierError {
  return new ClassifierError(
    `${name}: expected a whole URL, as there is no page here to count from. For a file on disk take @pixelrow/infer-node`,
    { code: 'CLASSIFIER_SOURCE_INVALID', params: { found: name } },
  )
}

/** An answer that is no file. */
export function answerError(name: string, status: number): ClassifierError {
  return new ClassifierError(`${name}: the model cannot be downloaded: the server answers ${status}`, {
    code: 'CLASSIFIER_MODEL_UNREACHABLE',
    params: { name, status },
  })
}

/** What is nothing that a model can be loaded from. */
export function sourceError(source: unknown): ClassifierError {
  const found = typeof source === 'object' ? Object.prototype.toString.call(source).slice(8, -1) : String(source)
  return new ClassifierError(`the model: expected a URL, bytes or a Blob, found ${found}`, {
    code: 'CLASSIFIER_SOURCE_INVALID',
    params: { found },
  })
}

/** Says in words what is wrong with the model or the page, where onnxruntime-web makes no session. */
export async function explainFailure(error: unknown, bytes: Uint8Array, name: string): Promise<ClassifierError> {
  if (error instanceof ClassifierError) return error
  const { explainModelError } = await loadExplanations()
  const reason = String((error as Partial<Error> | undefined)?.message ?? error)
  return explainModelError(error, bytes, name) ?? explained(reason, name, error)
}

/** Whether an error is about the file: one that is damaged or too new would fail on every device. */
export async function blames(error: unknown, bytes: Uint8Array, name: string): Promise<boolean> {
  const { explainModelError } = await loadExplanations()
  return explainModelError(error, bytes, name) !== undefined
}

function explained(reason: string, name: string, cause: unknown): ClassifierError {
  const error = (code: ClassifierErrorCode, message: string) =>
    new ClassifierError(message, { code, params: { name, reason }, cause })
  if (/Content.Security.Policy|unsafe-eval|wasm code generation disallowed/i.test(reason))
    return error(
      'CLASSIFIER_RUNTIME_UNLOADABLE',
      `onnxruntime-web's WebAssembly is blocked by the page's content security policy: ${reason}. Allow it: ` +
        "script-src 'self' 'wasm-unsafe-eval'",
    )
  if (/previous call to 'initializeWebAssembly/.test(reason))
    return error(
      'CLASSIFIER_RUNTIME_STALLED',
      'onnxruntime-web could not be started before and does not try again on the same page. Reload the page',
    )
  if (/no available backend|fetching of the wasm|WebAssembly|magic word/i.test(reason))
    return error(
      'CLASSIFIER_RUNTIME_UNLOADABLE',
      `onnxruntime-web's .wasm file cannot be loaded: ${reason}. Serve ort-wasm-simd-threaded.wasm with the page and say ` +
        "where in wasmPaths; under a content security policy, allow 'wasm-unsafe-eval'.",
    )
  return error('CLASSIFIER_MODEL_REFUSED', `${name}: onnxruntime-web refuses the model: ${reason}`)
}
