import { mlp } from '@pixelrow/model'
import { float, type GraphBuilder, graphBuilder, int, int64, ints, type Value } from '@pixelrow/onnx'
import { differentiate, gradientRules, inferRules, sgd, trainingGraph } from '@pixelrow/train'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Array64, array64, interpret } from './interpreter.ts'

/** An operator under test: the shapes of its operands and how it is applied; `avoid` keeps inputs off its kinks. */
interface Case {
  shapes: number[][]
  apply(g: GraphBuilder, inputs: Value[]): Value
  avoid?: (x: number) => boolean
  /** Values are all different, by more than the finite step. */
  distinct?: boolean
}

const dim = fc.integer({ min: 1, max: 4 })
const shape = fc.array(dim, { minLength: 1, maxLength: 3 })

/** Two shapes that broadcast against each other: axes set to 1 or left out at the front. */
const broadcastShapes = fc
  .tuple(shape, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.nat(2), fc.boolean())
  .map(([full, ones, cut, swap]) => {
    const other = full.map((size, axis) => (ones[axis] ? 1 : size)).slice(Math.min(cut, full.length - 1))
    return swap ? [other, full] : [full, other]
  })
const binary = (op: string, avoid?: Case['avoid']) =>
  broadcastShapes.map((shapes): Case => ({ shapes, apply: (g, inputs) => g.op(op, inputs), avoid }))
const unary = (op: string, avoid?: Case['avoid']) =>
  shape.map((dims): Case => ({ shapes: [dims], apply: (g, inputs) => g.op(op, inputs), avoid }))

/** Images with a window that fits: kernel, strides and pads as ONNX has them; pads are smaller than the kernel. */
const images = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 3 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    pads: fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
    extra: fc.tuple(fc.nat(3), fc.nat(3)),
  })
  .map(({ batch, channels, kernel, strides, pads, extra }) => {
    const allowed = pads.map((pad, i) => Math.min(pad, kernel[i % 2]! - 1))
    return {
      dims: [batch, channels, kernel[0] + extra[0], kernel[1] + extra[1]],
      kernel,
      attributes: { kernel_shape: ints(kernel), strides: ints(strides), pads: ints(allowed) },
    }
  })

const cases: Record<string, fc.Arbitrary<Case>> = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  Div: binary('Div', (x) => Math.abs(x) < 0.3),
  Relu: unary('Relu', (x) => Math.abs(x) < 1e-3),
  Sigmoid: unary('Sigmoid'),
  Tanh: unary('Tanh'),
  Gemm: fc.tuple(dim, dim, dim, fc.boolean()).map(([n, k, m, bias]) => ({
    shapes: [[n, k], [k, m], ...(bias ? [[m]] : [])],
    apply: (g, inputs) => g.op('Gemm', inputs),
  })),
  Reshape: shape.map((dims) => ({
    shapes: [dims],
    apply: (g, [x]) => g.op('Reshape', [x, g.constant(int64([...dims].reverse()))]),
  })),
  Transpose: shape.chain((dims) =>
    fc
      .shuffledSubarray(
        dims.map((_, axis) => axis),
        { minLength: dims.length },
      )
      .map((perm) => ({
        shapes: [dims],
        apply: (g: GraphBuilder, [x]: Value[]) => g.op('Transpose', [x], { perm: ints(perm) }),
      })),
  ),
  Erf: unary('Erf'),
  Conv: fc.tuple(images, dim, fc.boolean()).map(([{ dims, kernel, attributes }, filters, bias]) => ({
    shapes: [dims, [filters, dims[1]!, ...kernel], ...(bias ? [[filters]] : [])],
    apply: (g, inputs) => g.op('Conv', inputs, attributes),
  })),
  AveragePool: images.map(({ dims, attributes }) => ({
    shapes: [dims],
    apply: (g, inputs) => g.op('AveragePool', inputs, attributes),
  })),
  GlobalAveragePool: images.map(({ dims }) => ({
    shapes: [dims],
    apply: (g, inputs) => g.op('GlobalAveragePool', inputs),
  })),
  'pixelrow:MaxPool': images.map(({ dims, attributes }) => ({
    shapes: [dims],
    // No two values may be so close that the finite step changes which is largest.
    distinct: true,
    apply: (g, inputs) => g.ops('MaxPool', inputs, attributes, { domain: 'pixelrow', count: 2 })[0]!,
  })),
  'pixelrow:BatchNormTrain': fc.tuple(images, fc.boolean()).map(([{ dims }, image]) => ({
    // At least 4 values a channel, or the variance is nearly 0.
    shapes: [image ? [dims[0]! + 1, dims[1]!, 2, 3] : [dims[0]! + 3, dims[1]!], [dims[1]!], [dims[1]!]],
    apply: (g, inputs) =>
      g.ops('BatchNormTrain', inputs, { epsilon: float(1e-5) }, { domain: 'pixelrow', count: 5 })[0]!,
  })),
  'pixelrow:SoftmaxCrossEntropy': fc.tuple(dim, dim).map(([rows, classes]) => ({
    shapes: [[rows, classes + 1]],
    apply: (_, [x]) => x!,
  })),
}

test('every gradient rule has a case here', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(gradientRules).sort())
})

test.each(Object.keys(cases))('the gradient of %s agrees with central differences', (name) => {
  fc.assert(
    fc.property(cases[name]!, fc.integer(), (example, seed) => checkGradients(example, seed)),
    { numRuns: 60, seed: 7 },
  )
})

const count = (dims: readonly number[]) => dims.reduce((product, size) => product * size, 1)

/** Uniform numbers of [-1.5, 1.5) by a small generator of the test's own (mulberry32). */
function numbers(seed: number) {
  let state = seed | 0
  return (length: number, avoid: (x: number) => boolean = () => false) =>
    Float64Array.from({ length }, () => {
      for (;;) {
        state = (state + 0x6d2b79f5) | 0
        let t = Math.imul(state ^ (state >>> 15), 1 | state)
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
        const x = (((t ^ (t >>> 14)) >>> 0) / 2 ** 32 - 0.5) * 3
        if (!avoid(x)) return x
      }
    })
}

/** Puts the operator in front of a cross-entropy with random weights and targets, so that every output entry matters. */
function checkGradients({ shapes, apply, avoid, distinct }: Case, seed: number): void {
  const draw = numbers(seed)
  const g = graphBuilder('check', { infer: inferRules })
  const operands = shapes.map((dims, i) => g.input(`x${i}`, 'float32', dims))
  const y = apply(g, operands)
  const weights = g.input('weights', 'float32', y.dims)
  const flat = y.dims.length === 2 ? y.dims.map(Number) : [1, count(y.dims.map(Number))]
  const logits = g.op('Reshape', [g.op('Mul', [y, weights]), g.constant(int64(flat))])
  const targets = g.input('targets', 'float32', flat)
  const [loss] = g.ops('SoftmaxCrossEntropy', [logits, targets], {}, { domain: 'pixelrow', count: 2 })
  const gradients = differentiate(g, loss!, operands)
  g.output(loss!, 'loss')
  gradients.forEach((gradient, i) => {
    expect(gradient.dims).toEqual(shapes[i])
    g.output(gradient, `dx${i}`)
  })
  const inputs: Record<string, Array64> = {
    weights: array64(y.dims.map(Number), draw(count(y.dims.map(Number)))),
    targets: rowsOfOne(flat, draw),
  }
  shapes.forEach((dims, i) => {
    const values = draw(count(dims), avoid)
    inputs[`x${i}`] = array64(
      dims,
      distinct ? values.map((value, at) => Math.round(value * 20) / 20 + at * 1e-3) : values,
    )
  })
  compare(g.build(), inputs, shapes.length)
}

/** Targets are distributions: each row sums to 1. */
function rowsOfOne([rows, columns]: number[], draw: ReturnType<typeof numbers>): Array64 {
  const raw = draw(rows! * columns!).map((x) => x + 2)
  const sum = (row: number) => raw.slice(row * columns!, (row + 1) * columns!).reduce((a, b) => a + b, 0)
  return array64(
    [rows!, columns!],
    raw.map((x, i) => x / sum(Math.floor(i / columns!))),
  )
}

function compare(graph: ReturnType<GraphBuilder['build']>, inputs: Record<string, Array64>, operands: number): void {
  const analytic = interpret(graph, inputs)
  const h = 1e-5
  for (let i = 0; i < operands; i++) {
    const x = inputs[`x${i}`]!
    const gradient = analytic[`dx${i}`]!.data
    const largest = Math.max(...gradient.map(Math.abs), 1e-6)
    x.data.forEach((value, at) => {
      const lossAt = (moved: number) => {
        x.data[at] = moved
        return interpret(graph, inputs).loss!.data[0]!
      }
      const difference = (lossAt(value + h) - lossAt(value - h)) / (2 * h)
      x.data[at] = value
      expect(Math.abs(gradient[at]! - difference)).toBeLessThanOrEqual(1e-3 * largest)
    })
  }
}

test('the whole step of an MLP: every weight moves by the learning rate times its central difference', () => {
  const source = {
    shape: { height: 2, width: 3, channels: 1, channelOrder: 'interleaved' as const },
    maxValue: 16,
    classes: ['a', 'b', 'c'],
  }
  const { graph } = trainingGraph(mlp(source, { hidden: [5] }), sgd(), 4)
  const draw = numbers(11)
  const inputs: Record<string, Array64> = {
    pixels: array64(
      [4, 6],
      draw(24).map((x) => Math.round((x + 1.5) * 5)),
    ),
    labels: array64([4], [0, 2, 1, 2]),
    learning_rate: array64([], [0.5]),
  }
  for (const { name, dims } of graph.state) inputs[name] = array64(dims, draw(count(dims)))
  const after = interpret(graph.step, inputs)
  for (const { name, next } of graph.state) {
    const x = inputs[name]!
    x.data.forEach((value, at) => {
      const lossAt = (moved: number) => {
        x.data[at] = moved
        return interpret(graph.step, inputs).loss!.data[0]!
      }
      const slope = (lossAt(value + 1e-6) - lossAt(value - 1e-6)) / 2e-6
      x.data[at] = value
      expect(after[next]!.data[at]).toBeCloseTo(value - 0.5 * slope, 6)
    })
  }
})

test('an operator without a gradient rule is named', () => {
  const g = graphBuilder('none', { infer: inferRules })
  const x = g.input('x', 'float32', [1, 3])
  const targets = g.input('targets', 'float32', [1, 3])
  const y = g.op('Softmax', [x], { axis: int(1) })
  const [loss] = g.ops('SoftmaxCrossEntropy', [y, targets], {}, { domain: 'pixelrow', count: 2 })
  expect(() => differentiate(g, loss!, [x])).toThrow(/No gradient rule for operator Softmax/)
})

test('an operand that is missing is named, with its operator', () => {
  const g = graphBuilder('missing', { infer: inferRules })
  const x = g.input('x', 'float32', [1, 3])
  // A sum cannot start the chain: nobody gives it the gradient of its output.
  expect(() => differentiate(g, g.op('Add', [x, x]), [x])).toThrow(
    expect.objectContaining({ code: 'TRAIN_GRAPH_VALUE_MISSING', params: { operator: 'AddGrad', input: 0 } }),
  )
  const withoutFilters = () => g.op('ConvGradInput', [x], { input_shape: ints([3]) }, { domain: 'pixelrow' })
  expect(withoutFilters).toThrow(/ConvGradInput lacks its operand 1, counted from 0\.$/)
})
