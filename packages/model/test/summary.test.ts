import { formatSummary, mlp, parameters, summary } from '@pixelrow/model'
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
      const listed = parameters(net).map(({ dims }) => dims.reduce((product, dim) => product * dim, 1))
      expect(total).toBe(listed.reduce((sum, count) => sum + count, 0))
      expect(total).toBe(rows.reduce((sum, row) => sum + row.parameters, 0))
      expect(flops).toBe(rows.reduce((sum, row) => sum + row.flops, 0))
      expect(rows.map(({ index, type }) => ({ index, type }))).toEqual(
        net.layers.map(({ type }, index) => ({ index, type })),
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
