import { initialize, linear, type Model, ModelError, mlp, parameters, validateModel } from '@pixelrow/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { architectures, uniform } from './arbitrary.ts'

const digits = {
  shape: { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' as const },
  maxValue: 255,
  classes: [...'0123456789'],
}

test('each parameter draws from a stream of its own, element by element', () => {
  fc.assert(
    fc.property(architectures, (net) => {
      const weights = initialize(net, uniform)
      const expected = parameters(net).map(({ name, dims, fanIn }, stream) => {
        const length = dims.reduce((product, dim) => product * dim, 1)
        const bound = 1 / Math.sqrt(fanIn)
        return [name, { dims, data: Float32Array.from({ length }, (_, i) => (2 * uniform(stream, i) - 1) * bound) }]
      })
      expect(Object.entries(weights)).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

test('weights and biases are U(±1/√inputs), as PyTorch draws nn.Linear', () => {
  const weights = initialize(mlp(digits), uniform)
  for (const [name, fanIn] of [
    ['1.weight', 784],
    ['3.weight', 60],
    ['1.bias', 784],
  ] as const) {
    const { data } = weights[name]!
    const bound = 1 / Math.sqrt(fanIn)
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound))
    expect(Math.max(...data.map(Math.abs))).toBeGreaterThan(bound * 0.9)
    // Four standard errors: σ = bound / √3 for the mean, bound² · √(4/45) for the square.
    expect(Math.abs(mean)).toBeLessThan((4 * bound) / Math.sqrt(3 * data.length))
    expect(Math.abs(variance - bound ** 2 / 3)).toBeLessThan(4 * bound ** 2 * Math.sqrt(4 / 45 / data.length))
  }
})

test('the ends of the range, in bits', () => {
  const low = initialize(linear(digits), () => 0)
  const middle = initialize(linear(digits), () => 0.5)
  const high = initialize(linear(digits), () => 1 - 2 ** -32)
  expect(low['1.weight']!.data[0]).toBe(-0.0357142873108387)
  expect(middle['1.bias']!.data[9]).toBe(0)
  expect(high['1.weight']!.data[7839]).toBe(0.0357142873108387)
})

function model(): Model {
  const architecture = linear(digits)
  return { architecture, weights: initialize(architecture, uniform), classes: digits.classes }
}

test('a model needs exactly the weights its architecture has, and a class for each logit', () => {
  expect(() => validateModel(model())).not.toThrow()
  const { '1.bias': bias, '1.weight': weight } = model().weights
  const wrong: [Partial<Model>, RegExp][] = [
    [{ weights: { '1.bias': bias! } }, /weights lack 1.weight; expected float32 values of 784×10/],
    [{ weights: { '1.bias': bias!, '1.weight': weight!, '2.bias': bias! } }, /hold "2.bias"; .* only 1.weight, 1.bias/],
    [{ weights: { '1.bias': bias!, '1.weight': { ...weight!, dims: [10, 784] } } }, /1.weight is 10×784 with 7840/],
    [{ weights: { '1.weight': weight!, '1.bias': { dims: [10], data: new Float32Array(9) } } }, /is 10 with 9 values/],
    [{ classes: ['a', 'b', 'c'] }, /gives 10 logits; expected 3/],
    [{ classes: ['a'] }, /There are 1 classes/],
  ]
  for (const [change, message] of wrong) {
    expect(() => validateModel({ ...model(), ...change })).toThrow(ModelError)
    expect(() => validateModel({ ...model(), ...change })).toThrow(message)
  }
})
