import type { Terminal } from './terminal/terminal.ts'

/** What every command is given. */
export interface Context {
  terminal: Terminal
  /** The words of the command line. */
  argv: readonly string[]
  /** Aborted by Ctrl-C, and by what else asks the process to end. */
  signal: AbortSignal
  /** What an interrupted or failed command leaves behind, in words; filled in as it goes. */
  kept: string[]
  /** What an interruption has kept from being done; `nothing was written` if nothing else is said. */
  undone?: string | undefined
  /** What to know if a second Ctrl-C quits at once, where that is not without danger. */
  uncertain?: string | undefined
  /** The run folder from which an interrupted training can go on; set once it can. */
  resume?: string
  /** Its rows came from standard input, where they must come from again. */
  isPiped?: boolean
  /** The exit code of a command that is done, where it is not 0: 4 for a training that came to nothing. */
  exitCode?: number
}
