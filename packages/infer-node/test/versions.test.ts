import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { installed, OTHER, otherOnnxruntime, version } from '../../../tests/onnxruntimes.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pixelrow-versions-')))
afterAll(() => rmSync(folder, { recursive: true }))

test.runIf(process.platform === 'linux')(
  'another version of onnxruntime in the process is named, with both places',
  async () => {
    const other = otherOnnxruntime(folder)
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
    const wanted = { path: installed, version }
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
