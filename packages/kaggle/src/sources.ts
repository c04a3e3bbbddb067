import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import type { Environment } from '@pixelrow/files'
import { entriesOf, pasted, requireToken, secretFile, tilde, unusable } from './secret.ts'
import type { Credentials, CredentialsOptions } from './types.ts'

/** Credentials of one source, before it is known which others there are. */
export type Found = Omit<Credentials, 'unused'>

interface Looked {
  /** Variables and files, for who has none of them. */
  looked: string[]
  all: Found[]
}

/** `KAGGLE_API_TOKEN`: the token, or the path of a file that holds it. */
export async function tokenVariableSource({ env = process.env, home }: CredentialsOptions): Promise<Looked> {
  const looked = ['KAGGLE_API_TOKEN']
  const value = env.KAGGLE_API_TOKEN?.trim()
  if (!value) return { looked, all: [] }
  // A token is no path: a file of that name would have to lie in the current folder.
  const secret = await secretFile(resolve(value), homeOf(env, home))
  if (!secret && /^[.~]*[/\\]/.test(value)) throw unusable(looked[0]!, 'path of a file that is not there')
  if (!secret) return { looked, all: [credentialsIn(value, looked[0]!)] }
  return { looked, all: [credentialsIn(secret.text, `${secret.name} (KAGGLE_API_TOKEN)`, secret.warnings)] }
}

/** `~/.kaggle/access_token`, wherever `KAGGLE_CONFIG_DIR` points: Kaggle's client does the same. */
export async function tokenFileSource({ env = process.env, home }: CredentialsOptions): Promise<Looked> {
  const folder = homeOf(env, home)
  const all: Found[] = []
  for (const file of tokenFiles(folder)) {
    const secret = await secretFile(file, folder)
    if (secret?.text) all.push(credentialsIn(secret.text, secret.name, secret.warnings))
  }
  return { looked: ['~/.kaggle/access_token'], all }
}

/** Paths of the token files in a home. */
export const tokenFiles = (home: string) =>
  ['access_token', 'access_token.txt'].map((name) => join(home, '.kaggle', name))

/** `KAGGLE_USERNAME` and `KAGGLE_KEY`, each over its namesake in `kaggle.json`. */
export async function passwordSource({ env = process.env, home }: CredentialsOptions): Promise<Looked> {
  const folder = homeOf(env, home)
  const file = join(await configFolder(env, folder), 'kaggle.json')
  const looked = ['KAGGLE_USERNAME with KAGGLE_KEY', tilde(file, folder)]
  const secret = await secretFile(file, folder)
  const [username, key] = [env.KAGGLE_USERNAME, env.KAGGLE_KEY].map((text) => text && tokenOf(text))
  const variables = [username && 'KAGGLE_USERNAME', key && 'KAGGLE_KEY'].filter(Boolean).join(' and ')
  const fromVariables = username && key ? [password(username, key, variables, [])] : []
  if (!secret) return { looked, all: fromVariables }
  const { username: storedUser, key: storedKey } = entriesOf(secret, ['username', 'key'])
  if (!storedUser && !storedKey && !fromVariables.length)
    throw unusable(secret.name, 'file without "username" and "key"')
  const name = variables && !fromVariables.length ? `${variables} with ${secret.name}` : secret.name
  const [user, word] = fromVariables.length ? [storedUser, storedKey] : [username || storedUser, key || storedKey]
  if (!fromVariables.length && !(user && word))
    throw unusable(name, `file without ${user ? 'a "key"' : 'a "username"'}`)
  const fromFile = user && word ? [password(user, word, name, secret.warnings)] : []
  return { looked, all: [...fromVariables, ...fromFile] }
}

/** `~/.kaggle/credentials.json`, which a login by browser leaves: a refresh token and an access token for half a day. */
export async function oauthSource({ env = process.env, home }: CredentialsOptions): Promise<Looked> {
  const folder = homeOf(env, home)
  const secret = await secretFile(join(folder, '.kaggle', 'credentials.json'), folder)
  const looked = ['~/.kaggle/credentials.json']
  if (!secret) return { looked, all: [] }
  const entries = entriesOf(secret, ['refresh_token', 'access_token', 'access_token_expiration', 'username'])
  const { refresh_token: refresh, access_token: stored = '', access_token_expiration: until = '', username } = entries
  if (!refresh) throw unusable(secret.name, 'file without a "refresh_token"')
  let token = Date.parse(until) > Date.now() + 60_000 ? stored : ''
  const authorization: Found['authorization'] = async (exchange, renew = false) => {
    if (renew || !token) token = (await exchange(refresh)).token
    requireToken(token, secret.name)
    return `Bearer ${token}`
  }
  const { name: source, warnings } = secret
  return { looked, all: [{ scheme: 'bearer', source, ...(username && { username }), warnings, authorization }] }
}

/** The user's home: `HOME` as the variables say, which may not be those of this process. */
export function homeOf(env: Environment, home?: string): string {
  return home ?? ((process.platform === 'win32' ? env.USERPROFILE : env.HOME) || homedir())
}

/** Where Kaggle's client looks for `kaggle.json`. */
export async function configFolder(env: Environment, home: string): Promise<string> {
  if (env.KAGGLE_CONFIG_DIR) return resolve(env.KAGGLE_CONFIG_DIR)
  const usual = join(home, '.kaggle')
  const isThere = await stat(usual).then(
    () => true,
    () => false,
  )
  if (isThere || process.platform !== 'linux') return usual
  const xdg = env.XDG_CONFIG_HOME
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.config'), 'kaggle')
}

/** The text that a variable means, whatever quotes were pasted with it. */
const tokenOf = (text: string): string => {
  const found = pasted(text)
  return 'token' in found ? found.token : found.key
}

/** Credentials as somebody pasted them: a token, or all of a kaggle.json. */
export function credentialsIn(text: string, source: string, warnings: string[] = []): Found {
  const found = pasted(text)
  return 'token' in found
    ? bearer(found.token, source, warnings)
    : password(found.username, found.key, source, warnings)
}

const bearer = (token: string, source: string, warnings: string[] = []): Found => {
  requireToken(token, source)
  return { scheme: 'bearer', source, warnings, authorization: async () => `Bearer ${token}` }
}

/** A new token pasted where the old-style key stood would be rejected as a password. */
function password(username: string, key: string, source: string, warnings: string[]): Found {
  if (key.startsWith('KGAT_')) return { ...bearer(key, source, warnings), username }
  const value = `Basic ${Buffer.from(`${username}:${key}`).toString('base64')}`
  return { scheme: 'basic', source, username, warnings, authorization: async () => value }
}
