import { modelPixels, PixelsError } from '@pixelrow/pixels'
import { expect, test } from 'vitest'

const red = [255, 0, 0, 255]
const grey = [50, 100, 150, 255]
const image = { width: 2, height: 1, data: Uint8Array.of(...red, ...grey) }
const rgb = { size: [1, 2], resize: 'stretch', color: 'rgb', background: 0 } as const
const shape = { height: 1, width: 2, channels: 3, channelOrder: 'interleaved' } as const

test('pixels come in the model’s range and order of channels', () => {
  const of = (channelOrder: 'interleaved' | 'planar', maxValue: number) => [
    ...modelPixels(image, { shape: { ...shape, channelOrder }, maxValue, rule: rgb }),
  ]
  expect(of('interleaved', 255)).toEqual([255, 0, 0, 50, 100, 150])
  expect(of('planar', 255)).toEqual([255, 50, 0, 100, 0, 150])
  expect(of('planar', 16)).toEqual([16, 3, 0, 6, 0, 9])
})

test('a rule for other images is refused, and digit for models of colours', () => {
  const failure = (rule: Parameters<typeof modelPixels>[1]['rule']) => {
    try {
      return modelPixels(image, { shape, maxValue: 255, rule })
    } catch (error) {
      return error
    }
  }
  const refused = { code: 'PIXELS_OPTION_INVALID', params: { where: 'modelPixels', option: 'rule' } }
  expect(failure({ ...rgb, size: [2, 2] })).toBeInstanceOf(PixelsError)
  expect(failure({ ...rgb, size: [2, 2] })).toMatchObject({
    ...refused,
    message: 'modelPixels: rule must be for images of 1×2×3; found one for 2×2×3.',
  })
  expect(failure('digit')).toMatchObject({ ...refused, message: expect.stringContaining('found one for 1×2×1') })
})
