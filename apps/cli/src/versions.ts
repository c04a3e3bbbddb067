import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The version of this package. */
export const version = (require('../package.json') as { version: string }).version

/** The versions that, with the seed and the machine, decide a result. */
export function versions(): Record<'pixelrow' | 'node' | 'onnxruntime', string> {
  const runtime = require('onnxruntime-node/package.json') as { version: string }
  return { pixelrow: version, node: process.versions.node, onnxruntime: runtime.version }
}
