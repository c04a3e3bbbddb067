import { type OnnxRuntime, runtimeAt } from '../cuda/runtime.ts'
import { SetupError } from '../error.ts'
import type { Finding } from './types.ts'

/** The onnxruntime-node at a path, and what is to be said of it. */
export interface RuntimeLook {
  runtime?: OnnxRuntime
  finding: Finding
}

/** Whether onnxruntime-node is there, with binaries for this machine. */
export function lookAtRuntime(entry: string): RuntimeLook {
  try {
    const runtime = runtimeAt(entry)
    return { runtime, finding: { piece: 'runtime', ok: true, found: `onnxruntime-node ${runtime.version}` } }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    const reason = error.sentence.replace(/\.$/, '')
    return {
      finding: { piece: 'runtime', ok: false, reason, fix: 'npm i @pixelrow/runtime' },
    }
  }
}
