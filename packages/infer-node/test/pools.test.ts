import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { zombies } from '../../../tests/processes.ts'
import { slowModel } from './slow.ts'

/** Node ends the threads of a thread that is terminated; one of them inside onnxruntime would abort the whole app. */
const app = fileURLToPath(new URL('./fixtures/pool.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-pools-'))
const model = join(folder, 'model.onnx')
writeFileSync(model, slowModel(6))
afterAll(() => rmSync(folder, { recursive: true }))
/** All 50 in the full suite; a few are enough to see a regression. */
const TIMES = process.env.PIXELROW_FULL ? 50 : 3
const FEW = Math.ceil(TIMES / 5)

/** How an app ended. Its output is closed when no process is left that it has started. */
async function outcome(pool: string, times: number, job: object) {
  const node = spawn(process.execPath, [app, pool, String(times), model, JSON.stringify(job)], { cwd: folder })
  const output = { stdout: '', stderr: '' }
  let left: string[] | undefined
  for (const stream of ['stdout', 'stderr'] as const)
    node[stream].on('data', (text) => {
      output[stream] += text
      if (output.stdout === '') return
      left ??= zombies(node.pid!)
      node.stdin.end()
    })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    node.once('close', (...ending) => resolve(ending)),
  )
  return { code, signal, ...output, left }
}

test.each([
  ['worker_threads', TIMES, { how: 'classifier' }],
  ['piscina', TIMES, { how: 'classifier' }],
  ['tinypool', TIMES, { how: 'classifier' }],
  ['worker_threads', FEW, { how: 'classifier', worker: false }],
  ['worker_threads', FEW, { how: 'classifier', workers: 2 }],
  ['worker_threads', FEW, { how: 'session' }],
])(
  'an app of %s lives on when threads are ended during a run, %i times (%o)',
  async (pool, times, job) => {
    const alive = { code: 0, signal: null, stdout: 'alive, a\n', stderr: '', left: [] }
    expect(await outcome(pool, times, job)).toEqual(alive)
    // No core dump.
    expect(readdirSync(folder)).toEqual(['model.onnx'])
  },
  600_000,
)
