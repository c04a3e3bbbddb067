import type { Architecture, Layer } from '@pixelrow/model'
import fc from 'fast-check'

const activation = fc.constantFrom('relu' as const, 'sigmoid' as const, 'tanh' as const)

const block = fc.tuple(
  fc.record(
    { type: fc.constant('dense' as const), units: fc.integer({ min: 1, max: 9 }), bias: fc.boolean() },
    { requiredKeys: ['type', 'units'] },
  ),
  fc.option(activation, { nil: undefined }),
)

function number(min: number, max: number) {
  // JSON has no −0.
  return fc.double({ min, max, noNaN: true }).map((value) => value + 0)
}

function input(channels: number) {
  const list = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: channels, maxLength: channels })
  return fc.record(
    {
      shape: fc.record({
        height: fc.integer({ min: 1, max: 6 }),
        width: fc.integer({ min: 1, max: 6 }),
        channels: fc.constant(channels),
        channelOrder: fc.constantFrom('interleaved' as const, 'planar' as const),
      }),
      maxValue: fc.integer({ min: 1, max: 255 }),
      mean: list(number(-2, 2)),
      std: list(number(0.01, 3)),
    },
    { requiredKeys: ['shape', 'maxValue'] },
  )
}

/** Valid architectures of a few small layers, of any image shape. */
export const architectures: fc.Arbitrary<Architecture> = fc
  .tuple(
    fc.integer({ min: 1, max: 4 }).chain(input),
    fc.option(activation, { nil: undefined }),
    fc.array(block, { maxLength: 3 }),
    fc.integer({ min: 2, max: 12 }),
  )
  .map(([input, early, blocks, units]) => ({
    input,
    layers: [
      ...(early ? [{ type: early }] : []),
      { type: 'flatten' },
      ...blocks.flatMap(([dense, type]): Layer[] => (type ? [dense, { type }] : [dense])),
      { type: 'dense', units },
    ],
  }))

/** A small integer hash as the source of uniform numbers: another value for each place, the same at every call. */
export function uniform(stream: number, index: number): number {
  let h = Math.imul(stream + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32
}
