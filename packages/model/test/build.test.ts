import {
  cnn,
  formatArchitecture,
  initialize,
  type Layer,
  ModelError,
  mlp,
  outputShapes,
  parameters,
  parseArchitecture,
  resnet,
  summary,
  validate,
} from '@pixelrow/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { uniform } from './arbitrary.ts'

function source(height: number, width = height, channels = 1) {
  const shape = { height, width, channels, channelOrder: 'interleaved' as const }
  return { shape, maxValue: 255, classes: [...'0123456789'] }
}

/** `conv2d`, `conv2d/2` with a stride, and so on. */
function kinds(layers: readonly Layer[]): string {
  return layers.map((layer) => layer.type + ('stride' in layer && layer.stride ? `/${layer.stride}` : '')).join(' ')
}

test('cnn for the digits: 29,322 parameters, counted by hand', () => {
  const net = cnn(source(28))
  expect(kinds(net.layers)).toBe('conv2d/2 relu conv2d relu maxPool2d conv2d relu maxPool2d flatten dense')
  expect(outputShapes(net).at(-3)).toEqual([64, 3, 3])
  // 16 · 25 + 16, 32 · 16 · 9 + 32, 64 · 32 · 9 + 64, 576 · 10 + 10
  expect(summary(net).parameters).toBe(416 + 4640 + 18496 + 5770)
})

test('cnn halves images of 8×8 to 64×64 until 3 to 6 pixels are left', () => {
  for (const channels of [1, 3]) {
    for (let side = 8; side <= 64; side++) {
      const [, height, width] = outputShapes(cnn(source(side, 64, channels))).at(-3)!
      expect(height, `${side}`).toBeGreaterThanOrEqual(3)
      expect(height, `${side}`).toBeLessThanOrEqual(6)
      expect(width).toBeGreaterThanOrEqual(height!)
    }
  }
  expect(kinds(cnn(source(8)).layers)).toBe('conv2d relu conv2d relu maxPool2d conv2d relu flatten dense')
  expect(kinds(cnn(source(64)).layers)).toBe(
    'conv2d/2 relu maxPool2d conv2d relu maxPool2d conv2d relu maxPool2d flatten dense',
  )
})

test('any image, filters and blocks give a valid network', () => {
  const side = fc.integer({ min: 1, max: 70 })
  const filters = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(
      side,
      side,
      fc.integer({ min: 1, max: 4 }),
      filters,
      fc.integer({ min: 1, max: 3 }),
      (h, w, c, filters, blocks) => {
        const table = source(h, w, c)
        for (const net of [cnn(table, { filters }), resnet(table, { filters, blocks })]) {
          expect(() => validate(net, { classes: table.classes })).not.toThrow()
          const convolutions = parameters(net).filter(({ dims }) => dims.length === 4)
          expect(new Set(convolutions.map(({ dims }) => dims[0]))).toEqual(new Set(filters))
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('resnet with three blocks is He’s ResNet-20 with projections, 272,474 parameters', () => {
  const net = resnet(source(32, 32, 3), { blocks: 3 })
  // Stem 432 + 32; stages of convolutions 6 · 2304, 4608 + 5 · 9216, 18432 + 5 · 36864 and normalisations 6 · 2 · C;
  // shortcuts 512 + 64, 2048 + 128; dense 650.
  const convolutions = 432 + 6 * 2304 + 4608 + 5 * 9216 + 18432 + 5 * 36864 + 512 + 2048
  const normalisations = 2 * 16 + 12 * (16 + 32 + 64) + 64 + 128
  expect(summary(net).parameters).toBe(convolutions + normalisations + 650)
  expect(summary(net).parameters).toBe(272_474)
  expect(kinds(net.layers)).toBe(`conv2d batchNorm relu${' residual relu'.repeat(9)} globalAveragePool dense`)
  expect(outputShapes(net).at(-3)).toEqual([64, 8, 8])
})

test('a block that changes the shape has a 1×1 shortcut with its stride, others have none', () => {
  const shortcuts = resnet(source(28), { blocks: 2 }).layers.flatMap((layer) =>
    layer.type === 'residual' ? [layer.shortcut] : [],
  )
  const projection = (filters: number) => [
    { type: 'conv2d', filters, kernelSize: 1, stride: 2, bias: false },
    { type: 'batchNorm' },
  ]
  expect(shortcuts).toEqual([undefined, undefined, projection(32), undefined, projection(64), undefined])
})

test('LeNet-5 as its paper’s descendants have it: 61,706 parameters', () => {
  const conv = (filters: number): Layer => ({ type: 'conv2d', filters, kernelSize: 5 })
  const layers: Layer[] = [conv(6), { type: 'tanh' }, { type: 'averagePool2d', size: 2 }, conv(16), { type: 'tanh' }]
  layers.push({ type: 'averagePool2d', size: 2 }, { type: 'flatten' })
  for (const units of [120, 84, 10]) layers.push({ type: 'dense', units })
  const net = { input: { shape: source(32).shape, maxValue: 255 }, layers }
  expect(summary(net).parameters).toBe(156 + 2416 + 48_120 + 10_164 + 850)
  expect(summary(net).parameters).toBe(61_706)
})

test.each([
  [() => mlp(source(8), { hiden: [4] } as object), 'mlp: there is no option hiden. Did you mean hidden?'],
  [() => mlp(source(8), { units: 4 } as object), 'mlp: there is no option units. There are: hidden, activation.'],
  [
    () => mlp(source(8), { activation: 'rely' } as object),
    "mlp: activation must be 'relu', 'gelu', 'silu', 'sigmoid' or 'tanh'; found 'rely'.",
  ],
  [() => mlp(source(8), { hidden: 60 } as object), 'hidden is 60; expected a list of whole numbers.'],
  [() => cnn(source(8), { filter: [8] } as object), 'cnn: there is no option filter. Did you mean filters?'],
  [() => resnet(source(8), { block: 2 } as object), 'resnet: there is no option block. Did you mean blocks?'],
  [
    () => validate(cnn(source(8)), { class: [] } as object),
    'validate: there is no option class. Did you mean classes?',
  ],
  [
    () => parseArchitecture(formatArchitecture(cnn(source(8))).replace('"filters"', '"filter"')),
    'layer 0 (conv2d) has a field "filter"; expected only type, filters, kernelSize, stride, padding, bias. Did you mean filters?',
  ],
])('a misspelt option is an error that says which was meant (%#)', (build, message) => {
  expect(build).toThrow(ModelError)
  expect(build).toThrow(message)
})

test('a misspelt option is told as data', () => {
  const error = expect.objectContaining({
    code: 'MODEL_OPTION_UNKNOWN',
    params: { where: 'cnn', option: 'filter', suggestion: 'filters', known: ['filters'] },
  })
  expect(() => cnn(source(8), { filter: [8] } as object)).toThrow(error)
})

test('random numbers that are none of [0, 1) make no weights', () => {
  for (const value of [Number.NaN, 1, -0.5, undefined]) {
    const error = expect.objectContaining({ code: 'MODEL_OPTION_INVALID' })
    expect(() => initialize(cnn(source(8)), () => value as number)).toThrow(error)
  }
})

test('builders share nothing between networks, and refuse what makes no sense', () => {
  expect(resnet(source(8))).toEqual(resnet(source(8)))
  expect(initialize(cnn(source(8)), uniform)).toHaveProperty('0.weight')
  expect(() => cnn(source(8), { filters: [] })).toThrow(/filters is an empty list/)
  expect(() => cnn(source(8), { filters: [8, 0] })).toThrow(/filters\[1\] is 0; expected a whole/)
  expect(() => resnet(source(8), { blocks: 0 })).toThrow(/blocks is 0; expected a whole/)
  expect(() => resnet({ ...source(8), classes: undefined })).toThrow(ModelError)
})
