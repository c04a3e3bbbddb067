import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { slowModel } from './slow.ts'

/** A worker torn down inside onnxruntime aborts the whole process; these children end in the middle of a run. */
const child = fileURLToPath(new URL('./fixtures/classifying-child.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-exits-'))
const model = join(folder, 'model.onnx')
writeFileSync(model, slowModel(6))
afterAll(() => rmSync(folder, { recursive: true }))
/** Exits of each kind: what fails once in some tens is seen. */
const TIMES = 50

type Ending = { code: number | null; signal: string | null; errors: string }

function run(mode: string, delay: number, worker: string): Promise<Ending> {
  const node = spawn(process.execPath, [child, mode, String(delay), model, worker], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  node.stderr.on('data', (text) => {
    errors += text
  })
  if (mode === 'interrupt') node.stdout.once('data', () => setTimeout(() => node.kill('SIGINT'), delay))
  return new Promise((resolve) => node.on('close', (code, signal) => resolve({ code, signal, errors })))
}

const endings: [string, Ending][] = [
  ['exit', { code: 7, signal: null, errors: '' }],
  ['throw', { code: 8, signal: null, errors: '' }],
  ['interrupt', { code: 130, signal: null, errors: '' }],
  ['default-interrupt', { code: null, signal: 'SIGINT', errors: '' }],
  ['natural', { code: 0, signal: null, errors: '' }],
  ['close', { code: 9, signal: null, errors: '' }],
]

test.each(endings)(
  `a process that ends during a run in the worker (%s) ends as asked, ${TIMES} times`,
  async (mode, expected) => {
    for (let time = 0; time < TIMES; time++) expect(await run(mode, (time * 37) % 200, 'worker')).toEqual(expected)
    // No core dump.
    expect(readdirSync(folder)).toEqual(['model.onnx'])
  },
  600_000,
)

test.each(endings)('the same with two workers (%s)', async (mode, expected) => {
  for (let time = 0; time < TIMES / 5; time++) expect(await run(mode, (time * 53) % 200, 'workers')).toEqual(expected)
  expect(readdirSync(folder)).toEqual(['model.onnx'])
})

test.each(endings)('the same in a process of its own (%s)', async (mode, expected) => {
  for (let time = 0; time < TIMES / 5; time++) expect(await run(mode, (time * 53) % 200, 'isolated')).toEqual(expected)
  expect(readdirSync(folder)).toEqual(['model.onnx'])
})

test.each(endings)('the same inline (%s)', async (mode, expected) => {
  expect(await run(mode, 37, 'inline')).toEqual(expected)
})
