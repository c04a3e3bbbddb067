import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** The children of a process that have ended without it having taken note, by name: zombies. There are none on Windows. */
export function zombies(parent: number): string[] {
  if (process.platform === 'win32') return []
  return processes().flatMap(({ ppid, state, name }) => (ppid === parent && state === 'Z' ? [name] : []))
}

/** The processes that a process has started and that run, by a name that they gave themselves. */
export function childrenCalled(name: string, parent: number): number[] {
  return processes().flatMap((each) =>
    each.ppid === parent && each.state !== 'Z' && each.name === name ? [each.pid] : [],
  )
}

interface Process {
  pid: number
  ppid: number
  state: string
  name: string
}

/** All there are. A Linux need not have `ps`. */
function processes(): Process[] {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((each) => /^\d+$/.test(each))
      .flatMap((pid) => statOf(`/proc/${pid}/stat`))
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,comm='], { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => {
    const [pid = '', ppid = '', state = '', ...name] = line.trim().split(/\s+/)
    return { pid: Number(pid), ppid: Number(ppid), state: state[0] ?? '', name: name.join(' ') }
  })
}

/** `pid (name) state ppid …`, of a process that may be gone by now. */
function statOf(file: string): Process[] {
  try {
    const [, pid, name = '', state = '', ppid] = /^(\d+) \((.*)\) (\S) (\d+)/s.exec(readFileSync(file, 'utf8')) ?? []
    return [{ pid: Number(pid), ppid: Number(ppid), state, name }]
  } catch {
    return []
  }
}
