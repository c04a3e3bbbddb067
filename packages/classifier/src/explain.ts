import { readMetadata } from '@pixelrow/onnx/metadata'
import { isA } from '../../../common/kinds.ts'
import { ClassifierError } from './core.ts'

/** What is wrong with a file, and at which byte where that is known. */
export interface Damage {
  message: string
  offset?: number
}

/**
 * Puts onnxruntime's reason for refusing a model into a sentence. `locate` looks for the damage in a file; the default finds what is cut.
 * Returns undefined where the reason is not the file but the device or the runtime.
 */
export function explainModelError(
  error: unknown,
  bytes: Uint8Array,
  name: string,
  locate: (bytes: Uint8Array) => Damage | undefined = cutAt,
): ClassifierError | undefined {
  const reason = isA(error, 'Error') ? error.message : String(error)
  const version = /Unsupported model IR version: (\d+), max supported IR version: (\d+)/.exec(reason)
  const opset = /Opset (\d+) is under development.*?domain (\S+) is till opset (\d+)/s.exec(reason)
  if (bytes.length === 0)
    return new ClassifierError(`${name}: expected an ONNX model, found an empty file`, { cause: error })
  if (version)
    return new ClassifierError(
      `${name}: ONNX IR version ${version[1]} is newer than this onnxruntime reads (up to ${version[2]}). ` +
        'Write the model with an older IR version, or take a newer release of this package.',
      { cause: error },
    )
  if (opset)
    return new ClassifierError(
      `${name}: operator set ${opset[1]} of ${opset[2]} is newer than this onnxruntime runs (up to ${opset[3]}). ` +
        'Export the model for an older operator set, or take a newer release of this package.',
      { cause: error },
    )
  const unreadable = /protobuf parsing failed|No graph was found/i.test(reason)
  const other = unreadable && looksLike(bytes)
  if (other) return new ClassifierError(`${name}: expected an ONNX model, found ${other}`, { cause: error })
  const damage = locate(bytes)
  if (damage) return new ClassifierError(`${name}: ${damage.message}`, { ...damage, cause: error })
  if (!unreadable) return undefined
  return new ClassifierError(`${name}: expected an ONNX model, found something else`, { cause: error })
}

function cutAt(bytes: Uint8Array): Damage | undefined {
  try {
    readMetadata(bytes)
    return undefined
  } catch (error) {
    return { message: `expected an ONNX model: ${(error as Error).message}` }
  }
}

/** Says what a file is that is not ONNX, by its first bytes. */
function looksLike(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder().decode(bytes.subarray(0, 40)).split('\n')[0] ?? ''
  if (/^\s*<(!doctype|html)/i.test(start)) return 'an HTML page (a server answers so for a path that it does not have)'
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer: fetch the file itself with git lfs pull'
  if (start.startsWith('PK')) return 'a zip archive: unpack it first'
  if (/^[\x20-\x7e\t\r]+$/.test(start)) return `text that starts with '${start.trim()}'`
  return undefined
}
