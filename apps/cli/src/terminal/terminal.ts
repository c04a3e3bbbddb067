import { type Colors, colorsOf, uncolored, written } from './colors.ts'
import { openOutlet } from './outlet.ts'
import { visible } from './visible.ts'

/** All colours, the 256 that every terminal with colours knows, or none. */
export type Palette = 'full' | '256' | 'none'

/**
 * Where a command speaks: results to standard output, all else to standard error. Everything goes through here, and here alone what cannot be seen, or would
 * be carried out (an escape sequence in the name of a class), is shown instead: `\u001b`. Colours are those of `colors`.
 */
export interface Terminal {
  /** A line of the result; nothing with `--json`. */
  result(line?: string): void
  /** The same for a sentence: on a terminal it is wrapped at words. */
  sentence(text: string): void
  /** The one object of `--json`; nothing without it. */
  json(value: unknown): void
  /**
   * Text that is the result itself, written as it is, but shown on a terminal; resolves when there is room for more. Throws a `ClosedError` once nobody takes it: then there is
   * no use in making more of it. Whatever else is said then is dropped, and the work goes on.
   */
  raw(text: string): Promise<void>
  /** Waits until all results are written, and gives what kept them from that. */
  end(): Promise<NodeJS.ErrnoException | undefined>
  /** Asks for an answer that is typed behind the text. */
  prompt(text: string): void
  /** The command's help, with or without `--json`. */
  help(text: string): void
  /** Says what is going on, wrapped at words; nothing with `--quiet`. */
  note(line?: string): void
  /** A line that must not be wrapped: a table's row or a command to paste. */
  line(text: string): void
  /**
   * A line that is said even with `--quiet`, wrapped at words, with its first word in red if it is an error; a command to
   * paste goes on a line of its own and stays whole.
   */
  complain(text: string, paste?: string): void
  /** A line that the next one replaces; only on a terminal. Nothing given clears it. */
  transient(text?: string): void
  /** Colours for notes. */
  colors: Colors
  /** Colours for results. */
  resultColors: Colors
  /** What pictures among the results may be drawn with. */
  palette: Palette
  /** What pictures among the notes may be drawn with. */
  notePalette: Palette
  /** Columns of standard output, `Infinity` where it is no terminal. */
  columns: number
}

function colored(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return Boolean(stream.isTTY) && env.TERM !== 'dumb'
}

function paletteOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Palette {
  if (!colored(stream, env)) return 'none'
  const full =
    /truecolor|24bit/i.test(env.COLORTERM ?? '') ||
    env.FORCE_COLOR === '3' ||
    Boolean(env.WT_SESSION) ||
    /direct|kitty|ghostty|alacritty|wezterm/.test(env.TERM ?? '')
  return full ? 'full' : '256'
}

/** Breaks lines at spaces so that they fit; a word that is too long stays whole. */
export function wrap(text: string, columns: number): string {
  const wrapLine = (line: string) => {
    let width = -1
    const words = line.split(' ').map((word) => {
      const { length } = uncolored(word)
      const fits = width < 0 || width + 1 + length <= columns
      const glue = width < 0 ? '' : fits ? ' ' : '\n'
      width = fits ? width + 1 + length : length
      return glue + word
    })
    return words.join('')
  }
  return visible(text).split('\n').map(wrapLine).join('\n')
}

/** The terminal of one call. */
export function openTerminal(options: { json?: boolean; quiet?: boolean }): Terminal {
  const { stdout, stderr, env } = process
  const [out, err] = [openOutlet(stdout), openOutlet(stderr)]
  const moving = Boolean(stderr.isTTY) && env.TERM !== 'dumb' && !options.quiet
  const colors = colorsOf(colored(stderr, env))
  let shown = false
  const clear = () => {
    if (shown) err.write('\r\x1b[2K')
    shown = false
  }
  const complain = (text: string) => {
    clear()
    err.write(written(`${text}\n`))
  }
  const say = (text: string) => options.quiet || complain(text)
  const wrapped = (text: string) => (stderr.isTTY ? wrap(text, stderr.columns || 80) : text)
  const print = (text: string) => {
    clear()
    out.write(written(text))
  }
  const columns = stdout.isTTY ? stdout.columns || 80 : Infinity
  return {
    result: (line = '') => options.json || print(`${line}\n`),
    sentence: (text) => options.json || print(`${wrap(text, columns)}\n`),
    json: (value) => options.json && print(`${JSON.stringify(value)}\n`),
    async raw(text) {
      clear()
      await out.writeAll(stdout.isTTY ? written(text) : text)
    },
    end: out.end,
    help: print,
    prompt: (text) => err.write(written(text)),
    note: (line = '') => say(wrapped(line)),
    line: say,
    complain: (text, paste) => {
      const shown = wrapped(text).replace(/^Error:/, colors.red('Error:'))
      complain(paste ? `${shown}\n  ${colors.cyan(paste)}` : shown)
    },
    transient(text) {
      if (!moving) return
      clear()
      if (text) err.write(visible(text).slice(0, (stderr.columns || 80) - 1))
      shown = Boolean(text)
    },
    colors,
    resultColors: colorsOf(colored(stdout, env)),
    palette: paletteOf(stdout, env),
    notePalette: paletteOf(stderr, env),
    columns,
  }
}
