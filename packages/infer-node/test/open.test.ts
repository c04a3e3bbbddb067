import { toOnnx, verify } from '@pixelrow/export'
import { ClassifierError, load, open } from '@pixelrow/infer-node'
import { initialize, mlp } from '@pixelrow/model'
import { float32, graphBuilder, write } from '@pixelrow/onnx'
import { expect, test } from 'vitest'

test('any file runs with tensors by name, and gives its outputs by name', async () => {
  const g = graphBuilder('sum')
  const [a, b] = [g.input('a', 'float32', ['N']), g.input('b', 'int64', ['N'])]
  g.output(g.op('Add', [a, g.constant(float32(0.5))]), 'more')
  g.output(g.op('Neg', [b]), 'less')
  const session = await open(write({ irVersion: 8, opsets: { '': 17 }, graph: g.build() }))
  const outputs = await session.run({
    a: { dataType: 'float32', dims: [2], data: Float32Array.of(1, 2) },
    b: { dataType: 'int64', dims: [3], data: BigInt64Array.of(1n, -2n, 2n ** 60n) },
  })
  expect(outputs).toEqual({
    more: { dataType: 'float32', dims: [2], data: Float32Array.of(1.5, 2.5) },
    less: { dataType: 'int64', dims: [3], data: BigInt64Array.of(-1n, 2n, -(2n ** 60n)) },
  })
  await session.close()
})

test('an exported classifier is verified with it as the classifier says', async () => {
  const shape = { height: 3, width: 4, channels: 1, channelOrder: 'interleaved' as const }
  const architecture = mlp({ shape, maxValue: 255, classes: ['a', 'b', 'c'] }, { hidden: [5] })
  const weights = initialize(architecture, (stream, index) => ((stream * 31 + index * 17) % 97) / 97)
  const bytes = toOnnx({ architecture, weights, classes: ['a', 'b', 'c'] }, { input: 'image' })
  const pixels = Uint8Array.from({ length: 12 * 600 }, (_, at) => (at * 37) % 256)
  const classifier = await load(bytes)
  const { probabilities } = await classifier.predict(pixels)
  await classifier.close()
  expect(await verify(bytes, { pixels, probabilities }, { run: open })).toEqual({
    rows: 600,
    maxDifference: 0,
    changed: [],
  })
})

test('what is no ONNX file is refused in words', async () => {
  await expect(open(new Uint8Array([1, 2, 3]))).rejects.toThrow(ClassifierError)
  await expect(open('nowhere.onnx')).rejects.toThrow(/no such file/)
})
