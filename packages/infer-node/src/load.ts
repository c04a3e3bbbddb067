import { availableParallelism } from 'node:os'
import { type Classifier, ClassifierError, createClassifier, describeModel } from '@pixelrow/classifier'
import { candidates, type Device, openSession } from './device.ts'
import { loadRuntime } from './runtime.ts'
import { readModel } from './source.ts'

/** How to load a model. */
export interface LoadOptions {
  /** One device, or several to try in this order. `auto`, the default, is the CPU for now. */
  device?: 'auto' | Device | readonly Device[]
  /** Threads on the CPU, 1 or more. Default: what the machine has (`os.availableParallelism()`). */
  threads?: number
}

/**
 * Loads an ONNX classifier from a path, a URL or bytes, and says on which device it runs.
 *
 * Nothing of onnxruntime is loaded before this call, and its usage reports are off unless ORT_DISABLE_TELEMETRY is set.
 * Throws a `ClassifierError` where the file is missing, is not ONNX, is too new or lacks pixelrow's metadata, and where
 * none of the devices asked for works (its `attempts` has the reasons): it never runs on a device that was not asked for.
 */
export async function load(source: string | URL | Uint8Array, options: LoadOptions = {}): Promise<Classifier> {
  const { device = 'auto', threads = availableParallelism() } = options
  if (!Number.isInteger(threads) || threads < 1)
    throw new ClassifierError(`threads: expected an integer of 1 or more, found ${threads}`)
  const list = candidates(device)
  const file = await readModel(source)
  const runtime = await loadRuntime()
  const { session, ...opened } = await openSession(runtime, file, list, threads)
  try {
    return createClassifier({
      session,
      tensor: (type, data, dims) => new runtime.Tensor(type, data, dims),
      model: describeModel(file.bytes, file.name),
      name: file.name,
      ...opened,
    })
  } catch (error) {
    await session.release()
    throw error
  }
}
