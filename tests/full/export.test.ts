import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { optimize, toFloat16, toInt8, toOnnx } from '@pixelrow/export'
import { load, open } from '@pixelrow/infer-node'
import { cnn, mlp } from '@pixelrow/model'
import { adam, fit } from '@pixelrow/train'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { models, pixelsFor } from '../../packages/export/test/models.ts'
import { root } from '../../scripts/workspace.mjs'
import { digits } from '../digits.ts'
import { python } from './python.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-export-'))
const train = digits('train', 3000)
const unseen = digits('t10k', 1000)
const pixels = join(folder, 'pixels.bin')
const script = (name: string) => join(root, 'tests/full', name)

// Made here, so that a missing Python is one failure and not one for each test.
beforeAll(() => {
  writeFileSync(pixels, unseen.pixels)
  python('-c', 'import onnx, onnxruntime, numpy, cv2')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Said {
  label: number[]
  probabilities: number[]
}

/** The share of rows with the same class. */
function agreement(a: ArrayLike<number>, b: readonly number[]): number {
  return b.filter((label, row) => label === a[row]).length / b.length
}

describe.each([
  ['mlp', mlp(train, { hidden: [60] })],
  ['cnn', cnn(train)],
] as const)('a trained %s', (name, architecture) => {
  let bytes: Uint8Array

  beforeAll(async () => {
    const options = { epochs: 3, batchSize: 50, learningRate: 0.003, optimizer: adam(), seed: 1 }
    bytes = toOnnx((await fit(architecture, train, options)).model)
  })

  test.each([
    ['float32', 1, 1e-5, 1e-4],
    ['float16', 0.99, 0.01, 0.02],
    ['int8', 0.99, 0.1, 0.2],
  ] as const)('in %s says the same in Node, in Python and in OpenCV', async (precision, share, inPython, inOpenCv) => {
    const rows = { pixels: train.pixels.subarray(0, 256 * 784) }
    const made = {
      float32: () => bytes,
      float16: () => toFloat16(bytes),
      int8: () => toInt8(bytes, rows, { run: open }),
    }
    const file = join(folder, `${name}-${precision}.onnx`)
    const exported = await made[precision]()
    writeFileSync(file, exported)
    const classifier = await load(exported, { device: 'cpu' })
    const ours = await classifier.predict(unseen.pixels)
    await classifier.close()
    for (const [runtime, tolerance] of [
      ['check_and_run.py', inPython],
      ['opencv.py', inOpenCv],
    ] as const) {
      const theirs: Said = JSON.parse(python(script(runtime), file, pixels, '784'))
      expect(theirs.label.length, runtime).toBe(1000)
      expect(agreement(ours.labels, theirs.label), runtime).toBeGreaterThanOrEqual(share)
      const worst = Math.max(...theirs.probabilities.map((each, at) => Math.abs(each - ours.probabilities[at]!)))
      expect(worst, runtime).toBeLessThan(tolerance)
    }
    const right = ours.labels.filter((label, row) => label === unseen.labels[row]).length
    expect(right).toBeGreaterThan(850)
  })
})

test('files of any architecture, in every form and precision, pass onnx’s full check and strict shape inference', async () => {
  const many = join(folder, 'many')
  mkdirSync(many)
  const drawn = fc.sample(models, { numRuns: 60, seed: 1 })
  for (const [at, model] of drawn.entries()) {
    const bytes = toOnnx(model)
    const write = (kind: string, file: Uint8Array) => writeFileSync(join(many, `${at}-${kind}.onnx`), file)
    write('flat', bytes)
    write('image', toOnnx(model, { input: 'image' }))
    write('optimized', optimize(bytes))
    write('float16', toFloat16(bytes))
    write('int8', await toInt8(bytes, { pixels: pixelsFor(model, 8) }, { run: open }))
  }
  expect(JSON.parse(python(script('check_files.py'), many))).toEqual({ files: 5 * 60, failures: {} })
})
