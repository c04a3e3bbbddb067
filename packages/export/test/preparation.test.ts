import { fromOnnx, toOnnx } from '@pixelrow/export'
import { initialize, linear, type Model, ModelError, type Preparation } from '@pixelrow/model'
import { readMetadata } from '@pixelrow/onnx/metadata'
import { expect, test } from 'vitest'

const preparation: Preparation = { size: [2, 3], resize: 'cover', color: 'grey', background: 255 }

function modelWith(given?: unknown): Model {
  const shape = { height: 2, width: 3, channels: 1, channelOrder: 'interleaved' as const }
  const classes = ['cat', 'dog']
  const architecture = linear({ shape, maxValue: 255, classes })
  const weights = initialize(architecture, (stream, index) => ((stream * 31 + index * 17) % 97) / 97)
  return { architecture, weights, classes, ...(given !== undefined && { preparation: given as Preparation }) }
}

test('how pictures were prepared travels in the file, and comes back', () => {
  const bytes = toOnnx(modelWith({ background: 255, color: 'grey', resize: 'cover', size: [2, 3] }))
  expect(JSON.parse(readMetadata(bytes)['pixelrow.preparation']!)).toEqual(preparation)
  expect(fromOnnx(bytes)).toEqual(modelWith(preparation))
  expect(toOnnx(modelWith(preparation))).toEqual(bytes)
})

test('a model of no pictures has none', () => {
  const bytes = toOnnx(modelWith())
  expect('pixelrow.preparation' in readMetadata(bytes)).toBe(false)
  expect('preparation' in fromOnnx(bytes)).toBe(false)
})

test.each([
  [{ ...preparation, size: [3, 2] }, /preparation.size is \[3,2\]; expected \[2, 3\]/],
  [{ ...preparation, color: 'rgb' }, /preparation.color is "rgb"; expected grey for images of 1 channels/],
  [{ ...preparation, resize: 'fill' }, /preparation.resize is "fill"; expected contain, cover or stretch/],
  [{ ...preparation, background: 256 }, /preparation.background/],
  [{ ...preparation, crop: true }, /preparation has a field "crop"/],
  ['cover', /preparation is "cover"; expected an object/],
])('a preparation that does not hold together is refused: %j', (wrong, message) => {
  expect(() => toOnnx(modelWith(wrong))).toThrow(ModelError)
  expect(() => toOnnx(modelWith(wrong))).toThrow(message)
})
