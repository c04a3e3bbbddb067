import { UsageError } from '../line/errors.ts'
import type { Place } from './place.ts'

/** The word for standard input. */
export const standardInput = '-'

/**
 * The table that a word of the command line means: a path, or `-` for standard input. Throws a UsageError where that is a terminal, at which nobody
 * types a table; `fix` says how it is called.
 */
export function tableAt(word: string, fix: string): Place {
  if (word !== standardInput) return { path: word }
  if (!process.stdin.isTTY) return { path: word, name: 'standard input' }
  throw new UsageError('- reads rows from standard input, and that is this terminal', fix, {
    code: 'CLI_STDIN_TERMINAL',
    params: {},
  })
}
