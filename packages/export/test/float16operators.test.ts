import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { toFloat16 } from '@pixelrow/export'
import {
  check,
  type DataType,
  float,
  float32,
  type GraphBuilder,
  graphBuilder,
  int,
  int64,
  type Model,
  read,
  sizeOf,
  string,
  type Tensor,
  tensor,
  type Value,
  write,
} from '@pixelrow/onnx'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { session } from './runtime.ts'

const { Tensor: OrtTensor } = await import('onnxruntime-node')

type Feeds = Record<string, InstanceType<typeof OrtTensor>>

/** Runs a file; undefined where onnxruntime cannot, or has not this version of an operator. */
async function attempt(bytes: Uint8Array, feeds: Feeds) {
  try {
    const loaded = await session(bytes)
    try {
      return await loaded.run(feeds)
    } finally {
      await loaded.release()
    }
  } catch {
    return undefined
  }
}

async function expectToRun(half: Uint8Array, feeds: Feeds, label: string) {
  check(read(half))
  const loaded = await session(half).catch((error: Error) => expect.fail(`${label} does not load: ${error.message}`))
  const found = await loaded.run(feeds).catch((error: Error) => expect.fail(`${label} does not run: ${error.message}`))
  await loaded.release()
  return found
}

/** An operator's own test in ONNX, with a weight in front of each float32 input; fed with the values that its file carries, or any. */
function weighted(model: Model): { bytes: Uint8Array; feeds: Feeds } | undefined {
  const { graph } = model
  const given = new Map(graph.initializers.map((each) => [each.name, each]))
  const floats = new Set(graph.inputs.filter(({ type }) => type.dataType === 'float32').map(({ name }) => name))
  const open = graph.inputs.filter(({ name }) => floats.has(name) || !given.has(name))
  if (floats.size === 0 || !open.every(({ name }) => floats.has(name))) return undefined
  const scale = [...floats].map((name, at) => ({
    opType: 'Mul',
    domain: '',
    name: `scale_${at}`,
    attributes: {},
    inputs: [`${name}/raw`, 'one'],
    outputs: [name],
  }))
  const inputs = open.map((info) => ({ ...info, name: `${info.name}/raw` }))
  const initializers = [{ ...float32(1), name: 'one' }, ...graph.initializers.filter(({ name }) => !floats.has(name!))]
  const wrapped = { ...graph, inputs, initializers, nodes: [...scale, ...graph.nodes] }
  const feeds = open.map(({ name, type }): [string, Feeds[string]] => {
    const dims = type.dims!.map(Number)
    const made = Float32Array.from({ length: sizeOf(dims) }, (_, at) => 0.25 + (at % 5) / 8)
    return [`${name}/raw`, new OrtTensor('float32', (given.get(name)?.data as Float32Array | undefined) ?? made, dims)]
  })
  // onnxruntime is a few versions of the format behind.
  const bytes = write({ ...model, irVersion: Math.min(model.irVersion, 10), graph: wrapped })
  return { bytes, feeds: Object.fromEntries(feeds) }
}

test('every operator test of ONNX that onnxruntime runs in float32 loads and runs in float16, and gives the same', async () => {
  const all = gunzipSync(readFileSync(new URL('../../onnx/test/fixtures/nodes.bin.gz', import.meta.url)))
  let ran = 0
  for (let at = 0; at < all.length; at += 4 + all.readUInt32LE(at)) {
    const model = read(new Uint8Array(all.subarray(at + 4, at + 4 + all.readUInt32LE(at))))
    const { name } = model.graph
    const made = weighted(model)
    const expected = made && (await attempt(made.bytes, made.feeds))
    // Where the weights in front are not needed, there are none.
    if (!made || !expected || /^test_castlike_\w+_to_FLOAT_expanded$/.test(name)) continue
    const found = await expectToRun(toFloat16(made.bytes), made.feeds, name)
    ran++
    for (const [output, { type, dims, data }] of Object.entries(expected)) {
      expect({ type: found[output]!.type, dims: found[output]!.dims }, name).toEqual({ type, dims })
      // Of its input of 10,000, float16 knows every eighth number.
      if (type === 'float32' && !name.includes('softmax_large_number')) close(name, data, found[output]!.data)
    }
  }
  expect(ran).toBeGreaterThan(500)
})

function close(name: string, expected: unknown, found: unknown): void {
  const [a, b] = [expected as Float32Array, found as Float32Array]
  const far = a.findIndex(
    (value, at) => !Object.is(value, b[at]) && !(Math.abs(value - b[at]!) <= 0.01 * Math.max(1, Math.abs(value))),
  )
  if (far >= 0) expect.fail(`${name}: place ${far} is ${b[far]}, expected ${a[far]}`)
}

type Step = (g: GraphBuilder, x: Value) => Value

const scalar = (dataType: DataType, value: number): Tensor => tensor(dataType, [value], [])
const unary =
  (opType: string): Step =>
  (g, x) =>
    g.op(opType, [x])
const stated = (g: GraphBuilder, opType: string, inputs: Value[], dataType: DataType, dims: Value['dims']) =>
  g.op(opType, inputs, {}, { types: [{ dataType, dims }] })

/** Steps from `[N, 4]` to `[N, 4]`, by the first operator set that has them as they are written here. */
const steps: Record<string, [since: number, step: Step]> = {
  ...Object.fromEntries(
    'Relu Sigmoid Tanh Abs Neg Exp Elu Selu LeakyRelu Softplus Softsign HardSigmoid Erf Identity Ceil Floor Round Sign Sin Atan Asinh'
      .split(' ')
      .map((name) => [name, [13, unary(name)]]),
  ),
  ...Object.fromEntries('HardSwish Mish Gelu'.split(' ').map((name) => [name, [20, unary(name)]])),
  Celu: [13, (g, x) => g.op('Celu', [x], { alpha: float(0.7) })],
  ThresholdedRelu: [13, (g, x) => g.op('ThresholdedRelu', [x], { alpha: float(0.1) })],
  Shrink: [13, (g, x) => g.op('Shrink', [x], { lambd: float(0.1) })],
  MatMul: [
    13,
    (g, x) =>
      g.op('MatMul', [
        x,
        g.constant(
          float32(
            Float32Array.from({ length: 16 }, (_, at) => Math.sin(at)),
            [4, 4],
          ),
        ),
      ]),
  ],
  Add: [13, (g, x) => g.op('Add', [x, g.constant(float32([0.1, -0.2, 0.3, -0.4]))])],
  PRelu: [13, (g, x) => g.op('PRelu', [x, g.constant(float32([0.1, 0.2, 0.3, 0.4]))])],
  Clip: [13, (g, x) => g.op('Clip', [x, g.constant(float32(-0.5)), g.constant(float32(0.5))])],
  IsInf: [13, (g, x) => g.op('Where', [g.op('IsInf', [x]), g.constant(float32([0])), x])],
  IsNaN: [13, (g, x) => g.op('Where', [g.op('IsNaN', [x]), g.constant(float32([0])), x])],
  Softmax: [13, (g, x) => g.op('Softmax', [x], { axis: int(-1) })],
  CumSum: [14, (g, x) => g.op('CumSum', [x, g.constant(int64(1))])],
  TopK: [13, (g, x) => g.ops('TopK', [x, g.constant(int64([4]))], { axis: int(1) }, { count: 2 })[0]!],
  Trilu: [14, (g, x) => g.op('Trilu', [x])],
  LayerNormalization: [17, (g, x) => g.op('LayerNormalization', [x, g.constant(float32([1, 2, 3, 4]))])],
  Cast: [13, (g, x) => g.op('Cast', [g.op('Cast', [x], { to: int(11) })], { to: int(1) })],
  CastLike: [15, (g, x) => g.op('CastLike', [g.op('Cast', [x], { to: int(7) }), x])],
  Resize: [
    13,
    (g, x) => {
      const image = g.op('Unsqueeze', [x, g.constant(int64([1, 2]))])
      const scales = g.constant(float32([1, 1, 1, 2]))
      const wide = g.op('Resize', [image, undefined, scales], { mode: string('nearest') })
      const half = g.op('Slice', [wide, g.constant(int64([0])), g.constant(int64([4])), g.constant(int64([3]))])
      return g.op('Squeeze', [half, g.constant(int64([1, 2]))])
    },
  ],
  Range: [
    13,
    (g, x) => {
      const count = g.op('Range', [
        g.constant(scalar('float32', 0)),
        g.constant(scalar('float32', 4)),
        g.constant(scalar('float32', 1)),
      ])
      return g.op('Add', [x, count])
    },
  ],
  QLinearMatMul: [
    13,
    (g, x) => {
      const [scale, zero] = [g.constant(float32(0.02)), g.constant(scalar('uint8', 128))]
      const weight = g.constant(
        tensor(
          'uint8',
          Array.from({ length: 16 }, (_, at) => 9 * at),
          [4, 4],
        ),
      )
      const small = g.op('QuantizeLinear', [x, scale, zero])
      const product = stated(
        g,
        'QLinearMatMul',
        [small, scale, zero, weight, scale, zero, scale, zero],
        'uint8',
        x.dims,
      )
      return g.op('DequantizeLinear', [product, scale, zero])
    },
  ],
  DynamicQuantizeLinear: [
    13,
    (g, x) => {
      const [small, scale, zero] = g.ops('DynamicQuantizeLinear', [x], {}, { count: 3 })
      return g.op('DequantizeLinear', [small!, scale!, zero!])
    },
  ],
  'Reshape to what an input says': [
    13,
    (g, x) =>
      g.op('Reshape', [stated(g, 'Reshape', [x, g.valueOf('shape')], 'float32', ['', '']), g.constant(int64([-1, 4]))]),
  ],
}

describe('random models of such operators', () => {
  const drawn = fc.record({
    opset: fc.constantFrom(13, 15, 17, 20, 21),
    names: fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 1, maxLength: 8 }),
  })

  test('load and run where they run in float32', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async ({ opset, names }) => {
        const g = graphBuilder('chain')
        const [x] = [g.input('x', 'float32', ['N', 4]), g.input('shape', 'int64', [''])]
        const start = g.op('Mul', [x, g.constant(float32([0.5, 1, 1.5, 2]))])
        const end = names.reduce((value, name) => (steps[name]![0] <= opset ? steps[name]![1](g, value) : value), start)
        g.output(end, 'y')
        const graph = g.build({ values: false })
        const bytes = write({ irVersion: 8, opsets: { '': opset }, graph })
        const feeds = {
          x: new OrtTensor(
            'float32',
            Float32Array.from({ length: 12 }, (_, at) => Math.cos(at)),
            [3, 4],
          ),
          shape: new OrtTensor('int64', BigInt64Array.of(4n, 3n), [2]),
        }
        expect(await attempt(bytes, feeds), 'float32').toBeDefined()
        await expectToRun(toFloat16(bytes), feeds, `${names} in set ${opset}`)
      }),
      { numRuns: 150 },
    )
  })
})
