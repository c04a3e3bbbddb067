import { SetupError } from './error.ts'
import { check, checkRules } from './options.ts'
import type { Tool } from './setup/python.ts'
import { findCompiler, findNpm, findPip } from './tfjs/tools.ts'

/** A program that a set-up needs, as it is here. */
export interface ToolFound {
  tool: 'python' | 'compiler' | 'npm'
  /** What it says it is; not there where it is missing. */
  found?: string
  /** Why it cannot be used, as a sentence without its full stop. */
  reason?: string
  /** How to get it, as sentences. */
  fix?: string
}

/**
 * Looks for the programs that the set-ups need: Python with pip, a C++ compiler, npm. Each is started once; the compiler compiles a line. Throws a
 * SetupError for options that are none, and the signal's reason.
 */
export async function toolsHere(options: { signal?: AbortSignal | undefined } = {}): Promise<ToolFound[]> {
  check('toolsHere', options, checkRules)
  const { signal } = options
  return [
    await found('python', () => findPip('cpu', signal)),
    await found('compiler', () => findCompiler(signal)),
    await found('npm', () => findNpm(signal)),
  ]
}

async function found(tool: ToolFound['tool'], find: () => Promise<Tool>): Promise<ToolFound> {
  try {
    return { tool, found: (await find()).version }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    const { sentence, advice } = error
    return { tool, reason: sentence.replace(/\.$/, ''), ...(advice && { fix: advice }) }
  }
}
