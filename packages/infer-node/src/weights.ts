import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ClassifierError } from '@pixelrow/classifier'
import { externalFiles, OnnxError } from '@pixelrow/onnx'

/** Files beside a model that hold weights of it. */
export interface Beside {
  /** The model's own path, from which onnxruntime finds them. */
  path: string
  /** Their names, as the model has them. */
  names: string[]
}

/**
 * The files beside a model in which there are weights; undefined where it holds all itself. Given bytes alone, onnxruntime would look in the
 * working folder and take what it finds there, so without a path such a model is refused, as is one whose files are missing.
 */
export async function weightsBeside(name: string, bytes: Uint8Array, path?: string): Promise<Beside | undefined> {
  // The key of each such place. Most files do not have the word at all, and are not read for it.
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('location')) return undefined
  const names = externalOf(name, bytes)
  if (names.length === 0) return undefined
  if (path === undefined)
    throw new ClassifierError(
      `${name}: its weights are in other files (${names.map((each) => `'${each}'`).join(', ')}), which cannot be found from its bytes. Load it by its path, with those ` +
        'files beside it, or save it as one file',
      { code: 'CLASSIFIER_WEIGHTS_MISSING', params: { name, files: names } },
    )
  for (const each of names) await mustBeThere(path, each)
  return { path, names }
}

function externalOf(name: string, bytes: Uint8Array): string[] {
  try {
    return externalFiles(bytes)
  } catch (cause) {
    if (!(cause instanceof OnnxError)) throw cause
    const { offset } = cause
    const about = { code: 'CLASSIFIER_MODEL_DAMAGED', params: { name }, cause } as const
    throw new ClassifierError(`${name}: ${cause.message}`, { ...about, ...(offset !== undefined && { offset }) })
  }
}

async function mustBeThere(path: string, name: string): Promise<void> {
  const place = join(dirname(path), name)
  if ((await stat(place).catch(() => undefined))?.isFile()) return
  throw new ClassifierError(
    `${path}: its weights are in '${name}', and there is no such file (looked for ${place}). Put it beside the model`,
    { code: 'CLASSIFIER_WEIGHTS_MISSING', params: { name: path, files: [name] } },
  )
}
