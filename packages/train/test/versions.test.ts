import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { installed, OTHER, otherOnnxruntime, version } from '../../../tests/onnxruntimes.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pixelrow-versions-')))
afterAll(() => rmSync(folder, { recursive: true }))

test.runIf(process.platform === 'linux')(
  'another version of onnxruntime in the process is named, with both places',
  async () => {
    const other = otherOnnxruntime(folder)
    const script = `
    import { createRequire } from 'node:module'
    import { cnn, linear } from '@pixelrow/model'
    import { fit, predict } from '@pixelrow/train'
    createRequire(import.meta.url)(${JSON.stringify(join(other, 'onnxruntime_binding.node'))})
    const shape = { height: 8, width: 8, channels: 1, channelOrder: 'interleaved' }
    const pixels = Uint8Array.from({ length: 64 * 8 }, (_, i) => i % 251)
    const table = { pixels, rows: 8, shape, maxValue: 255, labels: Uint16Array.of(0, 1, 0, 1, 0, 1, 0, 1), classes: ['a', 'b'] }
    const outcome = (training) => training.then(() => 'trained', ({ name, code, message, params }) => ({ name, code, message, params }))
    const found = []
    for (const net of [linear, cnn]) found.push(await outcome(fit(net(table), table, { batchSize: 4, epochs: 1 })))
    console.log(JSON.stringify(found))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd })
    const [wanted, loaded] = [
      { path: installed, version },
      { path: join(other, 'libonnxruntime.so.1'), version: OTHER },
    ]
    const refusal = {
      name: 'TrainError',
      code: 'TRAIN_RUNTIME_CONFLICT',
      params: { wanted, loaded: [loaded] },
      message: expect.stringContaining(
        `needs onnxruntime-node ${version}, from ${installed}, and this process has already loaded onnxruntime ${OTHER}, from ${loaded.path}: `,
      ),
    }
    // One without convolutions opens at once, the other tries the processor first.
    expect(JSON.parse(stdout)).toEqual([refusal, refusal])
  },
)
