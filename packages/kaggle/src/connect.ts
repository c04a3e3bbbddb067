import type { Kaggle, User } from './client.ts'
import { getCompetition, listFiles, slugOf } from './competitions.ts'
import { findIn } from './credentials.ts'
import { datasetOf, listDatasetFiles } from './datasets.ts'
import { download } from './download.ts'
import { text } from './fields.ts'
import { callRules, check, downloadRules, kaggleRules, listRules, submitRules, waitRules } from './options.ts'
import { competitionOrigin, datasetOrigin } from './origin.ts'
import { type CallOptions, createService, rejected, type Service } from './service.ts'
import { findPlace, getLimits, getSubmission, listSubmissions, waitForScore } from './submissions.ts'
import { submit } from './submit.ts'
import type { KaggleOptions } from './types.ts'

/**
 * Signs in to Kaggle with the credentials that its own client would use. Makes no request yet: `whoAmI` does. Throws `NotSignedInError`,
 * `CredentialsError` if the first source of credentials cannot be used, `KaggleError` for a base URL or a proxy that is none.
 */
export async function connect(options: KaggleOptions = {}): Promise<Kaggle> {
  check('connect', options, kaggleRules)
  const credentials = options.credentials ?? (await findIn(options))
  const service = createService(credentials, options)
  for (const warning of [...credentials.warnings, ...warningsAbout(service)]) options.onWarning?.(warning)
  return { credentials, baseUrl: service.baseUrl, ...calls(service) }
}

/** The methods, each with its options checked. */
function calls(service: Service): Omit<Kaggle, 'credentials' | 'baseUrl'> {
  return {
    async whoAmI(how) {
      check('whoAmI', how, callRules)
      return whoAmI(service, how)
    },
    async competition(slug, how) {
      check('competition', how, callRules)
      return getCompetition(service, slugOf(slug), how)
    },
    async files(slug, how) {
      check('files', how, callRules)
      return listFiles(service, slugOf(slug), how)
    },
    async download(slug, how = {}) {
      check('download', how, downloadRules)
      return download(service, competitionOrigin(service, slugOf(slug)), how)
    },
    async datasetFiles(name, how) {
      check('datasetFiles', how, callRules)
      return listDatasetFiles(service, datasetOf(name), how)
    },
    async downloadDataset(name, how = {}) {
      check('downloadDataset', how, downloadRules)
      return download(service, datasetOrigin(service, datasetOf(name)), how)
    },
    async limits(slug, how) {
      check('limits', how, callRules)
      return getLimits(service, slugOf(slug), how)
    },
    async submit(slug, file, how) {
      check('submit', how, submitRules)
      return submit(service, slugOf(slug), file, how)
    },
    async submissions(slug, how) {
      check('submissions', how, listRules)
      return listSubmissions(service, slugOf(slug), how)
    },
    async submission(ref, how) {
      check('submission', how, callRules)
      return getSubmission(service, ref, how)
    },
    async waitForScore(ref, how) {
      check('waitForScore', how, waitRules)
      return waitForScore(service, ref, how)
    },
    async place(slug, teamName, how) {
      check('place', how, callRules)
      return findPlace(service, slugOf(slug), teamName, how)
    },
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
