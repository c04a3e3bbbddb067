import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Other systems than Linux tell a start in seconds, and our own is reckoned from the time that has passed. */
const tolerance = 3000

/** Stands for a start that could not be read, as where too many files are open. */
export const unknownStart = 0

/**
 * Whether the process of a pid is the one that began at `started`: a pid is given again after a while. Where a start cannot be had, a process of
 * that pid counts as the one.
 */
export async function isRunning(pid: number, started: number): Promise<boolean> {
  if (process.platform === 'linux') {
    const found = statOf(pid)
    if (found) return !found.ended && (started === unknownStart || found.started === started)
    return isThere(pid)
  }
  if (!isThere(pid)) return false
  const found = await startElsewhere(pid)
  return found === undefined || Math.abs(found - started) < tolerance
}

/** On Linux the clock tick since the system's start at which a process began. */
export const startOf = (pid: number): number | undefined =>
  process.platform === 'linux' ? statOf(pid)?.started : undefined

/** proc(5): the fields behind the name, which stands in brackets and may hold some itself. */
function statOf(pid: number): { started: number; ended: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended; only its parent has not asked yet.
    return { started: Number(fields[19]), ended: /[ZXx]/.test(fields[0]!) }
  } catch {
    return undefined
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process may not be signalled, and is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began, in milliseconds since 1970, as the system's own tool tells it. */
async function startElsewhere(pid: number): Promise<number | undefined> {
  const script = `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().ToString('o')`
  const [tool, ...words] =
    process.platform === 'win32'
      ? ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', script]
      : ['ps', '-o', 'lstart=', '-p', String(pid)]
  const options = { env: { ...process.env, LC_ALL: 'C' }, timeout: 10_000 }
  const { stdout } = await run(tool!, words, options).catch(() => ({ stdout: '' }))
  const time = Date.parse(stdout.trim())
  return Number.isNaN(time) ? undefined : time
}
