import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { root } from '../scripts/workspace.mjs'

/** onnxruntime-node as it is installed here. */
const installed = realpathSync(
  join(dirname(createRequire(join(root, 'package.json')).resolve('onnxruntime-node')), '..'),
)
const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }

/** The version that the other one says it is. */
const OTHER = '1.29.9'

/**
 * Makes onnxruntime-node as if it were another version, in a folder: its library and what looks for it call their symbols by that one, which is how
 * a loader on Linux tells versions apart. Gives the folder of the binaries.
 */
function otherOnnxruntime(folder: string): string {
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

/** A folder of its own with another onnxruntime, and what runs beside that one; it goes with the test. */
export function openConflict() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pixelrow-versions-')))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const other = otherOnnxruntime(folder)
  return {
    folder,
    wanted: { path: installed, version },
    loaded: { path: join(other, 'libonnxruntime.so.1'), version: OTHER },
    /** Runs a module in `cwd`, in a process that has loaded the other one first, and gives the JSON it prints. */
    async run(script: string, cwd: string): Promise<unknown> {
      const binding = JSON.stringify(join(other, 'onnxruntime_binding.node'))
      const first = `import { createRequire } from 'node:module'\ncreateRequire(import.meta.url)(${binding})\n`
      const args = ['--input-type=module', '-e', first + script]
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd })
      return JSON.parse(stdout)
    },
  }
}
