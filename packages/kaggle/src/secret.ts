import { readFile, stat } from 'node:fs/promises'
import { CredentialsError } from './errors.ts'

/** A text file with a secret in it. */
export interface Secret {
  text: string
  /** Its path, with `~` for the home. */
  name: string
  warnings: string[]
}

/** What is no token must not reach a header: `fetch` would print it in its error. */
export function requireToken(token: string, source: string): void {
  if (/^[\x21-\x7e]+$/.test(token)) return
  const found = token === '' ? 'nothing' : 'spaces, line breaks or other characters that no token has'
  throw new CredentialsError(`${source}: expected a Kaggle token, found ${found}. Paste it again.`, source)
}

/** Reads such a file; undefined if there is none. */
export async function secretFile(path: string, home: string): Promise<Secret | undefined> {
  const name = tilde(path, home)
  const stats = await stat(path).catch(() => undefined)
  if (!stats?.isFile()) return undefined
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CredentialsError(`${name} is there and cannot be read: check its permissions.`, name, { cause })
  })
  const isOpen = process.platform !== 'win32' && (stats.mode & 0o077) !== 0
  const warnings = isOpen ? [`${name} can be read by others: run chmod 600 ${name}`] : []
  return { text: text.trim(), name, warnings }
}

/** Entries of a JSON object that are texts. What stands in the file is in no error: it is a secret. */
export function entriesOf<K extends string>({ text, name }: Secret, keys: K[]): Partial<Record<K, string>> {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null) throw unusable(name, 'file that is no JSON object')
  const found: Partial<Record<K, string>> = {}
  for (const key of keys) {
    const entry: unknown = (value as Record<string, unknown>)[key]
    if (typeof entry === 'string' && entry.trim()) found[key] = entry.trim()
  }
  return found
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The error about a file whose content is not what it should be. */
export function unusable(source: string, found: string): CredentialsError {
  return new CredentialsError(`${source}: expected credentials of Kaggle, found a ${found}. Make a new one.`, source)
}

/** A path as a person writes it. */
export function tilde(path: string, home: string): string {
  const [inside, separator] = [path.slice(home.length), path.charAt(home.length)]
  return path.startsWith(home) && /[/\\]/.test(separator) ? `~${inside}` : path
}
