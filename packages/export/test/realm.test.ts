import { createContext, runInContext } from 'node:vm'
import { fromOnnx, optimize, reducePrecision, toFloat16, toInt8, toOnnx } from '@pixelrow/export'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { linear } from '@pixelrow/model'
import { expect, test } from 'vitest'
import { modelOf, pixelsFor } from './models.ts'
import { run } from './runtime.ts'
import { filesOf } from './tfjsfiles.ts'
import { layers } from './tfjsruntime.ts'

// Jest and vitest's vmThreads run tests in a realm whose typed arrays are no instances of those of Node's own.
const realm = createContext({})
const made = <T>(code: string): T => runInContext(code, realm)
const foreign = (bytes: Uint8Array) => made<Uint8Array>(`Uint8Array.of(${bytes})`)

const classes = ['a', 'b', 'c']
const shape = { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' as const }
const model = modelOf(linear({ shape, maxValue: 255, classes }))
const own = toOnnx(model)

test('weights that another realm made are exported to the same bytes', () => {
  const weights = Object.entries(model.weights).map(([name, { dims, data }]) => {
    return [name, { dims, data: made<Float32Array>(`Float32Array.of(${data})`) }]
  })
  expect(toOnnx({ ...model, weights: Object.fromEntries(weights) })).toEqual(own)
})

test('files whose bytes another realm made are read, made smaller, and read back', async () => {
  const bytes = foreign(own)
  expect(bytes).not.toBeInstanceOf(Uint8Array)
  expect(toFloat16(bytes)).toEqual(toFloat16(own))
  expect(optimize(bytes)).toEqual(optimize(own))
  expect(Object.keys(fromOnnx(bytes).weights)).toEqual(Object.keys(model.weights))
  const pixels = pixelsFor(model, 8)
  const rows = { pixels: foreign(pixels) }
  expect(await toInt8(bytes, rows, { run })).toEqual(await toInt8(own, { pixels }, { run }))
  const { report } = await reducePrecision(bytes, { precision: 'float16', rows, run })
  expect(report.rows).toBe(8)
})

test('a model of tfjs whose files another realm made', async () => {
  const dense = layers.layers.dense({ inputShape: [3], units: 2 })
  const files = await filesOf(layers.sequential({ layers: [dense] }))
  const moved = files.map(({ name, bytes }) => ({ name, bytes: foreign(bytes) }))
  expect(await tfjsToOnnx(moved)).toEqual(await tfjsToOnnx(files))
})
