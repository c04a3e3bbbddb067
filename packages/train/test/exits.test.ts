import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

/** A worker torn down inside onnxruntime aborts the whole process; these children end in the middle of training. */
const child = fileURLToPath(new URL('./fixtures/training-child.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-exits-'))
afterAll(() => rmSync(folder, { recursive: true }))
/** Exits of each kind: what fails once in some tens is seen. */
const TIMES = 50

async function run(
  mode: string,
  delay: number,
  engine = 'onnxruntime',
): Promise<{ code: number | null; signal: string | null; errors: string }> {
  const node = spawn(process.execPath, [child, mode, String(delay), engine], {
    cwd: folder,
    env: { ...process.env, PIXELROW_CACHE: '/dev/null' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  node.stderr.on('data', (text) => {
    errors += text
  })
  if (mode === 'interrupt') node.stdout.once('data', () => setTimeout(() => node.kill('SIGINT'), delay))
  return new Promise((resolve) => node.on('close', (code, signal) => resolve({ code, signal, errors })))
}

test.each([
  ['exit', { code: 7, signal: null, errors: '' }],
  ['throw', { code: 8, signal: null, errors: '' }],
  ['interrupt', { code: 130, signal: null, errors: '' }],
  ['default-interrupt', { code: null, signal: 'SIGINT', errors: '' }],
  ['natural', { code: 0, signal: null, errors: '' }],
])(
  `a process that ends during training (%s) ends as asked, ${TIMES} times`,
  async (mode, expected) => {
    for (let time = 0; time < TIMES; time++) expect(await run(mode, (time * 37) % 200)).toEqual(expected)
    expect(readdirSync(folder)).toEqual([])
  },
  600_000,
)

test.each([
  ['exit', { code: 7, signal: null, errors: '' }],
  ['default-interrupt', { code: null, signal: 'SIGINT', errors: '' }],
  ['natural', { code: 0, signal: null, errors: '' }],
])('so does one in which the engine tfjs trains (%s)', async (mode, expected) => {
  expect(await run(mode, 20, 'tfjs')).toEqual(expected)
})
