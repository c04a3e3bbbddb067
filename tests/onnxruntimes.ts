import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from '../scripts/workspace.mjs'

/** onnxruntime-node as it is installed here. */
export const installed = realpathSync(
  join(dirname(createRequire(join(root, 'package.json')).resolve('onnxruntime-node')), '..'),
)
export const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }

/** The version that `otherOnnxruntime` makes. */
export const OTHER = '1.29.9'

/**
 * Makes onnxruntime-node as if it were another version, in a folder: its library and what looks for it call their symbols by that one, which is how
 * a loader on Linux tells versions apart. Gives the folder of the binaries.
 */
export function otherOnnxruntime(folder: string): string {
  const binary = join('bin/napi-v6', process.platform, process.arch)
  const copy = join(folder, 'node_modules/onnxruntime-node')
  mkdirSync(copy, { recursive: true })
  cpSync(join(installed, binary), join(copy, binary), { recursive: true, dereference: true })
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ name: 'onnxruntime-node', version: OTHER }))
  for (const file of ['libonnxruntime.so.1', 'onnxruntime_binding.node']) {
    const bytes = readFileSync(join(copy, binary, file), 'latin1')
    writeFileSync(join(copy, binary, file), bytes.replaceAll(`VERS_${version}`, `VERS_${OTHER}`), 'latin1')
  }
  return join(copy, binary)
}
