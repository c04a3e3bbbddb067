import { dump, externalFiles, float32, graphBuilder, inferShapes, OnnxError, read } from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { graphOf, modelOf } from './support.ts'

/** As JavaScript, which no compiler has looked at, may call a function. */
const loose = (value: unknown) => value as never
const op = (options: object) => {
  const g = graphBuilder('g')
  return g.op('Relu', [g.constant(float32([1]))], {}, loose(options))
}

test.each<[() => unknown, string, string]>([
  [
    () => graphBuilder('g', loose({ prefx: 'v' })),
    'ONNX_OPTION_UNKNOWN',
    'graphBuilder: there is no option prefx. Did you mean prefix?',
  ],
  [
    () => graphBuilder('g', loose({ prefix: 1 })),
    'ONNX_OPTION_INVALID',
    'graphBuilder: prefix must be a text; found 1.',
  ],
  [() => op({ output: 'y' }), 'ONNX_OPTION_UNKNOWN', 'op: there is no option output. Did you mean outputs?'],
  [() => op({ outputs: [1] }), 'ONNX_OPTION_INVALID', 'op: outputs must be a text, or a list of names; found [1].'],
  [
    () => graphBuilder('g').build(loose({ values: 'no' })),
    'ONNX_OPTION_INVALID',
    "build: values must be true or false; found 'no'.",
  ],
  [
    () => inferShapes(graphOf(), loose({ strikt: false })),
    'ONNX_OPTION_UNKNOWN',
    'inferShapes: there is no option strikt. Did you mean strict?',
  ],
  [
    () => dump(modelOf(graphOf()), { elements: -1 }),
    'ONNX_OPTION_INVALID',
    'dump: elements must be a whole number of at least 0; found -1.',
  ],
  [
    () => read(loose('model.onnx')),
    'ONNX_INPUT',
    'read: expected a file’s bytes, a Uint8Array or ArrayBuffer; found String.',
  ],
  [
    () => externalFiles(loose([1, 2])),
    'ONNX_INPUT',
    'externalFiles: expected a file’s bytes, a Uint8Array or ArrayBuffer; found Array.',
  ],
])('%s', (call, code, message) => {
  expect(call).toThrow(OnnxError)
  expect(call).toThrow(message)
  expect(call).toThrow(expect.objectContaining({ code }))
})

test('an error has what its sentence is made of as plain data', () => {
  const call = () => read(Uint8Array.of(0x0a, 0x7f))
  expect(call).toThrow(
    expect.objectContaining({ code: 'ONNX_DAMAGED', params: expect.objectContaining({ offset: expect.any(Number) }) }),
  )
})
