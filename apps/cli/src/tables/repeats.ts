import { type PixelTable, repeatCounts } from '@pixelrow/data'
import { count, many } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Says how many rows repeat an earlier picture, if any do: they teach nothing new, and labels that contradict each other harm. */
export function tellRepeats(terminal: Terminal, table: PixelTable): void {
  const { repeated, contradictory = 0 } = repeatCounts(table)
  if (repeated === 0) return
  const other = contradictory > 0 ? `; ${count(contradictory)} of them with another label` : ''
  const verb = repeated === 1 ? 'repeats' : 'repeat'
  terminal.note(`${many(repeated, 'row')} ${verb} an earlier picture${other}`)
}
