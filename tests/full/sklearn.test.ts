import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from '@pixelrow/infer-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'
import { environment } from './python.ts'

interface Expected {
  file: string
  pixels: string
  classes: string[]
  labels: string[]
  probabilities: number[][] | null
}

const full = join(root, 'tests/full')
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-sklearn-'))
let expected: Expected[]

beforeAll(() => {
  const interpreter = environment({ name: 'venv-sklearn', lists: [{ file: join(full, 'sklearn.txt') }] })
  execFileSync(interpreter, [join(full, 'sklearn_models.py'), folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('models that scikit-learn trained and skl2onnx wrote have its classes, labels and probabilities', async () => {
  expect(expected.length).toBe(19 * 3 * 2)
  for (const { file, pixels, classes, labels, probabilities } of expected) {
    await using classifier = await load(join(folder, file), {
      worker: false,
      threads: 1,
      model: { scale: 1, shape: { height: 8, width: 8, channels: 1 } },
    })
    expect([file, classifier.classesFrom, classifier.classes]).toEqual([file, 'graph', classes])
    const images = new Uint8Array(readFileSync(join(folder, pixels)))
    const found = await classifier.classifyMany(images, { top: classes.length })
    expect([file, found.map(({ label }) => label)]).toEqual([file, labels])
    const theirs = probabilities?.map((row) => row.map((each) => expect.closeTo(each, 3)))
    const ours = found.map(({ top }) => classes.map((label) => top.find((each) => each.label === label)!.probability))
    if (theirs) expect([file, ours]).toEqual([file, theirs])
  }
})
