import { createContext, runInContext } from 'node:vm'
import { externalFiles, float32, graphBuilder, read, tensor, write } from '@pixelrow/onnx'
import { expect, test } from 'vitest'

// Jest and vitest's vmThreads run tests in a realm whose typed arrays are no instances of those of Node's own.
const realm = createContext({})
const made = (code: string) => runInContext(code, realm)
const own = write({ irVersion: 8, opsets: { '': 17 }, graph: relu(float32([1, 2])) })

function relu(given: ReturnType<typeof float32>) {
  const g = graphBuilder('g')
  g.output(g.op('Relu', [g.constant(given, 'w')], {}, { outputs: 'y' }))
  return g.build()
}

test('arrays made in another realm are constants, and bytes of one are a file', () => {
  const values = made('Float32Array.of(1, 2)')
  expect(values).not.toBeInstanceOf(Float32Array)
  expect(write({ irVersion: 8, opsets: { '': 17 }, graph: relu(float32(values)) })).toEqual(own)
  expect(tensor('int64', made('BigInt64Array.of(1n)')).data).toHaveLength(1)
  const bytes = made(`Uint8Array.of(${own})`)
  expect(write(read(bytes))).toEqual(own)
  expect(write(read(bytes.buffer))).toEqual(own)
  expect(externalFiles(bytes)).toEqual([])
})

test('what a rule of another realm throws is told with its own words', () => {
  const infer = { 'mine:Op': made('(() => { throw new TypeError("no shape here") })') }
  const g = graphBuilder('g', { infer })
  const x = g.input('x', 'float32', [1])
  expect(() => g.op('Op', [x], {}, { domain: 'mine' })).toThrow(/: no shape here$/)
})
