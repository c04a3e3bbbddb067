import { ClassifierError } from './errors.ts'

/**
 * Puts onnxruntime's reason for refusing a model into a sentence.
 * Returns undefined where the reason is not the file but the device or the runtime.
 */
export function explainModelError(error: unknown, bytes: Uint8Array, name: string): ClassifierError | undefined {
  const reason = error instanceof Error ? error.message : String(error)
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
  if (/protobuf parsing failed|No graph was found/i.test(reason))
    return new ClassifierError(`${name}: expected an ONNX model, found ${looksLike(bytes)}`, { cause: error })
  return undefined
}

/** Says what a file is that is not ONNX, by its first bytes. */
function looksLike(bytes: Uint8Array): string {
  const start = new TextDecoder().decode(bytes.subarray(0, 40)).split('\n')[0] ?? ''
  if (/^\s*<(!doctype|html)/i.test(start)) return 'an HTML page (a server answers so for a path that it does not have)'
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer: fetch the file itself with git lfs pull'
  if (start.startsWith('PK')) return 'a zip archive: unpack it first'
  if (/^[\x20-\x7e\t\r]+$/.test(start)) return `text that starts with '${start.trim()}'`
  return 'something else, or a file cut off in the middle'
}
