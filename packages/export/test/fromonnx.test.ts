import { readFileSync } from 'node:fs'
import { ExportError, fromOnnx, toOnnx } from '@pixelrow/export'
import { initialize, linear, type Model, ModelError, mlp, resnet } from '@pixelrow/model'
import { type Model as OnnxModel, read, write } from '@pixelrow/onnx'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { models, uniform } from './models.ts'

const digits = {
  shape: { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' as const },
  maxValue: 255,
  classes: ['zero', 'one', 'two'],
}

function model(architecture = mlp(digits, { hidden: [5] })): Model {
  return { architecture, weights: initialize(architecture, uniform), classes: digits.classes }
}

function bits({ weights }: Model) {
  return Object.entries(weights).map(([name, { data }]) => [name, [...new Uint32Array(data.slice().buffer)]])
}

test('what toOnnx wrote comes back as it was, every bit', () => {
  fc.assert(
    fc.property(models, fc.constantFrom('flat' as const, 'image' as const), (model, input) => {
      const back = fromOnnx(toOnnx(model, { input }))
      expect(back).toEqual(model)
      expect(bits(back)).toEqual(bits(model))
    }),
    { numRuns: 50 },
  )
})

test('bits that compare badly survive: signed zero, subnormals, the largest and smallest numbers', () => {
  const odd = model(linear(digits))
  odd.weights['1.bias']!.data.set([-0, -1e-40, 1e-45])
  odd.weights['1.weight']!.data.set([3.4028234663852886e38, -3.4028234663852886e38])
  expect(bits(fromOnnx(toOnnx(odd)))).toEqual(bits(odd))
})

test('a Node Buffer reads like any bytes, and the weights are copies', () => {
  const bytes = Buffer.from(toOnnx(model()))
  const back = fromOnnx(bytes)
  bytes.fill(0)
  expect(bits(back)).toEqual(bits(model()))
})

test('a file of an earlier version, whose nodes have other names, opens as it did', () => {
  const bytes = readFileSync(new URL('fixtures/numbered.onnx', import.meta.url))
  const back = fromOnnx(bytes)
  const [before, now] = [read(bytes), read(toOnnx(back))]
  const named = ({ graph }: OnnxModel, name: string) => graph.nodes.some((node) => node.name === name)
  expect([named(before, 'conv2d_0/Conv'), named(now, 'conv2d_0/Conv'), named(now, 'conv0/Conv')]).toEqual([
    true,
    false,
    true,
  ])
  expect(now.metadata).toEqual(before.metadata)
  expect(now.graph.nodes.map(({ opType }) => opType)).toEqual(before.graph.nodes.map(({ opType }) => opType))
  const weights = ({ graph }: OnnxModel) => graph.initializers.filter(({ name = '' }) => /^[0-9]/.test(name))
  expect(weights(now)).toEqual(weights(before))
})

test('names of nodes and of values between them make no difference, an exchange of two values does', () => {
  const renamed = (names: Record<string, string>) =>
    withGraph(({ nodes }) => ({
      nodes: nodes.map((node) => ({
        ...node,
        name: `other ${node.name}`,
        inputs: node.inputs.map((name) => names[name] ?? name),
        outputs: node.outputs.map((name) => names[name] ?? name),
      })),
    }))
  expect(fromOnnx(renamed({ dense1: 'hidden', relu2: 'positive' }))).toEqual(model())
  const exchanged = withGraph(({ nodes }) => ({
    nodes: nodes.map((node) =>
      node.name === 'dense3/Gemm' ? { ...node, inputs: ['dense1', ...node.inputs.slice(1)] } : node,
    ),
  }))
  expect(() => fromOnnx(exchanged)).toThrow(/graph is not the one/)
})

/** The file of `model()`, changed before it is written again. */
function edited(change: (file: OnnxModel) => OnnxModel): Uint8Array {
  return write(change(read(toOnnx(model()))))
}

function withMetadata(change: Record<string, string>): Uint8Array {
  return edited((file) => ({ ...file, metadata: { ...file.metadata, ...change } }))
}

function withGraph(change: (graph: OnnxModel['graph']) => Partial<OnnxModel['graph']>): Uint8Array {
  return edited((file) => ({ ...file, graph: { ...file.graph, ...change(file.graph) } }))
}

test('a file that another writer copied without changing it is still ours', () => {
  const file = edited((file) => ({
    ...file,
    producerName: 'copier',
    irVersion: 9,
    metadata: { ...file.metadata, more: '1' },
  }))
  expect(fromOnnx(file)).toEqual(model())
})

test('a file from elsewhere is refused in a sentence that says whose it is', () => {
  const foreign = edited((file) => ({ ...file, producerName: 'pytorch', metadata: {} }))
  expect(() => fromOnnx(foreign)).toThrow(ExportError)
  expect(() => fromOnnx(foreign)).toThrow(
    'The file has no metadata pixelrow.format (its producer is "pytorch"); expected a file of pixelrow’s. Only files that toOnnx wrote can be read back.',
  )
  expect(() => fromOnnx(withMetadata({ 'pixelrow.format': '2' }))).toThrow(/pixelrow’s format 2; this version reads 1/)
})

test('metadata that does not hold together is refused', () => {
  const wider = JSON.stringify(mlp(digits, { hidden: [6] }))
  expect(() => fromOnnx(withMetadata({ 'pixelrow.architecture': wider }))).toThrow(/1.weight is 16×5 .* expected 16×6/)
  expect(() => fromOnnx(withMetadata({ 'pixelrow.architecture': '{}' }))).toThrow(ModelError)
  expect(() => fromOnnx(withMetadata({ 'pixelrow.classes': '["a"' }))).toThrow(/pixelrow.classes is not JSON/)
  expect(() => fromOnnx(withMetadata({ 'pixelrow.classes': '{"length": 3}' }))).toThrow(/classes is .*expected a list/)
  expect(() => fromOnnx(withMetadata({ 'pixelrow.classes': '["a", "b"]' }))).toThrow(/gives 3 logits; expected 2/)
  const range = JSON.stringify({ ...model().architecture, input: { ...model().architecture.input, maxValue: 16 } })
  expect(() => fromOnnx(withMetadata({ 'pixelrow.architecture': range }))).toThrow(/graph is not the one/)
})

test('a graph that was changed is refused: what is read must be what the file computes', () => {
  const files = [
    withGraph(({ nodes }) => ({
      nodes: nodes.map((node) => (node.opType === 'Relu' ? { ...node, opType: 'Tanh' } : node)),
    })),
    withGraph(({ nodes }) => ({ nodes: nodes.filter(({ opType }) => opType !== 'ArgMax') })),
    withGraph(({ initializers }) => ({
      initializers: initializers.map((tensor) =>
        tensor.name === 'input/scale' ? { ...tensor, data: Float32Array.of(1) } : tensor,
      ),
    })),
    withGraph(({ inputs }) => ({ inputs: [{ ...inputs[0]!, type: { dataType: 'uint8', dims: [1, 16] } }] })),
  ]
  for (const file of files)
    expect(() => fromOnnx(file)).toThrow(/graph is not the one .* It was changed after pixelrow wrote/)
  const lost = withGraph(({ initializers }) => ({ initializers: initializers.filter(({ name }) => name !== '1.bias') }))
  expect(() => fromOnnx(lost)).toThrow(/has no weights 1.bias; expected float32/)
  const half = withGraph(({ initializers }) => ({
    initializers: initializers.map((tensor) =>
      tensor.name === '1.bias' ? { ...tensor, dataType: 'float16', data: new Uint16Array(5) } : tensor,
    ),
  }))
  expect(() => fromOnnx(half)).toThrow(/holds 1.bias as float16; expected float32/)
})

test.each([
  ['of dense layers', model()],
  ['of residual blocks', model(resnet(digits, { filters: [2, 3] }))],
])('any changed byte of a file %s gives a model or a refusal, never another error', (_, model) => {
  const bytes = toOnnx(model)
  const kinds = ['OnnxError', 'ExportError', 'ModelError']
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const changed = bytes.slice()
      changed[at] = value
      try {
        fromOnnx(changed)
      } catch (error) {
        expect(kinds).toContain((error as Error).name)
      }
    }),
    { numRuns: 1000 },
  )
})

test('options that the graph shows are checked against it, those of training alone are taken as they are', () => {
  const net = resnet(digits, { filters: [2, 3] })
  const layers = (change: object) => net.layers.map((layer, at) => (at === 1 ? { ...layer, ...change } : layer))
  const json = (change: object) => ({
    'pixelrow.architecture': JSON.stringify({ ...net, layers: layers(change) }),
  })
  const file = (change: object) => {
    const original = read(toOnnx(model(net)))
    return write({ ...original, metadata: { ...original.metadata, ...json(change) } })
  }
  expect(fromOnnx(file({ momentum: 0.5 })).architecture.layers[1]).toEqual({ type: 'batchNorm', momentum: 0.5 })
  expect(() => fromOnnx(file({ epsilon: 0.5 }))).toThrow(/graph is not the one/)
})

test('bytes that are no ONNX file, or a cut one, are refused', () => {
  const bytes = toOnnx(model())
  expect(() => fromOnnx(new TextEncoder().encode('label,pixel0\n1,0\n'))).toThrow()
  expect(() => fromOnnx(new Uint8Array(0))).toThrow(/./)
  for (let end = 0; end < bytes.length; end += 41) expect(() => fromOnnx(bytes.subarray(0, end))).toThrow(/./)
})
