import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { merge, toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import { linear, type Model, mlp } from '@pixelrow/model'
import { fit } from '@pixelrow/train'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'
import { digits } from '../digits.ts'
import { python } from './python.ts'

interface Report {
  ir: number
  opsets: Record<string, number>
  metadata: string[]
  label: number[]
  probabilities: number[]
}

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-python-'))
const train = digits('train', 5000)
const unseen = digits('t10k', 1000)
const pixels = join(folder, 'pixels.bin')

// Made here, so that a missing Python is one failure and not one for each test.
beforeAll(() => {
  writeFileSync(pixels, unseen.pixels)
  python('-c', 'import onnx, onnxruntime, numpy')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each([
  ['linear', [linear(train)]],
  ['mlp', [mlp(train, { hidden: [60] })]],
  ['ensemble', [mlp(train, { hidden: [60] }), linear(train)]],
] as const)('an exported %s in Python', (name, architectures) => {
  let ours: { labels: Uint16Array; probabilities: Float32Array }
  let theirs: Report

  beforeAll(async () => {
    const models: Model[] = []
    for (const architecture of architectures) {
      models.push((await fit(architecture, train, { epochs: 2, batchSize: 50, learningRate: 0.1, seed: 1 })).model)
    }
    const bytes = models.length > 1 ? merge(models, { shift: 1 }) : toOnnx(models[0]!)
    const file = join(folder, `${name}.onnx`)
    writeFileSync(file, bytes)
    theirs = JSON.parse(python(join(root, 'tests/full/check_and_run.py'), file, pixels, '784'))
    const classifier = await load(bytes, { device: 'cpu' })
    ours = await classifier.predict(unseen.pixels)
    await classifier.close()
  })

  test("passes onnx's full check as IR 8, opset 17, ONNX's own operators", () => {
    expect(theirs).toMatchObject({ ir: 8, opsets: { '': 17 } })
    expect(Object.keys(theirs.opsets)).toEqual([''])
    expect(theirs.metadata).toEqual(
      expect.arrayContaining([
        `pixelrow.${name === 'ensemble' ? 'members' : 'architecture'}`,
        'pixelrow.classes',
        'pixelrow.shape',
      ]),
    )
  })

  test('says the same class of all 1,000 digits, as sure of it', () => {
    expect(theirs.label).toEqual([...ours.labels])
    const differences = theirs.probabilities.map((each, i) => Math.abs(each - ours.probabilities[i]!))
    expect(theirs.probabilities.length).toBe(10_000)
    expect(Math.max(...differences)).toBeLessThan(1e-5)
  })

  test('has learned something, so that the classes compared are not all one', () => {
    const right = theirs.label.filter((label, row) => label === unseen.labels[row]).length
    expect(right).toBeGreaterThan(800)
  })
})
