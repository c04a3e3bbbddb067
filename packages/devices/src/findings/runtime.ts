import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { textOf } from './files.ts'
import type { Finding } from './types.ts'

/** The folder of onnxruntime-node's binaries for this machine. */
export function binariesOf(runtime: string): string {
  return join(packageOf(runtime), 'bin/napi-v6', process.platform, process.arch)
}

/** The folder of the package whose entry is `dist/index.js`. */
const packageOf = (runtime: string): string => join(dirname(runtime), '..')

/** The version of onnxruntime-node. */
export function runtimeVersion(runtime: string): string | undefined {
  try {
    const { version } = JSON.parse(textOf(join(packageOf(runtime), 'package.json')) ?? '') as { version?: unknown }
    return typeof version === 'string' ? version : undefined
  } catch {
    return undefined
  }
}

/** Whether onnxruntime-node is there, with a binary for this machine. */
export function lookAtRuntime(runtime: string): Finding {
  const version = runtimeVersion(runtime)
  const fix = 'ONNXRUNTIME_NODE_INSTALL=skip npm i onnxruntime-node'
  if (!version) return { piece: 'runtime', ok: false, reason: `there is no onnxruntime-node at ${runtime}`, fix }
  if (existsSync(join(binariesOf(runtime), 'onnxruntime_binding.node')))
    return { piece: 'runtime', ok: true, found: `onnxruntime-node ${version}` }
  const machine = `${process.platform} on ${process.arch}`
  const reason = `onnxruntime-node ${version} has no binary for ${machine}`
  return {
    piece: 'runtime',
    ok: false,
    reason,
    fix: 'No command can mend that: onnxruntime-node is not built for this machine.',
  }
}
