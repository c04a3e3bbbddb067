import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'
import { python } from './python.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-operators-'))

// Made here, so that a missing Python is one failure and not one for each test.
beforeAll(() => {
  python(join(root, 'packages/onnx/scripts/operators.py'), folder)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(['operators.ts', 'operandtypes.ts'])('%s is what the schemas of Python’s onnx give', (name) => {
  const made = readFileSync(join(folder, name), 'utf8')
  expect(readFileSync(join(root, 'packages/onnx/src', name), 'utf8')).toBe(made)
})
