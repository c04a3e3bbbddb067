import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openConflict } from '../../../tests/onnxruntimes.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))

test.runIf(process.platform === 'linux')(
  'another version of onnxruntime in the process is named, with both places',
  async () => {
    const { wanted, loaded, run } = openConflict()
    const script = `
    import { cnn, linear } from '@pixelrow/model'
    import { fit } from '@pixelrow/train'
    const shape = { height: 8, width: 8, channels: 1, channelOrder: 'interleaved' }
    const pixels = Uint8Array.from({ length: 64 * 8 }, (_, i) => i % 251)
    const table = { pixels, rows: 8, shape, maxValue: 255, labels: Uint16Array.of(0, 1, 0, 1, 0, 1, 0, 1), classes: ['a', 'b'] }
    const outcome = (training) => training.then(() => 'trained', ({ name, code, message, params }) => ({ name, code, message, params }))
    const found = []
    for (const net of [linear, cnn]) found.push(await outcome(fit(net(table), table, { batchSize: 4, epochs: 1 })))
    console.log(JSON.stringify(found))`
    const refusal = {
      name: 'TrainError',
      code: 'TRAIN_RUNTIME_CONFLICT',
      params: { wanted, loaded: [loaded] },
      message: expect.stringContaining(
        `needs onnxruntime-node ${wanted.version}, from ${wanted.path}, and this process has already loaded onnxruntime ${loaded.version}, from ${loaded.path}: `,
      ),
    }
    // One without convolutions opens at once, the other tries the processor first.
    expect(await run(script, cwd)).toEqual([refusal, refusal])
  },
)
