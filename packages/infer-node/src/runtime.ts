import { ClassifierError } from '@pixelrow/classifier'

/** onnxruntime-node's exports. */
export type Runtime = typeof import('onnxruntime-node')

/**
 * Loads onnxruntime-node on first use, with its usage reports off unless the user has set ORT_DISABLE_TELEMETRY:
 * onnxruntime 1.29 and later report by default, and read the variable when the library is loaded.
 */
export async function loadRuntime(): Promise<Runtime> {
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  try {
    return await import('onnxruntime-node')
  } catch (cause) {
    throw new ClassifierError(explain(cause), { cause })
  }
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const host = `${process.platform}-${process.arch}`
  if (/Cannot find (package|module) 'onnxruntime-node'/.test(message))
    return 'onnxruntime-node is not installed: ONNXRUNTIME_NODE_INSTALL=skip npm i onnxruntime-node'
  if (code === 'MODULE_NOT_FOUND')
    return (
      `onnxruntime-node has no binary for ${host} beside its JavaScript. It comes for linux-x64 and -arm64 (glibc), ` +
      'darwin-arm64, win32-x64 and -arm64. If this is one of them and the app is bundled, leave onnxruntime-node out of the bundle.'
    )
  return `onnxruntime-node cannot be loaded on ${host}: ${message}. Its Linux binary needs glibc 2.28 or newer; musl (Alpine) has none.`
}
