import { CredentialsError, NotSignedInError } from './errors.ts'
import { check, credentialsRules } from './options.ts'
import {
  credentialsIn,
  type Found,
  oauthSource,
  passwordSource,
  tokenFileSource,
  tokenVariableSource,
} from './sources.ts'
import type { Credentials, CredentialsOptions } from './types.ts'

/**
 * The credentials that Kaggle's own client would use, in its order: `KAGGLE_API_TOKEN` (a token or the path of a file with one),
 * `~/.kaggle/access_token`, `KAGGLE_USERNAME` with `KAGGLE_KEY`, `kaggle.json`, `~/.kaggle/credentials.json`. A token that was pasted into
 * kaggle.json as its key is sent as the token it is. Asks nobody whether they are good. Throws `NotSignedInError` if there are none,
 * `CredentialsError` if the first that is there cannot be used.
 */
export async function findCredentials(options: CredentialsOptions = {}): Promise<Credentials> {
  check('findCredentials', options, credentialsRules)
  return findIn(options)
}

/** The same where the options have been looked at, perhaps with others. */
export async function findIn(options: CredentialsOptions): Promise<Credentials> {
  const sources = [tokenVariableSource, tokenFileSource, passwordSource, oauthSource]
  const found: Found[] = []
  const lookedIn: string[] = []
  const warnings: string[] = []
  for (const source of sources) {
    try {
      const { looked, all } = await source(options)
      lookedIn.push(...looked)
      found.push(...all)
    } catch (error) {
      if (!(error instanceof CredentialsError) || found.length === 0) throw error
      warnings.push(`${error.message} It is not used.`)
    }
  }
  const first = found[0]
  if (!first) throw new NotSignedInError(lookedIn)
  const unused = found.slice(1).map(({ source }) => source)
  return { ...first, unused, warnings: [...first.warnings, ...warnings] }
}

/**
 * Credentials of a token at hand, such as one just typed in or pasted: quotes around it, `KAGGLE_API_TOKEN=` before it and all of a kaggle.json are taken too;
 * `source` is its name in errors. Throws `CredentialsError` if it holds what no token does.
 */
export function tokenCredentials(token: string, source = 'the token'): Credentials {
  return { ...credentialsIn(token, source), unused: [] }
}
