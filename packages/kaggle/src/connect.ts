import type { Kaggle, KaggleOptions } from './client.ts'
import { findCredentials } from './credentials.ts'

/**
 * Signs in to Kaggle with the credentials that its own client would use. Makes no request yet: `whoAmI` does. Throws `NotSignedInError`,
 * or `CredentialsError` if the first source of credentials cannot be used.
 */
export async function connect(options: KaggleOptions = {}): Promise<Kaggle> {
  const credentials = options.credentials ?? (await findCredentials(options))
  throw new Error(`not there yet: ${credentials.source}`)
}
