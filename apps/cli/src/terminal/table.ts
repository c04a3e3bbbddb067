import { visibleName } from './visible.ts'

/** A column of a text table: its heading and how wide it must be at least; text goes left, numbers right. */
export interface Column {
  heading: string
  width: number
  left?: boolean
}

/** One row of aligned cells, two spaces apart, without spaces at the end. */
export function row(columns: readonly Column[], cells: readonly string[]): string {
  const padded = columns.map(({ heading, width, left }, index) => {
    const size = Math.max(heading.length, width)
    const cell = visibleName(cells[index] ?? '')
    return left ? cell.padEnd(size) : cell.padStart(size)
  })
  return padded.join('  ').trimEnd()
}

/** `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** `1 row`, `2 rows`, `2 classes`. */
export function many(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`
}

/** `1.2 MB`, in units of 1000. */
export function size(bytes: number): string {
  if (bytes < 1000) return many(bytes, 'byte')
  return bytes < 999_500 ? `${count(Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** `0.08s`, `12.3s`, `2:05`. */
export function duration(seconds: number): string {
  if (seconds < 9.995) return `${seconds.toFixed(2)}s`
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
