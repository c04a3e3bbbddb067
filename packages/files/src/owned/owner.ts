import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isRunning, startOf, unknownStart } from './running.ts'

/** Who writes: a claim of a process. */
export interface Owner {
  /** Machine, process, its start and a claim of it, in one word: what temporaries are named by. */
  readonly id: string
  readonly host: string
  readonly pid: number
  /** When the claim was made, as ISO 8601 has it. */
  readonly since: string
  /** What it does, such as a command line. */
  readonly by?: string
  /** It puts something in order and is done in a moment: worth waiting for. */
  readonly brief?: true
}

/** An id's form, for names that hold one. */
export const idPattern = '[0-9a-f]{8}-\\d+-\\d+-[0-9a-f]{8}'

/** A new claim of this process. */
export function newOwner({ by, brief = false }: { by?: string | undefined; brief?: boolean } = {}): Owner {
  const { pid } = process
  const id = [machine(), pid, startOfThis(), randomBytes(4).toString('hex')].join('-')
  return {
    id,
    host: hostname(),
    pid,
    since: new Date().toISOString(),
    ...(by !== undefined && { by }),
    ...(brief && { brief }),
  }
}

/** Claims of this process that are over, whether or not the disk let their locks go. */
const over = new Set<string>()

/** Says that a claim of this process is over. */
export const end = ({ id }: Owner): void => void over.add(id)

/** Whether the process that an id names is at work; undefined where that cannot be known, because it is or was on another machine. */
export async function isAtWork(id: string): Promise<boolean | undefined> {
  const [where, pid, started] = id.split('-')
  if (where !== machine()) return undefined
  if (over.has(id)) return false
  return isRunning(Number(pid), Number(started))
}

const isLinux = process.platform === 'linux'

let start: number | undefined
const startOfThis = (): number => {
  start ??= startOf(process.pid) ?? (isLinux ? unknownStart : Math.round(Date.now() - 1000 * process.uptime()))
  return start
}

let known: string | undefined

/**
 * Where pids mean the same: the host, since it was started, and on Linux the namespace of pids, as containers of one name may share a folder.
 */
function machine(): string {
  known ??= createHash('sha256')
    .update([hostname(), quietly(bootId), quietly(pidSpace)].join('\n'))
    .digest('hex')
    .slice(0, 8)
  return known
}

const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
const pidSpace = () => readlinkSync('/proc/self/ns/pid')

function quietly(read: () => string): string {
  try {
    return isLinux ? read() : ''
  } catch {
    return ''
  }
}
