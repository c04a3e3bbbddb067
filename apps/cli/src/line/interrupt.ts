import { constants } from 'node:os'

/** How long after a Ctrl-C another one counts as the same: npm passes on what the terminal has sent already. */
const samePress = 250

/** What a person presses (Ctrl-C, on Windows Ctrl-Break too): a second one wants an end at once. */
const pressed: readonly NodeJS.Signals[] = ['SIGINT', 'SIGBREAK']

/**
 * What asks a process to end: a person, a machine that shuts down, a terminal that closes, and a batch system that warns before the time is up
 * (`sbatch --signal=USR1@60`). On Windows only those that there are.
 */
const signals: readonly NodeJS.Signals[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGBREAK', 'SIGTERM', 'SIGHUP']
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1']

/** Whether this process was asked to end. */
export interface Interruption {
  /** Aborted by the first signal, so that work ends at its next safe point. */
  signal: AbortSignal
  /** The first signal; undefined as long as there was none. */
  name: NodeJS.Signals | undefined
}

/** The exit code of a process that a signal has ended, as shells have it: 130 for SIGINT, 143 for SIGTERM. */
export const signalCode = (name: NodeJS.Signals): number => 128 + constants.signals[name]

/**
 * Listens for what asks the process to end, until it ends. The first signal aborts the work; a second Ctrl-C exits at once with the first
 * one's code; any other signal after the first asks for what is under way already. `onFirst` is told of the first, `onSecond` of such an exit.
 */
export function onInterrupt(onFirst: () => void, onSecond: () => void): Interruption {
  const controller = new AbortController()
  const interruption: Interruption = { signal: controller.signal, name: undefined }
  let first = 0
  const listener = (name: NodeJS.Signals) => {
    if (!interruption.name) {
      interruption.name = name
      first = Date.now()
      onFirst()
      controller.abort()
    } else if (pressed.includes(name) && Date.now() - first > samePress) {
      onSecond()
      process.exit(signalCode(interruption.name))
    }
  }
  for (const name of signals) process.on(name, listener)
  return interruption
}
