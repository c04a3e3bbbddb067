import { basename, relative, resolve } from 'node:path'
import { quoted } from '../../../../common/quoted.ts'
import { isVisible } from '../terminal/visible.ts'

export { quoted }

/** Whether it is an address rather than a path. */
export const isUrl = (path: string) => /^(https?|file):/i.test(path)

/** A path that means the same from every folder; URLs, and `-` for standard input, stay as they are. */
export function absolute(path: string): string {
  return isUrl(path) || path === '-' ? path : resolve(path)
}

/** A path as seen from here, where that is shorter. */
export function near(path: string): string {
  if (isUrl(path) || path === '-') return path
  const seen = relative(process.cwd(), path) || '.'
  return seen.length < path.length ? seen : path
}

/** The words that start this program again from here: `pixelrow`, `npx pixelrow`, or `node` and the entry's path. */
export function invocation(script = process.argv[1] ?? 'pixelrow', env = process.env): string {
  if (env.npm_command === 'exec') return 'npx pixelrow'
  if (!basename(script).endsWith('.js')) return 'pixelrow'
  return `node ${quoted(near(script))}`
}

/** What a package advises, its `pixelrow` in the words that start this program again. */
export const asStarted = (fix: string): string => fix.replace(/(?<=^|&& )pixelrow(?= )/, invocation())

/** A whole command, ready to paste. */
export function command(...words: string[]): string {
  const line = [invocation(), ...words.map(quoted)].join(' ')
  if (process.platform !== 'win32' || words.every(isVisible)) return line
  return `${line} (not to be pasted: what cannot be seen in a name is shown as \\u…)`
}
