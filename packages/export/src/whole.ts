import { embedExternal, externalBytes, externalFiles, type Model, read } from '@pixelrow/onnx'
import { isA } from '../../../common/kinds.ts'
import { callback, show } from '../../../common/options.ts'
import { ExportError } from './error.ts'
import { checked } from './options.ts'

/** Options of `toSingleFile`. */
export interface SingleFileOptions {
  /** Gives the bytes of a file beside the model, by the name that the model has for it, e.g. `model.onnx.data`. */
  read: (name: string) => Uint8Array | Promise<Uint8Array>
}

/** Protobuf's limit. */
const mostBytes = 2 ** 31 - 1

/**
 * A model with its weights in files beside it (PyTorch's exporter writes those by default) as one file; a file that holds all itself
 * comes back as it is. All else in it stays. Throws an `ExportError` (`EXPORT_TOO_LARGE`) before anything is read where model and weights
 * are larger than 2 GiB together, which one file cannot be; an `OnnxError` for files that do not hold what the model says.
 */
export async function toSingleFile(bytes: Uint8Array, options: SingleFileOptions): Promise<Uint8Array> {
  const { read } = checked('toSingleFile', options, { read: callback })
  requireBytes(bytes)
  const names = externalFiles(bytes)
  if (names.length === 0) return bytes
  const size = bytes.length + externalBytes(bytes)
  if (size > mostBytes) {
    const why = `${(size / 1e9).toFixed(1)} GB of model and weights; one ONNX file ends at 2 GiB`
    throw new ExportError(`The weights cannot go into the file: ${why}. Keep its weights in files beside it.`, {
      code: 'EXPORT_TOO_LARGE',
      params: { bytes: size, most: mostBytes, files: names },
    })
  }
  const files = new Map<string, Uint8Array>()
  for (const name of names) files.set(name, await read(name))
  return embedExternal(bytes, files)
}

/** Reads a file that holds all its weights itself; others would lose them on the way. */
export function readWhole(bytes: Uint8Array): Model {
  requireBytes(bytes)
  const files = externalFiles(bytes)
  if (files.length === 0) return read(bytes)
  const where = files.join(', ')
  throw new ExportError(
    `The file’s weights are in other files (${where}). Put them into it first, with toSingleFile.`,
    {
      code: 'EXPORT_WEIGHTS_EXTERNAL',
      params: { files },
    },
  )
}

/** Refuses what is no file's bytes, whichever realm made them. */
export function requireBytes(bytes: unknown): void {
  if (isA(bytes, 'Uint8Array')) return
  throw new ExportError(`Expected the bytes of an ONNX file, a Uint8Array; found ${show(bytes)}.`, {
    code: 'EXPORT_INPUT',
    params: { what: 'bytes', expected: 'a Uint8Array', found: show(bytes) },
  })
}
