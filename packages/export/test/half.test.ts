import { describe, ExportError, toFloat16, toOnnx } from '@pixelrow/export'
import { float32, graphBuilder, int, read, type Value, write } from '@pixelrow/onnx'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { modelOf, models, pixelsFor } from './models.ts'
import { run, session } from './runtime.ts'

type Builder = ReturnType<typeof graphBuilder>

/** A file of one input of `size` floats and what `body` makes of it. */
function fileOf(size: number, body: (g: Builder, x: Value) => Value, opset = 17): Uint8Array {
  const g = graphBuilder('small')
  g.output(body(g, g.input('x', 'float32', ['N', size])))
  return write({ irVersion: 8, opsets: { '': opset }, graph: g.build() })
}

/** What onnxruntime makes of float32 numbers when it casts them to float16, as bits. */
async function castByRuntime(values: Float32Array): Promise<Uint16Array> {
  const g = graphBuilder('cast')
  const x = g.input('x', 'float32', ['N'])
  g.output(g.op('Cast', [x], { to: int(10) }), 'y')
  const opened = await run(write({ irVersion: 8, opsets: { '': 17 }, graph: g.build() }))
  const { y } = await opened.run({ x: { dataType: 'float32', dims: [values.length], data: values } })
  await opened.close()
  return new Uint16Array((y!.data as Uint16Array).slice().buffer)
}

/** The bits that our conversion gives: those of a weight. */
function castByUs(values: Float32Array): Uint16Array {
  const bytes = fileOf(values.length, (g, x) => g.op('Add', [x, g.constant(float32(values), 'weight')]))
  const { initializers } = read(toFloat16(bytes)).graph
  return initializers.find(({ name }) => name === 'weight')!.data as Uint16Array
}

test('weights are rounded as onnxruntime rounds: every float16 number, the ties between them, and any other', async () => {
  const edges: number[] = []
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [exponent, fraction] = [bits >>> 10, bits & 0x3ff]
    const at = (place: number) => (exponent === 0 ? place * 2 ** -24 : (1024 + place) * 2 ** (exponent - 25))
    edges.push(at(fraction), -at(fraction + 0.5), at(fraction + 0.5 + 2 ** -12), at(fraction + 0.5 - 2 ** -12))
  }
  const found = Float32Array.from([...edges, -0, 65519, -65504, 1e-45, 2 ** -25, 2 ** -25 * 1.0001])
  expect(castByUs(found)).toEqual(await castByRuntime(found))
  const any = fc.array(fc.float({ min: -65504, max: 65504, noNaN: true }), { minLength: 1, maxLength: 1000 })
  await fc.assert(
    fc.asyncProperty(any, async (values) => {
      const array = Float32Array.from(values)
      expect(castByUs(array)).toEqual(await castByRuntime(array))
    }),
    { numRuns: 20 },
  )
})

test('weights that are no finite numbers stay what they are, larger ones are refused', () => {
  const odd = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
  expect([...castByUs(odd)]).toEqual([0x7e00, 0x7c00, 0xfc00])
  expect(() => castByUs(Float32Array.of(1, 65520))).toThrow(ExportError)
  expect(() => castByUs(Float32Array.of(1, -1e6))).toThrow(/weight holds -1000000; float16 ends at 65,504/)
})

test('any model computes much the same in float16, with the same inputs and outputs, in half the bytes', async () => {
  await fc.assert(
    fc.asyncProperty(models, async (model) => {
      const bytes = toOnnx(model)
      const half = toFloat16(bytes)
      const { inputs, outputs, weights } = describe(half)
      expect({ inputs, outputs }).toEqual({ inputs: describe(bytes).inputs, outputs: describe(bytes).outputs })
      expect(weights.float32).toBeUndefined()
      expect(weights.float16!.bytes * 2).toBe(describe(bytes).weights.float32!.bytes)
      const { height, width, channels } = model.architecture.input.shape
      const pixels = { dataType: 'uint8' as const, dims: [9, height * width * channels], data: pixelsFor(model, 9) }
      const [before, after] = await Promise.all(
        [bytes, half].map(async (file) => {
          const opened = await run(file)
          const { probabilities } = await opened.run({ pixels })
          await opened.close()
          return probabilities!.data as Float32Array
        }),
      )
      const worst = Math.max(...before!.map((value, at) => Math.abs(value - after![at]!)))
      expect(worst).toBeLessThan(0.06)
    }),
    { numRuns: 40 },
  )
})

test('what float16 would spoil stays float32, between casts', () => {
  const bytes = fileOf(4, (g, x) => {
    const scaled = g.op('Mul', [x, g.constant(float32([1, 2, 3, 4]), 'scale')])
    const sum = g.op('ReduceMean', [scaled], { keepdims: int(1) })
    return g.op('Add', [g.op('Sub', [scaled, sum]), g.constant(float32(1), 'one')])
  })
  expect(describe(toFloat16(bytes)).operators).toEqual({ Add: 1, Cast: 4, Mul: 1, ReduceMean: 1, Sub: 1 })
})

test('a constant that both kinds of operators use is there twice', async () => {
  const bytes = fileOf(2, (g, x) => {
    const weight = g.constant(float32([0.1, 0.7]), 'weight')
    return g.op('Add', [g.op('Mul', [x, weight]), g.op('Softmax', [weight], { axis: int(0) })])
  })
  const half = toFloat16(bytes)
  expect(describe(half).weights).toMatchObject({ float16: { values: 2 }, float32: { values: 2 } })
  await (await session(half)).release()
})

test('graphs with what cannot be converted safely are refused', () => {
  const g = graphBuilder('own', { infer: { 'mine:Pair': ([x]) => [{ dataType: x!.dataType, dims: x!.dims }] } })
  const x = g.input('x', 'float32', ['N', 2])
  g.output(g.op('Pair', [g.op('Mul', [x, g.constant(float32(2), 'two')])], {}, { domain: 'mine' }), 'y')
  const own = write({ irVersion: 8, opsets: { '': 17, mine: 1 }, graph: g.build() })
  expect(() => toFloat16(own)).toThrow(/node "Pair_.*" \(Pair\) is not one of ONNX’s own/)
  const plain = fileOf(2, (g, x) => g.op('Relu', [x]))
  expect(() => toFloat16(plain)).toThrow(/no float32 weights/)
  expect(() => toFloat16(toFloat16(toOnnx(modelOf(modelsArchitecture))))).toThrow(/no float32 weights/)
})

const modelsArchitecture = {
  input: { shape: { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' as const }, maxValue: 255 },
  layers: [{ type: 'flatten' as const }, { type: 'dense' as const, units: 3 }],
}
