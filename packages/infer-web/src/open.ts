import { type PlainSession, plainSession } from '@pixelrow/classifier'
import { importedBuilds } from './imported.ts'
import type { OpenOptions } from './options.ts'
import { checkOpenOptions } from './rules.ts'
import { loadRuntime } from './runtime.ts'
import { wasmSession } from './session.ts'
import { type ModelSource, named, readModel } from './source.ts'

/**
 * Opens any ONNX file, a classifier or not, to run it on WASM with tensors by name: what `verify` and `reducePrecision` of
 * @pixelrow/export take as `run`. Throws a `ClassifierError` as `load` does, but asks for no metadata.
 */
export async function open(source: ModelSource, options: OpenOptions = {}): Promise<PlainSession> {
  checkOpenOptions(options)
  const [file, loaded] = await Promise.all([
    named(source).then((from) => readModel(from, options)),
    loadRuntime('wasm', options, importedBuilds),
  ])
  return plainSession(
    await wasmSession(loaded, file),
    ({ dataType, data, dims }) => new loaded.runtime.Tensor(dataType as 'uint8', data as Uint8Array, dims),
  )
}
