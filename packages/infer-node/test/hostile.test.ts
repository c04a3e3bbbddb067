import { toOnnx } from '@pixelrow/export'
import { ClassifierError, load, open } from '@pixelrow/infer-node'
import { initialize, mlp } from '@pixelrow/model'
import { read, write } from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { mutants } from '../../export/scripts/fuzz.mjs'

test('mutated files load, or are refused in words', async () => {
  let [taken, refused] = [0, 0]
  for (const bytes of mutants(300, 7)) {
    try {
      await (await load(bytes, { threads: 1 })).close()
      taken++
    } catch (error) {
      expect(error).toBeInstanceOf(ClassifierError)
      refused++
    }
  }
  expect(taken).toBeGreaterThan(10)
  expect(refused).toBeGreaterThan(100)
})

test.each(['/etc/passwd', '../weights.bin'])('weights in somebody else’s file are not read: %s', async (location) => {
  const shape = { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' as const }
  const architecture = mlp({ shape, maxValue: 255, classes: ['a', 'b'] }, { hidden: [3] })
  const weights = initialize(architecture, (stream, index) => ((stream * 31 + index * 17) % 97) / 97)
  const model = read(toOnnx({ architecture, weights, classes: ['a', 'b'] }))
  const external = { data_location: 1, external_data: [{ key: 'location', value: location }] }
  const initializers = model.graph.initializers.map((tensor) =>
    tensor.name === '1.weight' ? { ...tensor, data: new Float32Array(), extra: external } : tensor,
  )
  const bytes = write({ ...model, graph: { ...model.graph, initializers } })
  await expect(load(bytes)).rejects.toThrow(ClassifierError)
  await expect(open(bytes)).rejects.toThrow(ClassifierError)
})
