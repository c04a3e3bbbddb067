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

/** What was pasted as credentials. */
export type Pasted = { token: string } | { username: string; key: string }

/** A variable's name before its value, as shells, `.env` files and HTTP have it. */
const ASSIGNED =
  /^(?:export\s+|set\s+|setx\s+|\$env:)?KAGGLE_(?:API_TOKEN|KEY)\s*[=:\s]\s*|^(?:authorization:\s*)?bearer\s+/i
/** The pairs of quotes that shells, JSON and word processors put around a text. */
const QUOTED = /^(?:"(.*)"|'(.*)'|`(.*)`|“(.*)”|‘(.*)’)[,;]?$/s

/**
 * The token in a text as people paste it: in quotes, as `KAGGLE_API_TOKEN=…`, behind `Bearer`, or all of a kaggle.json, which holds a token or a user's name with an
 * old-style key. Anything else stays as it is.
 */
export function pasted(text: string): Pasted {
  const bare = unquoted(unquoted(text.replace(/^\ufeff/, '').trim()).replace(ASSIGNED, ''))
  const value = bare.startsWith('{') ? parsed(bare) : undefined
  if (typeof value !== 'object' || value === null) return { token: bare }
  const { username, key, token } = value as Record<string, unknown>
  if (typeof key !== 'string') return { token: typeof token === 'string' ? token.trim() : bare }
  const isKey = typeof username === 'string' && username.trim() !== '' && !key.startsWith('KGAT_')
  return isKey ? { username: username.trim(), key: key.trim() } : { token: key.trim() }
}

const unquoted = (text: string): string =>
  QUOTED.exec(text)
    ?.slice(1)
    .find((inner) => inner !== undefined)
    ?.trim() ?? text

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
