import { initialize, type Layer, type Model } from '@pixelrow/model'
import fc from 'fast-check'

/** A small integer hash as the source of uniform numbers: another value for each place, the same at every call. */
export function uniform(stream: number, index: number): number {
  let h = Math.imul(stream + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32
}

/** Pixels of `rows` images in the model's range. */
export function pixelsFor({ architecture: { input } }: Model, rows: number, seed = 0): Uint8Array {
  const { height, width, channels } = input.shape
  const pixel = (_: unknown, index: number) => Math.floor(uniform(1000 + seed, index) * (input.maxValue + 1))
  return Uint8Array.from({ length: rows * height * width * channels }, pixel)
}

const activation = fc.constantFrom('relu' as const, 'sigmoid' as const, 'tanh' as const)

function input(channels: number) {
  const list = (min: number, max: number) =>
    // + 0 because JSON has no −0.
    fc.array(
      fc.double({ min, max, noNaN: true }).map((value) => value + 0),
      { minLength: channels, maxLength: channels },
    )
  return fc.record(
    {
      shape: fc.record({
        height: fc.integer({ min: 1, max: 7 }),
        width: fc.integer({ min: 1, max: 7 }),
        channels: fc.constant(channels),
        channelOrder: fc.constantFrom('interleaved' as const, 'planar' as const),
      }),
      maxValue: fc.constantFrom(1, 3, 16, 100, 255),
      mean: list(0, 1),
      std: list(0.2, 2),
    },
    { requiredKeys: ['shape', 'maxValue'] },
  )
}

function dense(minUnits: number): fc.Arbitrary<Layer> {
  const units = fc.integer({ min: minUnits, max: 12 })
  return fc.record(
    { type: fc.constant('dense' as const), units, bias: fc.boolean() },
    { requiredKeys: ['type', 'units'] },
  )
}

const body = fc.array(fc.tuple(dense(1), fc.option(activation.map((type): Layer => ({ type })))), { maxLength: 2 })

/** Models with weights: any image shape and range, none to two hidden layers, activations in every place. */
export const models: fc.Arbitrary<Model> = fc
  .tuple(fc.integer({ min: 1, max: 4 }).chain(input), fc.option(activation), body, dense(2), fc.nat(1000))
  .map(([input, early, blocks, last, seed]) => {
    const hidden = blocks.flat().filter((layer) => layer !== null)
    const layers: Layer[] = [...(early ? [{ type: early }] : []), { type: 'flatten' }, ...hidden, last]
    const architecture = { input, layers }
    const weights = initialize(architecture, (stream, index) => uniform(stream + 31 * seed, index))
    // Wider than fresh weights, or every class would be about as probable.
    for (const tensor of Object.values(weights)) tensor.data = tensor.data.map((value) => value * 4)
    const classes = Array.from({ length: last.type === 'dense' ? last.units : 0 }, (_, index) => `class ${index}`)
    return { architecture, weights, classes }
  })
