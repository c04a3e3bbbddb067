// Reads files of one format, in a process of its own: `node child.mjs FORMAT SEED RUNS SECONDS FOLDER`. scripts/fuzz.mjs builds and starts it,
// with a small heap, without a way to compile text to code, and without leave to write anywhere but into FOLDER.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Format } from './format.ts'
import { formats } from './formats.ts'

const [name = '', seed, runs, seconds, folder = ''] = process.argv.slice(2)
const { gc } = globalThis
const usualTime = 3000

/** Most memory since the last call of `forget`, where the system can tell; else since the process began. */
function peak(): number {
  if (process.platform !== 'linux') return 1024 * process.resourceUsage().maxRSS
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
}

function forget(): number {
  gc?.()
  if (process.platform !== 'linux') return peak()
  writeFileSync('/proc/self/clear_refs', '5')
  return peak()
}

const worst = { milliseconds: 0, bytes: 0 }

/** Reads one file, and throws where it took more than it may. */
async function within<Case>(format: Format<Case>, it: Case): Promise<void> {
  const bytes = await format.bytes(it)
  const place = join(folder, 'work')
  mkdirSync(place, { recursive: true })
  // What a crash or an endless loop is found by.
  writeFileSync(join(folder, 'current'), bytes)
  const [before, began] = [forget(), process.cpuUsage()]
  await format.read(it, bytes, place)
  const { user, system } = process.cpuUsage(began)
  const [milliseconds, taken] = [(user + system) / 1000, peak() - before]
  rmSync(place, { recursive: true, force: true })
  worst.milliseconds = Math.max(worst.milliseconds, milliseconds)
  worst.bytes = Math.max(worst.bytes, taken)
  const { most, perByte } = format.memory
  const { time = usualTime } = format
  if (taken > most + perByte * bytes.length) throw new Error(`${taken} bytes of memory for a file of ${bytes.length}`)
  if (milliseconds > time) throw new Error(`${Math.round(milliseconds)} ms, more than ${time}`)
}

/** The same with its long arrays told by their length: to write one out may take more memory than there is. */
function shortened(it: unknown): unknown {
  if (it instanceof Uint8Array) return it.length > 1000 ? `${it.length} bytes` : it
  if (Array.isArray(it)) return it.map(shortened)
  if (typeof it !== 'object' || it === null) return it
  return Object.fromEntries(Object.entries(it).map(([key, value]) => [key, shortened(value)]))
}

const format = await formats[name]?.()
if (!format) throw new Error(`no format ${name}; there are ${Object.keys(formats).join(', ')}`)
// Compiled code and filled caches are no file's doing.
for (const it of fc.sample(format.cases, { seed: 1, numRuns: Math.min(30, Number(runs)) }))
  await within(format, it).catch(() => {})
const limit = Number(seconds) ? { interruptAfterTimeLimit: 1000 * Number(seconds), markInterruptAsFailure: false } : {}
const found = await fc.check(
  fc.asyncProperty(format.cases, (it) => within(format, it)),
  { seed: Number(seed), numRuns: Number(runs), ...limit },
)
const failure = found.failed && {
  path: found.counterexamplePath,
  error: String((found.errorInstance as Error | null)?.stack ?? found.errorInstance).slice(0, 2000),
  example: fc.stringify(shortened(found.counterexample?.[0])).slice(0, 1500),
}
console.log(JSON.stringify({ runs: found.numRuns, ...worst, ...(failure && { failure }) }))
