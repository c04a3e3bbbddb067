import { formatSummary, type Layer, mlp, parameters, summary } from '@pixelrow/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { architectures } from './arbitrary.ts'

test('the tutorial’s net, as a table', () => {
  const net = mlp({
    shape: { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    classes: [...'0123456789'],
  })
  expect(formatSummary(summary(net))).toBe(
    [
      'layer  type      output  parameters   FLOPs',
      '       input    1×28×28',
      '    0  flatten      784           0       0',
      '    1  dense         60      47,100  94,080',
      '    2  relu          60           0      60',
      '    3  dense         10         610   1,200',
      '       total                 47,710  95,340',
    ].join('\n'),
  )
})

test('totals are the sums of the rows, and the parameters those that are listed', () => {
  fc.assert(
    fc.property(architectures, (net) => {
      const { rows, parameters: total, flops } = summary(net)
      const trained = parameters(net).filter(({ trained }) => trained)
      const listed = trained.map(({ dims }) => dims.reduce((product, dim) => product * dim, 1))
      expect(total).toBe(listed.reduce((sum, count) => sum + count, 0))
      expect(total).toBe(rows.reduce((sum, row) => sum + row.parameters, 0))
      expect(flops).toBe(rows.reduce((sum, row) => sum + row.flops, 0))
      const outer = rows.filter(({ depth }) => depth === 0)
      expect(outer.map(({ index, path, type }) => ({ index, path, type }))).toEqual(
        net.layers.map(({ type }, index) => ({ index, path: `${index}`, type })),
      )
    }),
    { numRuns: 50 },
  )
})

test('a dense layer costs a product and a sum for each weight, one sum less without bias', () => {
  const input = { shape: { height: 2, width: 3, channels: 1, channelOrder: 'interleaved' as const }, maxValue: 1 }
  const flops = (bias: boolean) =>
    summary({ input, layers: [{ type: 'flatten' }, { type: 'dense', units: 2, bias }] }).flops
  expect(flops(true)).toBe(24)
  expect(flops(false)).toBe(22)
})

test('the layers inside a residual layer follow it, indented', () => {
  const conv: Layer = { type: 'conv2d', filters: 4, kernelSize: 3, stride: 2, padding: 1, bias: false }
  const layers: Layer[] = [
    { type: 'residual', layers: [conv, { type: 'batchNorm' }], shortcut: [{ ...conv, kernelSize: 1, padding: 0 }] },
    { type: 'globalAveragePool' },
    { type: 'dense', units: 2 },
  ]
  const shape = { height: 6, width: 5, channels: 3, channelOrder: 'planar' as const }
  expect(formatSummary(summary({ input: { shape, maxValue: 255 }, layers }))).toBe(
    [
      '       layer  type               output  parameters  FLOPs',
      '              input               3×6×5',
      '           0  residual            4×3×3           0     36',
      '  0.layers.0    conv2d            4×3×3         108  1,908',
      '  0.layers.1    batchNorm         4×3×3           8     72',
      '0.shortcut.0    conv2d            4×3×3          12    180',
      '           1  globalAveragePool       4           0     36',
      '           2  dense                   2          10     16',
      '              total                             138  2,248',
    ].join('\n'),
  )
})

test('what the layers of an image cost, counted by hand', () => {
  const shape = { height: 6, width: 6, channels: 2, channelOrder: 'interleaved' as const }
  const flops = (layer: Layer) => summary({ input: { shape, maxValue: 1 }, layers: [layer] }).rows[0]!.flops
  // 3 filters at 4 · 4 places: 18 products and as many sums, the bias among them.
  expect(flops({ type: 'conv2d', filters: 3, kernelSize: 3 })).toBe(48 * 36)
  expect(flops({ type: 'conv2d', filters: 3, kernelSize: 3, bias: false })).toBe(48 * 35)
  // 2 channels at 3 · 3 places: 3 comparisons, or 3 sums and a division.
  expect(flops({ type: 'maxPool2d', size: 2 })).toBe(18 * 3)
  expect(flops({ type: 'averagePool2d', size: 2 })).toBe(18 * 4)
  expect(flops({ type: 'globalMaxPool' })).toBe(2 * 35)
  expect(flops({ type: 'globalAveragePool' })).toBe(2 * 36)
  expect(flops({ type: 'batchNorm' })).toBe(2 * 72)
  expect(flops({ type: 'dropout', rate: 0.5 })).toBe(0)
  expect(flops({ type: 'gelu' })).toBe(72)
})
