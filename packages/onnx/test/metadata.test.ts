import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { float32, write } from '@pixelrow/onnx'
import { readMetadata } from '@pixelrow/onnx/metadata'
import { transformSync } from 'esbuild'
import { expect, test } from 'vitest'
import { concat, field, fixture, graphOf, modelOf } from './support.ts'

const built = readFileSync(new URL('../dist/metadata.js', import.meta.url), 'utf8')

test('is under 1 kB minified and gzipped, and imports nothing', () => {
  const { code } = transformSync(built, { minify: true, format: 'esm' })
  expect(gzipSync(code).length).toBeLessThan(1000)
  expect(built).not.toMatch(/\bimport\b|\brequire\b/)
})

test("reads what Python's onnx wrote", () => {
  expect(readMetadata(fixture('mlp'))).toEqual({ classes: '["a","b","c"]', note: 'für dich' })
  expect(readMetadata(fixture('control'))).toEqual({})
  expect(Object.entries(readMetadata(fixture('extras').subarray(0, -14)))).toEqual([
    ['2', 'two'],
    ['10', 'ten again'],
    ['__proto__', 'own'],
  ])
})

test('skips weights, whatever their size', () => {
  const initializers = [{ ...float32(new Float32Array(1_000_000)), name: 'w' }]
  const bytes = write(modelOf(graphOf({ initializers }), { metadata: { 'pixelrow.format': '1', empty: '' } }))
  expect(readMetadata(bytes)).toEqual({ 'pixelrow.format': '1', empty: '' })
  expect(readMetadata(Buffer.from(bytes))).toEqual({ 'pixelrow.format': '1', empty: '' })
})

test('passes over fields of every kind in any order', () => {
  const entry = concat(
    [0x18, 5],
    field(2, '\ufeffv'),
    [0x21, 1, 2, 3, 4, 5, 6, 7, 8],
    field(1, 'k'),
    [0x2d, 1, 2, 3, 4],
  )
  expect(
    readMetadata(
      concat([0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], field(14, entry), field(7, [])),
    ),
  ).toEqual({
    k: '\ufeffv',
  })
  expect(readMetadata(new Uint8Array())).toEqual({})
})

test.each<[string, Uint8Array, string]>([
  ['a cut length', Uint8Array.of(0x3a, 0x80), 'byte 2 of 2'],
  ['a length beyond the file', Uint8Array.of(0x3a, 9, 1), 'byte 2 of 3'],
  ['an entry beyond its field', field(14, [0x0a, 9, 1]), 'byte 4 of 5'],
  ['a number without end', new Uint8Array(20).fill(0xff), 'byte 10 of 20'],
  ['a cut float', Uint8Array.of(0x0d, 1, 2), 'byte 1 of 3'],
  ['text', new TextEncoder().encode('label,pixel0,pixel1'), 'not an ONNX file, or cut'],
])('refuses %s', (_, bytes, message) => {
  expect(() => readMetadata(bytes)).toThrow(RangeError)
  expect(() => readMetadata(bytes)).toThrow(message)
})
