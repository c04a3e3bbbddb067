import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileErrorFrom, makeFolder, writeFileAtomic } from '@pixelrow/files'
import { findCredentials } from './credentials.ts'
import { CredentialsError, NotSignedInError } from './errors.ts'
import { check, credentialsRules } from './options.ts'
import { pasted, requireToken, tilde } from './secret.ts'
import { configFolder, homeOf, tokenFiles } from './sources.ts'
import type { CredentialsOptions } from './types.ts'

/** The file in which a token is stored, where Kaggle's own client looks too: `~/.kaggle/access_token`, as an absolute path. */
export function tokenFile(options: CredentialsOptions = {}): string {
  check('tokenFile', options, credentialsRules)
  const { env = process.env, home } = options
  return tokenFiles(homeOf(env, home))[0]!
}

/**
 * Stores a token for this user alone (mode 0600, its folder 0700 if it is new) and returns the file. It may be given as people paste it: in quotes, as
 * `KAGGLE_API_TOKEN=…`, or as all of a kaggle.json, which becomes `kaggle.json` where it holds a user's name with an old-style key. Does not ask Kaggle whether it
 * is good. Throws `CredentialsError` for what is no token, `FileError` where it cannot be written.
 */
export async function saveToken(token: string, options: CredentialsOptions = {}): Promise<string> {
  check('saveToken', options, credentialsRules)
  const found = pasted(token)
  requireToken('token' in found ? found.token : found.key, 'the token')
  const { env = process.env, home } = options
  const file = 'token' in found ? tokenFile(options) : join(await configFolder(env, homeOf(env, home)), 'kaggle.json')
  const folder = dirname(file)
  await makeFolder(folder, { mode: 0o700 }).catch((cause: unknown) => {
    throw fileErrorFrom(cause, { file: folder, action: 'created' })
  })
  await writeFileAtomic(file, `${'token' in found ? found.token : JSON.stringify(found)}\n`, { mode: 0o600 })
  return file
}

/** What `removeToken` did. */
export interface Removed {
  /** Files that were removed, with `~` for the home. */
  removed: string[]
  /** The source that still signs this user in, such as `KAGGLE_API_TOKEN`; undefined if none does. */
  remaining: string | undefined
}

/** Removes the stored token. Other sources (variables, `kaggle.json`) are left alone, and the first of them is named. */
export async function removeToken(options: CredentialsOptions = {}): Promise<Removed> {
  check('removeToken', options, credentialsRules)
  const home = homeOf(options.env ?? process.env, options.home)
  const removed: string[] = []
  for (const file of tokenFiles(home)) {
    const isGone = await rm(file).then(
      () => true,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return false
        throw fileErrorFrom(cause, { file, action: 'removed' })
      },
    )
    if (isGone) removed.push(tilde(file, home))
  }
  return { removed, remaining: await remainingSource(options) }
}

async function remainingSource(options: CredentialsOptions): Promise<string | undefined> {
  try {
    return (await findCredentials(options)).source
  } catch (error) {
    if (error instanceof NotSignedInError) return undefined
    if (error instanceof CredentialsError) return error.source
    throw error
  }
}
