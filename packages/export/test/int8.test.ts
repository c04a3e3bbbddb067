import { describe, ExportError, reducePrecision, toInt8, toOnnx } from '@pixelrow/export'
import { cnn, type Layer, type Model, mlp, resnet } from '@pixelrow/model'
import { float32, graphBuilder, int, int64, read, write } from '@pixelrow/onnx'
import { readMetadata } from '@pixelrow/onnx/metadata'
import { expect, test } from 'vitest'
import { modelOf, pixelsFor, withWeight } from './models.ts'
import { run } from './runtime.ts'

async function predicted(bytes: Uint8Array, pixels: Uint8Array, rows: number): Promise<number[]> {
  const values = await probabilitiesOf(bytes, pixels, rows)
  const of = (row: number) => [...values.subarray(4 * row, 4 * row + 4)]
  return Array.from({ length: rows }, (_, row) => of(row).indexOf(Math.max(...of(row))))
}

const digits = {
  shape: { height: 14, width: 14, channels: 1, channelOrder: 'interleaved' as const },
  maxValue: 255,
  classes: ['zero', 'one', 'two', 'three'],
}

const rowsOf = (model: Model, rows: number) => ({ pixels: pixelsFor(model, rows) })

async function probabilitiesOf(bytes: Uint8Array, pixels: Uint8Array, rows: number): Promise<Float32Array> {
  const opened = await run(bytes)
  const dims = [rows, pixels.length / rows]
  const { probabilities } = await opened.run({ pixels: { dataType: 'uint8', dims, data: pixels } })
  await opened.close()
  return probabilities!.data as Float32Array
}

test.each([
  ['cnn', modelOf(cnn(digits))],
  ['resnet', modelOf(resnet(digits))],
  ['mlp', modelOf(mlp(digits))],
])('a %s computes much the same in int8', async (_, model) => {
  const rows = rowsOf(model, 64)
  const bytes = toOnnx(model)
  const small = await toInt8(bytes, rows, { run })
  const [before, after] = [await probabilitiesOf(bytes, rows.pixels, 64), await probabilitiesOf(small, rows.pixels, 64)]
  const worst = Math.max(...before.map((value, at) => Math.abs(value - after[at]!)))
  expect(worst).toBeLessThan(0.1)
  expect(worst).toBeGreaterThan(0)
  expect(readMetadata(small)['pixelrow.precision']).toBe('int8')
  expect('pixelrow.unfolded' in readMetadata(small)).toBe(false)
})

test('a row of values between layers is quantised once; Relu is in its range, and the last layer’s result stays float32', async () => {
  const model = modelOf(cnn(digits, { filters: [4, 6] }))
  const { operators } = describe(await toInt8(toOnnx(model), rowsOf(model, 8), { run }))
  expect(operators).toMatchObject({ Conv: 2, MaxPool: 1, Gemm: 1, QuantizeLinear: 4, DequantizeLinear: 4 + 2 * 3 })
  expect('Relu' in operators).toBe(false)
})

test('weights have 129 steps, a scale for each channel, and biases of 32 bits', async () => {
  const model = modelOf(mlp(digits, { hidden: [5] }))
  const { initializers } = read(await toInt8(toOnnx(model), rowsOf(model, 8), { run })).graph
  const find = (name: string) => initializers.find((tensor) => tensor.name === name)!
  const [weights, scales] = [find('1.weight/int8'), find('1.weight/scale')]
  expect([weights.dataType, weights.dims, scales.dims, find('1.bias/int32').dataType]).toEqual([
    'int8',
    [196, 5],
    [5],
    'int32',
  ])
  const original = model.weights['1.weight']!.data
  const restored = (weights.data as Int8Array).reduce((worst, value, at) => {
    const scale = (scales.data as Float32Array)[at % 5]!
    return Math.max(worst, Math.abs(value * scale - original[at]!) / scale)
  }, 0)
  expect(restored).toBeLessThan(0.5001)
  expect(Math.max(...(weights.data as Int8Array).map(Math.abs))).toBe(64)
})

test('channels of zeros, and biases far beyond their weights, are still right', async () => {
  const model = modelOf(mlp(digits, { hidden: [5] }))
  const [weight, bias] = [model.weights['1.weight']!.data, model.weights['1.bias']!.data]
  for (let at = 0; at < weight.length; at++) if (at % 5 < 2) weight[at] = 0
  weight[2] = 1e-9
  bias.set([0, 3, 50, -50, 0])
  const rows = rowsOf(model, 16)
  const bytes = toOnnx(model)
  const [before, after] = [bytes, await toInt8(bytes, rows, { run })]
  const a = await probabilitiesOf(before, rows.pixels, 16)
  const b = await probabilitiesOf(after, rows.pixels, 16)
  expect(Math.max(...a.map((value, at) => Math.abs(value - b[at]!)))).toBeLessThan(0.1)
})

test('reducePrecision tells what is lost, with and without labels, and refuses beyond the bound', async () => {
  const layers: Layer[] = [{ type: 'flatten' }, { type: 'dense', units: 2 }]
  const shape = { height: 1, width: 2, channels: 1, channelOrder: 'interleaved' as const }
  const model = modelOf({ input: { shape, maxValue: 255 }, layers })
  // The second class wins by a fifth of a weight's step.
  model.weights['1.weight']!.data.set([1, 1, 0.5, 0.503])
  model.weights['1.bias']!.data.set([0, 0])
  const rows = { pixels: Uint8Array.from({ length: 40 }, (_, at) => 200 + at) }
  const bytes = toOnnx(model)
  const options = { precision: 'int8' as const, rows, run }
  await expect(reducePrecision(bytes, { ...options, maxLoss: 0.5 })).rejects.toThrow(
    /int8 loses too much: 1.0000 of 20 rows change their class; at most 0.5/,
  )
  const labels = new Uint16Array(20).fill(1)
  await expect(reducePrecision(bytes, { ...options, rows: { ...rows, labels } })).rejects.toThrow(
    /accuracy 1.0000 becomes 0.0000 on 20 rows; at most 0.01/,
  )
  const { report } = await reducePrecision(bytes, { ...options, rows: { ...rows, labels: labels.fill(0) }, maxLoss: 0 })
  expect(report).toMatchObject({
    rows: 20,
    loss: -1,
    accuracy: { before: 0, after: 1 },
    bytes: { before: bytes.length },
  })
  expect(report.changed).toEqual(Array.from(labels.keys()))
  await expect(reducePrecision(bytes, { ...options, maxLoss: Number.NaN })).rejects.toThrow(
    /maxLoss must be a number of at least 0 and at most 1; found NaN/,
  )
  await expect(reducePrecision(bytes, { ...options, rows: { ...rows, labels: [1] } })).rejects.toThrow(
    /1 labels for 20/,
  )
})

test('a file that does not come from a model: inputs by name, products of other kinds', async () => {
  const g = graphBuilder('other')
  const x = g.input('x', 'float32', ['N', 3])
  const hidden = g.op('MatMul', [
    x,
    g.constant(
      float32(
        [1, 2, 3, 4, 5, 6].map((v) => v / 6),
        [3, 2],
      ),
      'w',
    ),
  ])
  const transposed = g.constant(float32([1, -1, 0.5, 2], [2, 2]), 'v')
  g.output(g.op('Gemm', [g.op('Tanh', [hidden]), transposed], { transB: int(1) }), 'scores')
  const bytes = write({ irVersion: 8, opsets: { '': 17 }, graph: g.build() })
  const feeds = {
    x: {
      dataType: 'float32' as const,
      dims: [300, 3],
      data: Float32Array.from({ length: 900 }, (_, at) => Math.sin(at)),
    },
  }
  const { bytes: small, report } = await reducePrecision(bytes, {
    precision: 'int8',
    rows: { feeds },
    run,
    maxLoss: 0.05,
  })
  expect(report.rows).toBe(300)
  expect(report.maxDifference).toBeLessThan(0.05)
  expect(describe(small).weights).toMatchObject({ int8: { values: 10 } })
})

test('files that cannot be int8 are refused', async () => {
  const g = graphBuilder('plain')
  g.output(g.op('Relu', [g.input('x', 'float32', ['N', 3])]), 'y')
  const graph = g.build()
  const feeds = { x: { dataType: 'float32' as const, dims: [1, 3], data: new Float32Array(3) } }
  const refused = (opset: number) => toInt8(write({ irVersion: 8, opsets: { '': opset }, graph }), { feeds }, { run })
  await expect(refused(17)).rejects.toThrow(ExportError)
  await expect(refused(17)).rejects.toThrow(/no convolution, dense layer or matrix product/)
  await expect(refused(12)).rejects.toThrow(/operator set 12; scales by channel came with 13/)
  const model = modelOf(mlp(digits))
  const once = await toInt8(toOnnx(model), rowsOf(model, 4), { run })
  await expect(toInt8(once, rowsOf(model, 4), { run })).rejects.toThrow(/no convolution, dense layer/)
  const broken = modelOf(mlp(digits))
  const file = withWeight(toOnnx(broken), '1.bias', (data) => data.fill(Number.NaN, 0, 1))
  await expect(toInt8(file, rowsOf(model, 4), { run })).rejects.toThrow(/The value .* needs finite values/)
})

test('integer arithmetic on the way to a product is not taken for numbers to be int8', async () => {
  const g = graphBuilder('sizes')
  const x = g.input('x', 'float32', ['N', 8])
  const y = g.op('MatMul', [
    x,
    g.constant(
      float32(
        Float32Array.from({ length: 64 }, (_, at) => Math.sin(at)),
        [8, 8],
      ),
    ),
  ])
  // What PyTorch writes for chunk(): half of a size, worked out while the model runs.
  const size = g.op('Gather', [g.op('Shape', [y]), g.constant(int64([1]))], { axis: int(0) })
  const quarter = g.op('Div', [size, g.constant(int64([4]))])
  const rows = g.op('Slice', [y, g.constant(int64([0])), g.op('Add', [quarter, quarter]), g.constant(int64([1]))])
  g.output(g.op('MatMul', [rows, g.constant(float32(new Float32Array(8).fill(0.1), [4, 2]))]), 'scores')
  const bytes = write({ irVersion: 8, opsets: { '': 17 }, graph: { ...g.build({ values: false }) } })
  const data = Float32Array.from({ length: 40 }, (_, at) => Math.cos(at))
  const feeds = { x: { dataType: 'float32' as const, dims: [5, 8], data } }
  const small = await toInt8(bytes, { feeds }, { run })
  const scoresOf = async (file: Uint8Array) => {
    const opened = await run(file)
    const { scores } = await opened.run(feeds)
    await opened.close()
    return scores!.data as Float32Array
  }
  const [expected, found] = [await scoresOf(bytes), await scoresOf(small)]
  expect(Math.max(...expected.map((value, at) => Math.abs(value - found[at]!)))).toBeLessThan(0.05)
  expect(describe(small).weights).toMatchObject({ int8: { values: 72 } })
})

test('labels meet the file’s classes by text, in whatever order a table has them', async () => {
  const model = { ...modelOf(mlp(digits)), classes: digits.classes }
  const bytes = toOnnx(model)
  const pixels = pixelsFor(model, 40)
  const classes = ['three', 'one', 'zero', 'two']
  const found = await predicted(bytes, pixels, 40)
  const labels = found.map((place) => classes.indexOf(digits.classes[place]!))
  const options = { precision: 'float16' as const, run }
  const { report } = await reducePrecision(bytes, { ...options, rows: { pixels, labels, classes } })
  expect(report.accuracy?.before).toBe(1)
  const strange = { pixels, labels, classes: classes.map((text, at) => (at === labels[0] ? 'nought' : text)) }
  await expect(reducePrecision(bytes, { ...options, rows: strange })).rejects.toThrow(
    'the rows: there is no class "nought" in the model; its classes are zero, one, two, three.',
  )
  const beyond = reducePrecision(bytes, { ...options, rows: { pixels, labels: new Uint16Array(40).fill(4) } })
  await expect(beyond).rejects.toThrow('Row 0 has the label 4; expected a whole number of 0 to 3.')
  await expect(beyond).rejects.toMatchObject({ code: 'EXPORT_ROWS', params: { row: 0, label: 4, classes: 4 } })
})
