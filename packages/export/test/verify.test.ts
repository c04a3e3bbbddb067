import { describe, ExportError, type Run, toOnnx, verify } from '@pixelrow/export'
import { initialize, type Model, mlp } from '@pixelrow/model'
import { graphBuilder, write } from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { pixelsFor, uniform, withWeight } from './models.ts'
import { forward } from './reference.ts'
import { run } from './runtime.ts'

const architecture = mlp(
  {
    shape: { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' },
    maxValue: 16,
    classes: ['a', 'b', 'c'],
  },
  { hidden: [5] },
)
const model: Model = { architecture, weights: initialize(architecture, uniform), classes: ['a', 'b', 'c'] }

function samples(rows: number) {
  const pixels = pixelsFor(model, rows)
  const expected = Array.from({ length: rows }, (_, row) => forward(model, pixels.subarray(row * 16, row * 16 + 16)))
  return { pixels, probabilities: Float32Array.from(expected.flat()) }
}

test('a file that computes what the model says', async () => {
  const { rows, maxDifference, changed } = await verify(toOnnx(model), samples(20), { run })
  expect({ rows, changed }).toEqual({ rows: 20, changed: [] })
  expect(maxDifference).toBeLessThan(1e-6)
})

test('a file with other weights: the rows whose label changed, and by how much', async () => {
  const other = structuredClone(model)
  other.weights['3.bias']!.data[1]! += 50
  const given = samples(20)
  const expected = Array.from({ length: 20 }, (_, row) => [...given.probabilities.subarray(row * 3, row * 3 + 3)])
  const { maxDifference, changed } = await verify(toOnnx(other), given, { run })
  const smallest = Math.min(...expected.map((row) => row[1]!))
  expect(maxDifference).toBeCloseTo(1 - smallest, 5)
  expect(changed).toEqual(expected.flatMap((row, at) => (Math.max(...row) === row[1] ? [] : [at])))
  expect(changed.length).toBeGreaterThan(0)
})

test('a number that is none differs without end', async () => {
  const broken = withWeight(toOnnx(model), '3.bias', (data) => data.fill(Number.NaN, 1, 2))
  expect((await verify(broken, samples(4), { run })).maxDifference).toBe(Number.POSITIVE_INFINITY)
})

test('samples that do not fit each other are refused, and the file is closed all the same', async () => {
  let closed = 0
  const counting: Run = async (bytes) => {
    const session = await run(bytes)
    const close = () => {
      closed++
      return session.close()
    }
    return { run: session.run, close }
  }
  const { pixels, probabilities } = samples(4)
  const few = { pixels, probabilities: probabilities.subarray(0, 6) }
  await expect(verify(toOnnx(model), few, { run: counting })).rejects.toThrow(ExportError)
  await expect(verify(toOnnx(model), few, { run: counting })).rejects.toThrow(/12 probabilities for 4 rows; expected 6/)
  const odd = { pixels: pixels.subarray(0, 17), probabilities }
  await expect(verify(toOnnx(model), odd, { run: counting })).rejects.toThrow(/17 pixels; expected whole images of 16/)
  const none = { pixels: new Uint8Array(), probabilities }
  await expect(verify(toOnnx(model), none, { run: counting })).rejects.toThrow(/0 rows; the file takes at least 1/)
  expect(closed).toBe(2)
})

test('describe counts what is in the file', () => {
  const bytes = toOnnx(model)
  expect(describe(bytes)).toEqual({
    inputs: [{ name: 'pixels', dataType: 'uint8', dims: ['N', 16] }],
    outputs: [
      { name: 'probabilities', dataType: 'float32', dims: ['N', 3] },
      { name: 'label', dataType: 'int64', dims: ['N'] },
    ],
    operators: { ArgMax: 1, Cast: 1, Gemm: 2, Mul: 1, Relu: 1, Softmax: 1 },
    parameters: 16 * 5 + 5 + 5 * 3 + 3 + 1,
    weights: { float32: { values: 104, bytes: 416 } },
    bytes: bytes.length,
    external: [],
    irVersion: 8,
    opsets: { '': 17 },
    producer: 'pixelrow',
    metadata: expect.objectContaining({ 'pixelrow.format': '1', 'pixelrow.max_value': '16' }),
  })
})

test('describe reads other files too, with their subgraphs and domains', () => {
  const g = graphBuilder('other')
  const flag = g.input('flag', 'bool', [])
  const branch = (name: string) => {
    const body = g.subgraph(name)
    body.output(body.op('Abs', [body.constant({ dataType: 'float32', dims: [1], data: Float32Array.of(1) })]))
    return { graph: body.build() }
  }
  g.output(g.op('If', [flag], { then_branch: branch('then'), else_branch: branch('else') }))
  const bytes = write({ irVersion: 8, opsets: { '': 17 }, graph: g.build() })
  expect(describe(bytes)).toMatchObject({ operators: { Abs: 2, If: 1 }, producer: '', metadata: {} })
})
