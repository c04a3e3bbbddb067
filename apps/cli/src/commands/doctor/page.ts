import { type Terminal, wrap } from '../../terminal/terminal.ts'

/** How what is told is laid out: entries with a label in front, and items and commands below them. */
export interface Page {
  gap(): void
  /** A label and its sentence; what is good or bad of it is its beginning, up to the colon. */
  entry(label: string, text: string, mood?: 'good' | 'bad'): void
  /** A piece that is there, or is not, and what brings it. */
  item(isThere: boolean, text: string, fix?: string): void
  /** A command, which is never broken, or a sentence, which ends in a full stop. */
  fix(text: string): void
}

const labelWidth = 10
/** Columns from which on labels stand in a column of their own. */
const wide = 60

/** A page on a terminal, or without an end of lines where there is none. */
export function pageOn(terminal: Terminal): Page {
  const { resultColors: colors, columns } = terminal
  const isWide = columns >= wide
  const margin = ' '.repeat(isWide ? labelWidth : 2)
  /** The lines of a text whose first begins with `lead` and whose others stand below it. */
  const lines = (text: string, lead: number) => wrap(text, columns - lead).split('\n')
  const below = (first: string, text: string, lead: string) => {
    const [start = '', ...rest] = lines(text, lead.length)
    terminal.result(first + start)
    for (const line of rest) terminal.result(lead + line)
  }
  const mend = (text: string, lead: string) => {
    if (text.endsWith('.')) below(lead, text, lead)
    else terminal.result(`${lead}${colors.cyan(text)}`)
  }
  return {
    gap: () => terminal.result(),
    entry(label, text, mood) {
      const color = mood === 'good' ? colors.green : colors.yellow
      const verdict = mood ? (/^[^:]*/.exec(text)?.[0] ?? '') : ''
      const lead = isWide ? margin : `${label}  `
      const [start = '', ...rest] = lines(text, isWide ? labelWidth : lead.length)
      const first = start.startsWith(verdict) ? color(verdict) + start.slice(verdict.length) : start
      terminal.result(colors.bold(isWide ? label.padEnd(labelWidth) : lead) + (mood ? first : start))
      for (const line of rest) terminal.result(margin + line)
    },
    item(isThere, text, fix) {
      const under = `${margin}    `
      below(`${margin}${isThere ? colors.green('ok') : colors.yellow('--')}  `, text, under)
      if (fix !== undefined) mend(fix, under)
    },
    fix: (text) => mend(text, margin),
  }
}
