// How a word is written for a shell. The build copies this file into each package whose errors name a command to paste.
import { isVisible } from './visible.ts'

/** A path or argument as a shell takes it; on Windows no shell can be given what cannot be seen, and the terminal shows it. */
export function quoted(argument: string): string {
  if (/^[\w@%+=:,./\\-]+$/.test(argument)) return argument
  if (process.platform === 'win32') return `"${argument}"`
  return isVisible(argument) ? `'${argument.replaceAll("'", "'\\''")}'` : ansiQuoted(argument)
}

/** As `$'…'`, which bash, zsh and POSIX since 2024 have: each byte of a character that cannot be seen in octal. */
function ansiQuoted(argument: string): string {
  const octal = (character: string) =>
    Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  const inner = Array.from(argument, (each) => (isVisible(each) ? each.replace(/[\\']/, '\\$&') : octal(each))).join('')
  return `$'${inner}'`
}
