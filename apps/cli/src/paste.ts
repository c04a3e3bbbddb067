import { basename, relative } from 'node:path'

/** A path or argument as a shell takes it. */
export function quoted(argument: string): string {
  if (/^[\w@%+=:,./\\-]+$/.test(argument)) return argument
  return process.platform === 'win32' ? `"${argument}"` : `'${argument.replaceAll("'", "'\\''")}'`
}

/** The words that start this program again from here: `pixelrow`, `npx pixelrow`, or `node` and the entry's path. */
export function invocation(script = process.argv[1] ?? 'pixelrow', env = process.env): string {
  if (env.npm_command === 'exec') return 'npx pixelrow'
  if (!basename(script).endsWith('.js')) return 'pixelrow'
  const near = relative(process.cwd(), script)
  return `node ${quoted(near.length < script.length ? near : script)}`
}

/** A whole command, ready to paste. */
export function command(...words: string[]): string {
  return [invocation(), ...words.map(quoted)].join(' ')
}
