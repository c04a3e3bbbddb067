import {
  describe as describeFile,
  ExportError,
  fromOnnx,
  merge,
  optimize,
  reducePrecision,
  shiftsOf,
  toFloat16,
  toInt8,
  toOnnx,
  toSingleFile,
  verify,
} from '@pixelrow/export'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { linear } from '@pixelrow/model'
import { describe, expect, test } from 'vitest'
import { modelOf, pixelsFor } from './models.ts'
import { run } from './runtime.ts'

const model = modelOf(
  linear({
    shape: { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    classes: ['a', 'b', 'c'],
  }),
)
const bytes = toOnnx(model)
const pixels = pixelsFor(model, 4)
const rows = { pixels }
const samples = { pixels, probabilities: new Float32Array(12) }

/** As JavaScript, which no compiler has looked at, may call a function. */
const loose = (value: unknown) => value as never

const calls: [string, () => unknown, string, string][] = [
  [
    'toOnnx',
    () => toOnnx(model, loose({ inputs: 'flat' })),
    'UNKNOWN',
    'there is no option inputs. Did you mean input?',
  ],
  [
    'toOnnx',
    () => toOnnx(model, loose({ input: 'rows' })),
    'INVALID',
    "input must be 'flat' or 'image'; found 'rows'.",
  ],
  ['merge', () => merge([model], loose({ shifts: 1 })), 'UNKNOWN', 'there is no option shifts. Did you mean shift?'],
  ['merge', () => merge([model], { shift: -1 }), 'INVALID', 'shift must be a whole number of at least 0; found -1.'],
  [
    'toInt8',
    () => toInt8(bytes, rows, loose({ run, batch: 3 })),
    'UNKNOWN',
    'there is no option batch. There are: run, signal, onProgress.',
  ],
  ['toInt8', () => toInt8(bytes, rows, loose({})), 'INVALID', 'run is missing; expected a function that opens a file'],
  [
    'verify',
    () => verify(bytes, samples, loose({ run: 'onnxruntime' })),
    'INVALID',
    "run must be a function; found 'onnxruntime'.",
  ],
  [
    'reducePrecision',
    () => reducePrecision(bytes, loose({ precision: 'int4', rows, run })),
    'INVALID',
    "precision must be 'float16' or 'int8'; found 'int4'.",
  ],
  [
    'reducePrecision',
    () => reducePrecision(bytes, loose({ precision: 'int8', rows, run, maxloss: 1 })),
    'UNKNOWN',
    'there is no option maxloss. Did you mean maxLoss?',
  ],
  [
    'reducePrecision',
    () => reducePrecision(bytes, loose({ precision: 'int8', rows: [1], run })),
    'INVALID',
    'rows must be rows: { pixels } as bytes',
  ],
  [
    'tfjsToOnnx',
    () => tfjsToOnnx('model.json', loose({ classifer: false })),
    'UNKNOWN',
    'there is no option classifer. Did you mean classifier?',
  ],
  [
    'tfjsToOnnx',
    () => tfjsToOnnx('model.json', loose({ classifier: { classes: ['a'], scales: 1 } })),
    'UNKNOWN',
    'there is no option classifier.scales. Did you mean scale?',
  ],
  [
    'tfjsToOnnx',
    () => tfjsToOnnx('model.json', { inputShapes: { x: [0, -1] } }),
    'INVALID',
    'inputShapes must be a shape for each input',
  ],
  [
    'toSingleFile',
    () => toSingleFile(bytes, loose({ open: run })),
    'UNKNOWN',
    'there is no option open. There are: read.',
  ],
]

test.each(calls)('%s: %#', async (where, call, kind, message) => {
  const called = (async () => call())()
  await expect(called).rejects.toThrow(ExportError)
  await expect(called).rejects.toThrow(`${where}: ${message}`)
  await expect(called).rejects.toMatchObject({ code: `EXPORT_OPTION_${kind}`, params: { where } })
})

describe('what is no file, and what are no rows', () => {
  const functions: [string, (given: never) => unknown][] = [
    ['toFloat16', toFloat16],
    ['optimize', optimize],
    ['fromOnnx', fromOnnx],
    ['describe', describeFile],
    ['toInt8', (given) => toInt8(given, rows, { run })],
    ['verify', (given) => verify(given, samples, { run })],
  ]
  test.each(functions)('%s refuses a path in the place of bytes', async (_, call) => {
    await expect((async () => call(loose('model.onnx')))()).rejects.toMatchObject({
      code: 'EXPORT_INPUT',
      message: "Expected the bytes of an ONNX file, a Uint8Array; found 'model.onnx'.",
    })
  })

  test('rows that are none, and a shift that is none', async () => {
    await expect(toInt8(bytes, loose([1, 2]), { run })).rejects.toMatchObject({ code: 'EXPORT_INPUT' })
    await expect(verify(bytes, loose({ pixels: [1] }), { run })).rejects.toThrow(/^verify: expected rows: \{ pixels \}/)
    expect(() => shiftsOf(1.5)).toThrow(expect.objectContaining({ code: 'EXPORT_INPUT' }))
  })
})

test.each([
  ['NaN', Number.NaN],
  ['infinity', Number.NEGATIVE_INFINITY],
])('a model with a weight that is %s is refused by the weight’s name', (_, value) => {
  const broken = structuredClone(model)
  broken.weights['1.weight']!.data[7] = value
  for (const call of [() => toOnnx(broken), () => merge([model, broken])])
    expect(call).toThrow(`The weights’ 1.weight holds ${value} at 7; expected finite numbers.`)
})
