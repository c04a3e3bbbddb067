import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { check, dump, inferShapes, type Model, read, type TensorType, write } from '@pixelrow/onnx'
import { expect, test } from 'vitest'

/** The models of ONNX's own operator tests, from fixtures/make_nodes.py. */
const files: Uint8Array[] = []
const all = gunzipSync(readFileSync(new URL('fixtures/nodes.bin.gz', import.meta.url)))
for (let at = 0; at < all.length; ) {
  const end = at + 4 + all.readUInt32LE(at)
  files.push(new Uint8Array(all.subarray(at + 4, end)))
  at = end
}

/** The types that a model's outputs get from its operator alone. */
function inferred(model: Model): TensorType[] {
  const outputs = model.graph.outputs.map(({ name }) => ({ name, type: { dataType: 'undefined' as const } }))
  return inferShapes({ ...model.graph, outputs }).outputs.map(({ type }) => type)
}

test('every operator test of ONNX comes back byte for byte, is well formed and has a text', () => {
  expect(files.length).toBeGreaterThan(700)
  for (const bytes of files) {
    const model = read(bytes)
    expect(Buffer.compare(write(model), bytes), model.graph.name).toBe(0)
    check(model)
    expect(dump(model)).toContain(`graph ${model.graph.name}(`)
  }
})

test('shapes that are inferred are the ones ONNX states', () => {
  const open: string[] = []
  for (const model of files.map((bytes) => read(bytes))) {
    const stated = model.graph.outputs.map(({ type: { dataType, dims } }) => ({ dataType, dims }))
    const found = inferred(model)
    expect(
      found.map(({ dataType }) => dataType),
      model.graph.name,
    ).toEqual(stated.map(({ dataType }) => dataType))
    found.forEach(({ dims }, index) => {
      if (dims?.some((dim) => dim === '') !== false) open.push(model.graph.name)
      else expect(dims, model.graph.name).toEqual(stated[index]!.dims)
    })
  }
  // Values that are no tensors, and a count in 16-bit floats, which are kept as bits.
  expect(open).toEqual([
    'test_identity_opt',
    'test_identity_sequence',
    'test_range_bfloat16_type_positive_delta',
    'test_range_float16_type_positive_delta',
  ])
})
