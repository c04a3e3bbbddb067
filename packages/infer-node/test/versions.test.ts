import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { corners, onnxOf } from '../../classifier/test/model.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const installed = join(dirname(createRequire(join(cwd, 'package.json')).resolve('onnxruntime-node')), '..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pixelrow-versions-')))
afterAll(() => rmSync(folder, { recursive: true }))

const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }
const OTHER = '1.29.9'

/**
 * onnxruntime-node as if it were another version: its library and what looks for it call their symbols by that one, which is how a loader on Linux tells
 * versions apart.
 */
function otherVersion(): string {
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

test.runIf(process.platform === 'linux')(
  'another version of onnxruntime in the process is named, with both places',
  async () => {
    const other = otherVersion()
    writeFileSync(join(folder, 'model.onnx'), onnxOf(corners))
    const script = `
    import { createRequire } from 'node:module'
    import { load } from '@pixelrow/infer-node'
    createRequire(import.meta.url)(${JSON.stringify(join(other, 'onnxruntime_binding.node'))})
    const outcome = async (options) => {
      try {
        const classifier = await load(${JSON.stringify(join(folder, 'model.onnx'))}, options)
        return (await classifier.classify(Uint8Array.of(1, 16, 8, 0))).label
      } catch ({ name, code, message, params }) {
        return { name, code, message, params }
      }
    }
    const found = [await outcome({}), await outcome({ worker: false }), await outcome({ isolate: true })]
    console.log(JSON.stringify(found))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd })
    const wanted = { path: realpathSync(installed), version }
    const loaded = { path: join(other, 'libonnxruntime.so.1'), version: OTHER }
    const refusal = {
      name: 'ClassifierError',
      code: 'CLASSIFIER_RUNTIME_CONFLICT',
      params: { wanted, loaded: [loaded] },
      message: expect.stringContaining(
        `onnxruntime-node ${version} (${wanted.path}) cannot be loaded, as this process has already loaded onnxruntime ${OTHER}, from ${loaded.path}, `,
      ),
    }
    // In a process of its own it is the only one.
    expect(JSON.parse(stdout)).toEqual([refusal, refusal, 'right'])
  },
)
