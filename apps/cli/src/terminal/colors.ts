import { randomUUID } from 'node:crypto'
import picocolors from 'picocolors'
import { visible } from './visible.ts'

/** A text in a colour. */
type Format = (text: string) => string

/** The colours that commands use. */
export type Colors = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', Format>

/** Stands for the ESC of our own codes until they are written: drawn anew for each process, so that no name from a file can be it. */
export const ownEscape = `\uE000${randomUUID()}`

const ownCode = new RegExp(`${ownEscape}\\[[\\d;]*m`, 'g')

/** Colours, or none. What comes out is for the terminal's writer. */
export function colorsOf(enabled: boolean): Colors {
  const codes = picocolors.createColors(enabled)
  const own =
    (format: Format): Format =>
    (text) =>
      format(visible(text)).replaceAll('\x1b', ownEscape)
  const { bold, dim, red, green, yellow, cyan } = codes
  return { bold: own(bold), dim: own(dim), red: own(red), green: own(green), yellow: own(yellow), cyan: own(cyan) }
}

/** A text as it is written: what cannot be seen is shown, our own codes alone are codes. */
export const written = (text: string): string => visible(text).replaceAll(ownEscape, '\x1b')

/** The text without our codes. */
export const uncolored = (text: string): string => text.replace(ownCode, '')
