import { type ChildProcess, spawn } from 'node:child_process'

/** How a tool is run. */
export interface ToolOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal | undefined
  /** After how many seconds it is killed. Default: never. */
  seconds?: number
}

/** How a tool has ended. */
export interface Ended {
  /** Its exit code; null where a signal ended it. */
  code: number | null
  endedBy: NodeJS.Signals | null
  /** It was killed because its time was up. */
  isLate: boolean
  stdout: string
  stderr: string
  /** Standard output and standard error as they came. */
  output: string
}

const mostKept = 4_000_000

/**
 * Runs a tool to its end, with all that it starts: they are a process group of their own, which is killed when the signal is aborted or
 * this process exits, and nothing goes on writing afterwards. Undefined where there is no such tool.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<Ended | undefined> {
  const { cwd, env = process.env, signal, seconds } = options
  signal?.throwIfAborted()
  const detached = process.platform !== 'win32'
  const child = spawn(command, args, { ...(cwd && { cwd }), env, detached, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => killGroup(child)
  process.once('exit', kill)
  signal?.addEventListener('abort', kill, { once: true })
  let isLate = false
  const late = () => {
    isLate = true
    kill()
  }
  const timer = seconds === undefined ? undefined : setTimeout(late, seconds * 1000)
  try {
    const ended = await endOf(child)
    signal?.throwIfAborted()
    return ended && { ...ended, isLate }
  } finally {
    clearTimeout(timer)
    process.off('exit', kill)
    signal?.removeEventListener('abort', kill)
  }
}

function endOf(child: ChildProcess): Promise<Omit<Ended, 'isLate'> | undefined> {
  let [stdout, stderr, output] = ['', '', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-mostKept)
    output = (output + text).slice(-mostKept)
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-mostKept)
    output = (output + text).slice(-mostKept)
  })
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    // Not `exit`: what the tool has started may still hold the pipes.
    child.on('close', (code, endedBy) => resolve({ code, endedBy, stdout, stderr, output }))
  })
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** The last lines of what a tool has printed, without blank ones. */
export function lastLines(output: string, count: number): string {
  const lines = output.split(/\r?\n/).filter((line) => line.trim())
  return lines.slice(-count).join('\n')
}
