// What the benchmarks of recipes share: the command as its users call it, and the spread of what it got.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const entry = join(dirname(createRequire(import.meta.url).resolve('pixelrow/package.json')), 'dist/pixelrow.js')

/** Runs `pixelrow …args --json` and gives its object, with the wall time of the whole process. */
export function pixelrow(...args) {
  const began = performance.now()
  const text = execFileSync(process.execPath, [entry, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return { ...JSON.parse(text), wall: (performance.now() - began) / 1000 }
}

/** Calls `work` with a folder that goes afterwards. */
export function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-bench-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

/** `mean (least to most)` of accuracies or seconds. */
export function spread(values, digits = 4) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits))
  return `${mean(values).toFixed(digits)} (${least} to ${most})`
}

/** The seeds to run, 1 to `SEEDS` (default 5). */
export const seeds = Array.from({ length: Number(process.env.SEEDS ?? 5) }, (_, index) => index + 1)

/** The processor that the figures hold for. */
export async function machine() {
  const { cpus, availableParallelism } = await import('node:os')
  return `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}`
}
