import { runInNewContext } from 'node:vm'
import {
  cnn,
  initialize,
  linear,
  type Model,
  ModelError,
  mlp,
  parameters,
  resnet,
  validateModel,
} from '@pixelrow/model'
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
      // Batch normalisation is told by its running mean; its four arrays are constants.
      const norms = new Set(expected.flatMap(([name]) => (name as string).match(/^(.*)\.runningMean$/)?.[1] ?? []))
      const drawn = (entries: unknown[][]) => entries.filter(([name]) => !norms.has(String(name).replace(/\.\w+$/, '')))
      expect(Object.keys(weights)).toEqual(parameters(net).map(({ name }) => name))
      expect(drawn(Object.entries(weights))).toEqual(drawn(expected))
      for (const norm of norms) {
        const values = ['weight', 'bias', 'runningMean', 'runningVariance'].map((name) => [
          ...new Set(weights[`${norm}.${name}`]!.data),
        ])
        expect(values).toEqual([[1], [0], [0], [1]])
      }
    }),
    { numRuns: 50 },
  )
})

test('weights and biases are U(±1/√inputs), as PyTorch draws nn.Linear and nn.Conv2d', () => {
  const weights = { mlp: initialize(mlp(digits), uniform), cnn: initialize(cnn(digits), uniform) }
  const nets = { ...weights, resnet: initialize(resnet(digits), uniform) }
  for (const [net, name, fanIn] of [
    ['mlp', '1.weight', 784],
    ['mlp', '3.weight', 60],
    ['mlp', '1.bias', 784],
    ['cnn', '0.weight', 25],
    ['cnn', '2.weight', 16 * 9],
    ['cnn', '2.bias', 16 * 9],
    ['cnn', '5.weight', 32 * 9],
    ['cnn', '5.bias', 32 * 9],
    ['cnn', '9.weight', 576],
    ['resnet', '7.layers.3.weight', 64 * 9],
    ['resnet', '7.shortcut.0.weight', 32],
  ] as const) {
    const data = [...nets[net][name]!.data]
    const bound = 1 / Math.sqrt(fanIn)
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length
    // The largest of n uniform numbers misses the bound by more than 8/n in one of e⁴ cases.
    for (const end of [Math.max(...data), -Math.min(...data)]) {
      expect(end, `${net} ${name}`).toBeLessThanOrEqual(Math.fround(bound))
      expect(end, `${net} ${name}`).toBeGreaterThan(bound * (1 - 16 / data.length))
    }
    // Four standard errors: σ = bound / √3 for the mean, bound² · √(4/45) for the square.
    expect(Math.abs(mean), `${net} ${name}`).toBeLessThan((4 * bound) / Math.sqrt(3 * data.length))
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

test('weights that another realm made are weights', () => {
  const { architecture, weights, classes } = model()
  const theirs = Object.entries(weights).map(([name, { dims, data }]) => [
    name,
    { dims, data: runInNewContext('Float32Array').from(data) },
  ])
  expect(() => validateModel({ architecture, weights: Object.fromEntries(theirs), classes })).not.toThrow()
})

test('a model needs exactly the weights its architecture has, and a class for each logit', () => {
  expect(() => validateModel(model())).not.toThrow()
  const { '1.bias': bias, '1.weight': weight } = model().weights
  const wrong: [Partial<Model>, RegExp][] = [
    [{ weights: { '1.bias': bias! } }, /weights lack 1.weight; expected float32 values of 784×10/],
    [{ weights: { '1.bias': bias!, '1.weight': weight!, '2.bias': bias! } }, /hold "2.bias"; .* only 1.weight, 1.bias/],
    [{ weights: { '1.bias': bias!, '1.weight': { ...weight!, dims: [10, 784] } } }, /1.weight is 10×784 with 7840/],
    [{ weights: { '1.weight': weight!, '1.bias': { dims: [10], data: new Float32Array(9) } } }, /is 10 with 9 values/],
    [
      { weights: { '1.weight': weight!, '1.bias': { dims: [10], data: new Float32Array(10).fill(Infinity, 9) } } },
      /^The weights’ 1\.bias holds Infinity at 9; expected finite numbers\. Did the training diverge\?/,
    ],
    [{ classes: ['a', 'b', 'c'] }, /gives 10 logits; expected 3/],
    [{ classes: ['a'] }, /There are 1 classes/],
  ]
  for (const [change, message] of wrong) {
    expect(() => validateModel({ ...model(), ...change })).toThrow(ModelError)
    expect(() => validateModel({ ...model(), ...change })).toThrow(message)
  }
})
