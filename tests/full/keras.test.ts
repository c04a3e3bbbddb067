import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectKeras, type KerasCases, kerasCases } from '../../packages/export/test/kerascases.ts'
import { root } from '../../scripts/workspace.mjs'
import { environment, tensorflow } from './python.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-keras-'))
const minutes = 60_000
let made: KerasCases

beforeAll(() => {
  // Here, so that a missing package is one failure; some two gigabytes, in a minute and a half over a good line.
  environment(tensorflow)
}, 20 * minutes)

beforeAll(async () => {
  const file = join(folder, 'cases.json.gz')
  const script = join(root, 'packages/export/scripts/keras_layers.py')
  await promisify(execFile)(environment(tensorflow), [script, file, '5', '7'], { maxBuffer: 2 ** 26 })
  made = kerasCases(file)
}, 20 * minutes)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every supported layer with random options, in Keras 3 and Keras 2, says in onnxruntime what it says in Keras', async () => {
  expect(made.missing).toEqual([])
  expect(made.cases.length).toBeGreaterThan(700)
  const failures: string[] = []
  for (const each of made.cases) {
    await expectKeras(each).catch((error: Error) =>
      failures.push(`Keras ${each.keras}: ${each.name}: ${error.message}`),
    )
  }
  expect(failures).toEqual([])
})
