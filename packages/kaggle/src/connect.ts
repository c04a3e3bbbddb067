import type { Kaggle, KaggleOptions, User } from './client.ts'
import { getCompetition, listFiles, slugOf } from './competitions.ts'
import { findCredentials } from './credentials.ts'
import { downloadAll, downloadOne } from './download.ts'
import { text } from './fields.ts'
import { type CallOptions, createService, rejected, type Service } from './service.ts'
import { findPlace, getLimits, getSubmission, listSubmissions, waitForScore } from './submissions.ts'
import { submit } from './submit.ts'

/**
 * Signs in to Kaggle with the credentials that its own client would use. Makes no request yet: `whoAmI` does. Throws `NotSignedInError`,
 * `CredentialsError` if the first source of credentials cannot be used, `KaggleError` for a base URL or a proxy that is none.
 */
export async function connect(options: KaggleOptions = {}): Promise<Kaggle> {
  const credentials = options.credentials ?? (await findCredentials(options))
  const service = createService(credentials, options)
  for (const warning of [...credentials.warnings, ...warningsAbout(service)]) options.onWarning?.(warning)
  return {
    credentials,
    baseUrl: service.baseUrl,
    whoAmI: (how) => whoAmI(service, how),
    competition: (slug, how) => getCompetition(service, slugOf(slug), how),
    files: (slug, how) => listFiles(service, slugOf(slug), how),
    download: (slug, how = {}) =>
      how.file === undefined
        ? downloadAll(service, slugOf(slug), how)
        : downloadOne(service, slugOf(slug), how.file, how),
    limits: (slug, how) => getLimits(service, slugOf(slug), how),
    submit: (slug, file, how) => submit(service, slugOf(slug), file, how),
    submissions: (slug, how) => listSubmissions(service, slugOf(slug), how),
    submission: (ref, how) => getSubmission(service, ref, how),
    waitForScore: (ref, how) => waitForScore(service, ref, how),
    place: (slug, teamName, how) => findPlace(service, slugOf(slug), teamName, how),
  }
}

/** Whose a token is, Kaggle says; whose a key is, is known, and a list that anyone may see tells whether it is accepted. */
async function whoAmI(service: Service, { signal }: CallOptions = {}): Promise<User> {
  const { scheme, username = '' } = service.credentials
  if (scheme === 'basic') {
    await service.call('ListCompetitions', { page: 1 }, { signal })
    return { username }
  }
  const token = (await service.authorization()).replace(/^Bearer /, '')
  const { fields } = await service.callAny('security.OAuthService/IntrospectToken', { token }, { signal })
  if (fields.active !== true) throw rejected(service)
  return { username: text(fields.username) || username }
}

function warningsAbout({ baseUrl }: Service): string[] {
  const { protocol, hostname } = new URL(baseUrl)
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
  if (protocol === 'https:' || isHere) return []
  return [`The token goes unencrypted to ${baseUrl}: use an address that begins with https.`]
}
