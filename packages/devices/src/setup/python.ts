import { SetupError } from '../error.ts'
import { runTool } from '../tool.ts'

/** A tool that was found: the words that start it, and what it says it is. */
export interface Tool {
  command: string
  args: readonly string[]
  version: string
}

/** What pip is wanted for. */
export interface PipWish {
  /** What it is to fetch, such as `TensorFlow's wheel`. */
  wheel: string
  /** How to do without it, as a sentence. */
  elsewhere: string
  signal: AbortSignal | undefined
}

/** Any Python 3 whose pip runs: $PYTHON, else `python3` or `python`. */
export async function findPython({ wheel, elsewhere, signal }: PipWish): Promise<Tool> {
  const { PYTHON } = process.env
  const names = PYTHON ? [PYTHON] : ['python3', 'python']
  let withoutPip: string | undefined
  for (const command of names) {
    const ended = await runTool(command, ['-m', 'pip', '--version'], { signal })
    const [, pip, python] = /^pip (\S+) .*\(python (3\S*)\)/m.exec(ended?.stdout ?? '') ?? []
    if (ended?.code === 0 && python) return { command, args: [], version: `Python ${python} with pip ${pip}` }
    if (ended) withoutPip ??= command
  }
  const found = withoutPip ? `${withoutPip} has none` : `there is no ${names.join(' or ')}`
  throw new SetupError(`Python's pip is needed to fetch ${wheel}, and ${found}`, {
    code: 'DEVICES_TOOL_MISSING',
    params: { tool: 'pip', found },
    advice: `Debian and Ubuntu: sudo apt install python3-pip. Fedora: sudo dnf install python3-pip. ${elsewhere}`,
  })
}
