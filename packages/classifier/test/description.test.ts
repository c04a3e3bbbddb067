import { ClassifierError, describeModel } from '@pixelrow/classifier'
import { expect, test } from 'vitest'
import { corners, metadataOf, onnxOf } from './model.ts'

const good = metadataOf(corners)

test('a model says its classes, shape and largest value', () => {
  expect(describeModel(onnxOf(corners))).toEqual({
    classes: ['left', 'right', 'below'],
    classesFrom: 'metadata',
    shape: { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' },
    maxValue: 16,
  })
})

test('a model of pictures says how they were prepared', () => {
  const preparation = { size: [2, 2], resize: 'contain', color: 'grey', background: 0 }
  const metadata = { ...good, 'pixelrow.preparation': JSON.stringify(preparation) }
  expect(describeModel(onnxOf(corners, { metadata })).preparation).toEqual(preparation)
})

test('a model without metadata of ours is refused with what to do', () => {
  const { 'pixelrow.max_value': _, ...partial } = good
  expect(() => describeModel(onnxOf(corners, { metadata: {} }), 'other.onnx')).toThrow(
    /^other\.onnx: its metadata lacks pixelrow\.classes, pixelrow\.shape, pixelrow\.max_value, .* toOnnx of @pixelrow\/export/,
  )
  expect(() => describeModel(onnxOf(corners, { metadata: partial }))).toThrow('its metadata lacks pixelrow.max_value,')
})

test.each([
  ['pixelrow.classes', '[]', 'expected ["0", "1", …], found []'],
  ['pixelrow.classes', '[1, 2]', 'found [1, 2]'],
  ['pixelrow.classes', 'zero,one', 'found zero,one'],
  ['pixelrow.shape', '[28, 28, 1]', 'found [28, 28, 1]'],
  ['pixelrow.shape', '{"height":0,"width":28,"channels":1,"channelOrder":"interleaved"}', 'found {"height":0'],
  ['pixelrow.shape', '{"height":2,"width":2,"channels":1}', 'found {"height":2'],
  ['pixelrow.max_value', '256', 'expected an integer 1..255, found 256'],
  ['pixelrow.max_value', '0.5', 'found 0.5'],
  ['pixelrow.max_value', '', 'found nothing'],
  ['pixelrow.preparation', '{"size":[2,2],"resize":"fill","color":"grey","background":0}', 'found {"size":[2,2]'],
  ['pixelrow.preparation', '{"size":[2],"resize":"cover","color":"grey","background":0}', 'found {"size":[2]'],
])('%s of %s is refused', (key, text, message) => {
  const bytes = onnxOf(corners, { metadata: { ...good, [key]: text } })
  expect(() => describeModel(bytes, 'bad.onnx')).toThrow(ClassifierError)
  expect(() => describeModel(bytes, 'bad.onnx')).toThrow(`bad.onnx: metadata ${key}: expected`)
  expect(() => describeModel(bytes, 'bad.onnx')).toThrow(message)
})

test('a file cut in the middle is refused', () => {
  const bytes = onnxOf(corners)
  expect(() => describeModel(bytes.subarray(0, bytes.length - 3), 'cut.onnx')).toThrow(
    'cut.onnx: expected an ONNX model: not an ONNX file, or cut',
  )
})
