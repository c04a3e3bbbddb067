import picocolors from 'picocolors'

type Colors = ReturnType<typeof picocolors.createColors>

/** Where a command speaks: results to standard output, all else to standard error. */
export interface Terminal {
  /** A line of the result; nothing with `--json`. */
  result(line?: string): void
  /** The one object of `--json`; nothing without it. */
  json(value: unknown): void
  /** Text that is the result itself, written as it is. */
  raw(text: string): void
  /** Says what is going on, wrapped at words; nothing with `--quiet`. */
  note(line?: string): void
  /** A line that must not be wrapped: a table's row or a command to paste. */
  line(text: string): void
  /** A line that the next one replaces; only on a terminal. Nothing given clears it. */
  transient(text?: string): void
  /** Colours for notes. */
  colors: Colors
  /** Colours for results. */
  resultColors: Colors
  /** Columns of standard output, `Infinity` where it is no terminal. */
  columns: number
}

function colored(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return Boolean(stream.isTTY) && env.TERM !== 'dumb'
}

/** Breaks a line at spaces so that it fits; a word that is too long stays whole. */
export function wrap(text: string, columns: number): string {
  let width = 0
  const words = text.split(' ').map((word, index) => {
    const fits = index === 0 || width + 1 + word.length <= columns
    width = fits && index > 0 ? width + 1 + word.length : word.length
    return index === 0 ? word : fits ? ` ${word}` : `\n${word}`
  })
  return words.join('')
}

/** The terminal of one call. */
export function openTerminal(options: { json?: boolean; quiet?: boolean }): Terminal {
  const { stdout, stderr, env } = process
  const moving = Boolean(stderr.isTTY) && env.TERM !== 'dumb' && !options.quiet
  let shown = false
  const clear = () => {
    if (shown) stderr.write('\r\x1b[2K')
    shown = false
  }
  const say = (text: string) => {
    if (options.quiet) return
    clear()
    stderr.write(`${text}\n`)
  }
  const print = (text: string) => {
    clear()
    stdout.write(text)
  }
  return {
    result: (line = '') => options.json || print(`${line}\n`),
    json: (value) => options.json && print(`${JSON.stringify(value)}\n`),
    raw: print,
    note: (line = '') => say(stderr.isTTY ? wrap(line, stderr.columns || 80) : line),
    line: say,
    transient(text) {
      if (!moving) return
      clear()
      if (text) stderr.write(text.slice(0, (stderr.columns || 80) - 1))
      shown = Boolean(text)
    },
    colors: picocolors.createColors(colored(stderr, env)),
    resultColors: picocolors.createColors(colored(stdout, env)),
    columns: stdout.isTTY ? stdout.columns || 80 : Infinity,
  }
}
