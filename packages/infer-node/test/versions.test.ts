import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openConflict } from '../../../tests/onnxruntimes.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))

test.runIf(process.platform === 'linux')(
  'another version of onnxruntime in the process is named, with both places',
  async () => {
    const { folder, wanted, loaded, run } = openConflict()
    writeFileSync(join(folder, 'model.onnx'), onnxOf(corners))
    const script = `
    import { load } from '@pixelrow/infer-node'
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
    const refusal = {
      name: 'ClassifierError',
      code: 'CLASSIFIER_RUNTIME_CONFLICT',
      params: { wanted, loaded: [loaded] },
      message: expect.stringContaining(
        `onnxruntime-node ${wanted.version} (${wanted.path}) cannot be loaded, as this process has already loaded onnxruntime ${loaded.version}, from ${loaded.path}, `,
      ),
    }
    // In a process of its own it is the only one.
    expect(await run(script, cwd)).toEqual([refusal, refusal, 'right'])
  },
)
