import { readFileSync } from 'node:fs'
import * as onnx from '@pixelrow/onnx'
import { expect, test } from 'vitest'

test('a bare value is a scalar, a list has its length, and dims are checked', () => {
  expect(onnx.float32(1.5)).toEqual({ dataType: 'float32', dims: [], data: Float32Array.of(1.5) })
  expect(onnx.int64(3n)).toEqual({ dataType: 'int64', dims: [], data: BigInt64Array.of(3n) })
  expect(onnx.int64([1, -2n])).toEqual({ dataType: 'int64', dims: [2], data: BigInt64Array.of(1n, -2n) })
  expect(onnx.bool(true)).toEqual({ dataType: 'bool', dims: [], data: Uint8Array.of(1) })
  expect(onnx.bool([true, false], [2, 1])).toEqual({ dataType: 'bool', dims: [2, 1], data: Uint8Array.of(1, 0) })
  expect(onnx.uint8([1, 2])).toMatchObject({ dataType: 'uint8', data: Uint8Array.of(1, 2) })
  expect(onnx.int8(-1)).toMatchObject({ dataType: 'int8', data: Int8Array.of(-1) })
  expect(onnx.int32([7])).toMatchObject({ dataType: 'int32', data: Int32Array.of(7) })
  expect(onnx.float64([0.1])).toMatchObject({ dataType: 'float64', data: Float64Array.of(0.1) })
  expect(onnx.tensor('string', 'a')).toEqual({ dataType: 'string', dims: [], data: ['a'] })
  expect(onnx.tensor('uint4', [0x21, 0x03], [3]).dims).toEqual([3])
  expect(onnx.tensor('complex64', [1, 2, 3, 4], [2]).data).toEqual(Float32Array.of(1, 2, 3, 4))
  expect(() => onnx.float32([1, 2], [3])).toThrow('float32[3] holds 3 elements, found 2 values')
  expect(() => onnx.tensor('float32', 2, [2])).toThrow(onnx.OnnxError)
})

test('data in the right array is kept, not copied', () => {
  const data = new Float32Array(4)
  expect(onnx.float32(data, [2, 2]).data).toBe(data)
})

test('attributes are tagged by kind', () => {
  const graph = { name: 'g', nodes: [], inputs: [], outputs: [], initializers: [] }
  expect([onnx.int(1), onnx.ints([1]), onnx.float(1), onnx.floats([1]), onnx.string('a'), onnx.strings(['a'])]).toEqual(
    [{ int: 1 }, { ints: [1] }, { float: 1 }, { floats: [1] }, { string: 'a' }, { strings: ['a'] }],
  )
  expect(onnx.tensorAttribute(onnx.float32(1))).toEqual({ tensor: onnx.float32(1) })
  expect(onnx.graphAttribute(graph)).toEqual({ graph })
})

test('element types have ONNX’s numbers', () => {
  expect([onnx.dataTypeCode('float32'), onnx.dataTypeCode('int64'), onnx.dataTypeCode('bool')]).toEqual([1, 7, 9])
  expect([onnx.dataTypeOf(2), onnx.dataTypeOf(999)]).toEqual(['uint8', 'undefined'])
})

test('no dependencies, and nothing of Node in what is built', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(manifest.dependencies ?? manifest.peerDependencies ?? manifest.optionalDependencies).toBeUndefined()
  for (const file of ['index.js', 'metadata.js']) {
    const built = readFileSync(new URL(`../dist/${file}`, import.meta.url), 'utf8')
    expect(built.match(/(\bfrom|\bimport|require\() ?["'][^.].*|process\.|\bBuffer\./)).toBeNull()
  }
})
