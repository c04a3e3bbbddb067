import { graphBuilder, int, write } from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { fromHalf, toHalf } from '../common/half.ts'

// Before the import, or it reports usage.
process.env.ORT_DISABLE_TELEMETRY = '1'
const { InferenceSession, Tensor } = await import('onnxruntime-node')

/** All 65,536 float16 numbers, as bits. */
const every = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)

/** What onnxruntime makes of numbers when it casts them to the other type. */
async function castByRuntime(values: Uint16Array | Float32Array): Promise<Uint16Array | Float32Array> {
  const [from, to] =
    values instanceof Uint16Array ? (['float16', 'float32'] as const) : (['float32', 'float16'] as const)
  const g = graphBuilder('cast')
  g.output(g.op('Cast', [g.input('x', from, ['N'])], { to: int(to === 'float32' ? 1 : 10) }), 'y')
  const session = await InferenceSession.create(write({ irVersion: 8, opsets: { '': 17 }, graph: g.build() }))
  const { y } = await session.run({ x: new Tensor(from, values, [values.length]) })
  await session.release()
  const { buffer, byteOffset, length } = y!.data as Uint16Array
  return to === 'float32' ? new Float32Array(buffer, byteOffset, length) : new Uint16Array(buffer, byteOffset, length)
}

test('every one of the 65,536 float16 numbers is what onnxruntime takes it for', async () => {
  expect(Float32Array.from(every, fromHalf)).toEqual(await castByRuntime(every))
})

test('every one of them goes to float32 and comes back; each NaN as the quiet one', () => {
  const isNoNumber = (bits: number) => (bits & 0x7fff) > 0x7c00
  expect(every.map((bits) => toHalf(fromHalf(bits)))).toEqual(every.map((bits) => (isNoNumber(bits) ? 0x7e00 : bits)))
})

test('between each two neighbours the nearer one is taken, and half way the even one', async () => {
  const between = Array.from(every.filter((bits) => (bits & 0x7fff) < 0x7bff)).flatMap((bits) => {
    const middle = Math.fround((fromHalf(bits) + fromHalf(bits + 1)) / 2)
    const step = Math.fround(Math.abs(middle)) * 2 ** -23
    return [middle, middle - step, middle + step].map(Math.fround)
  })
  const edges = [
    65_503,
    65_504,
    65_519,
    Math.fround(65_519.996),
    65_520,
    1e30,
    Number.POSITIVE_INFINITY,
    1e-45,
    2 ** -25,
  ]
  const values = Float32Array.from([...between, ...edges, ...edges.map((value) => -value)])
  expect(Uint16Array.from(values, toHalf)).toEqual(await castByRuntime(values))
})
