import { networkProblem, type RetryOptions, retryAfter, TransientError, withRetries } from '@pixelrow/files'
import { textWithin, usualAnswer } from './answer.ts'
import { CredentialsError, KaggleError, ServiceError, tokenPage, UnreachableError } from './errors.ts'
import { type Fields, number, oneLine, sentence, text } from './fields.ts'
import { environmentFetch } from './proxy.ts'
import type { Credentials, Fetch, KaggleOptions } from './types.ts'

/** An answer that is a success. */
export interface Answer {
  fields: Fields
  /** Characters that it had. */
  length: number
  /** Kaggle's clock. */
  now: Date
  /** Where a redirect leads. */
  location?: string
}

/** How one call is made. */
export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Whether to make the call again after a failure that may pass. Default: always. */
  repeat?: (failure: ServiceError | LostAnswer) => Promise<boolean>
}

/** Kaggle's remote calls, signed, with retries. */
export interface Service {
  credentials: Credentials
  baseUrl: string
  /** For storage too, where nothing is signed. */
  fetch: Fetch
  options: KaggleOptions
  /** Calls a method of the competitions' service. Throws `CredentialsError`, `UnreachableError`, `ServiceError`. */
  call(method: string, body: Fields, options?: CallOptions): Promise<Answer>
  /** The same for any service, such as `security.OAuthService/IntrospectToken`. */
  callAny(path: string, body: Fields, options?: CallOptions): Promise<Answer>
  authorization(renew?: boolean): Promise<string>
}

/** An answer that did not come: `unsent` if the request cannot have arrived either. */
export class LostAnswer extends UnreachableError {
  readonly unsent: boolean

  constructor(reason: string, { unsent, cause }: { unsent: boolean; cause: unknown }) {
    super(`Could not reach Kaggle: ${reason}.`, { cause })
    this.unsent = unsent
  }
}

/** Calls over HTTP as Kaggle's own client makes them. */
export function createService(credentials: Credentials, options: KaggleOptions): Service {
  const env = options.env ?? process.env
  const baseUrl = baseUrlOf(options.baseUrl ?? (env.KAGGLE_API_ENDPOINT || 'https://api.kaggle.com/v1'))
  const service: Service = {
    credentials,
    baseUrl,
    fetch: options.fetch ?? environmentFetch(env),
    options,
    authorization: (renew) => credentials.authorization((refreshToken) => exchange(service, refreshToken), renew),
    call: (method, body, how) => service.callAny(`competitions.CompetitionApiService/${method}`, body, how),
    callAny: (path, body, how = {}) => retried(service, how, () => signed(service, path, body, how)),
  }
  return service
}

function baseUrlOf(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '')
  throw new KaggleError(
    `The base URL of Kaggle: expected one such as https://api.kaggle.com/v1, found ${JSON.stringify(url)}. See KAGGLE_API_ENDPOINT.`,
    { code: 'KAGGLE_VARIABLE_INVALID', params: { variable: 'KAGGLE_API_ENDPOINT', expected: 'an address' } },
  )
}

/** How often and how patiently this service's calls are tried. */
export function patienceOf({ options }: Service, signal: AbortSignal | undefined): RetryOptions {
  const { tries, firstDelay, longestDelay, onRetry } = options
  return {
    ...(tries !== undefined && { tries }),
    ...(firstDelay !== undefined && { firstDelay }),
    ...(longestDelay !== undefined && { longestDelay }),
    onRetry,
    signal,
  }
}

async function retried(service: Service, how: CallOptions, work: () => Promise<Answer>): Promise<Answer> {
  const once = () =>
    work().catch(async (error: unknown) => {
      if (!(error instanceof TransientError) || !how.repeat) throw error
      throw (await how.repeat(error.cause as ServiceError | LostAnswer)) ? error : error.cause
    })
  try {
    return await withRetries(once, patienceOf(service, how.signal))
  } catch (error) {
    if (!(error instanceof TransientError)) throw error
    const { cause, after } = error
    if (!(cause instanceof ServiceError) || !after) throw cause
    const message = `${cause.message} It asks to wait ${formatDuration(after)}: try again then.`
    throw new ServiceError(message, cause)
  }
}

/** With a browser's login, an access token that is rejected is traded for a new one, once. */
async function signed(service: Service, path: string, body: Fields, how: CallOptions): Promise<Answer> {
  const authorization = await service.authorization()
  try {
    return await post(service, path, body, { ...how, authorization })
  } catch (error) {
    if (!(error instanceof ServiceError && error.status === 401)) throw error
    const renewed = await service.authorization(true)
    if (renewed === authorization) throw rejected(service)
    return post(service, path, body, { ...how, authorization: renewed }).catch((again: unknown) => {
      throw again instanceof ServiceError && again.status === 401 ? rejected(service) : again
    })
  }
}

/** The error about credentials that Kaggle does not take. */
export function rejected({ credentials: { source, scheme, unused } }: Service): CredentialsError {
  const what = scheme === 'bearer' ? 'token' : 'user name and key'
  const others = unused.length ? ` Also found, and not used: ${unused.join(', ')}.` : ''
  return new CredentialsError(
    `Kaggle rejected the ${what} from ${source} (401). Make a new token at ${tokenPage}.${others}`,
    source,
  )
}

/** Not signed: the refresh token in the body is the credential. */
async function exchange(service: Service, refreshToken: string): Promise<{ token: string; expiresIn: number }> {
  const body = { refreshToken, apiVersion: 'API_VERSION_V1', expirationDuration: '43200s' }
  const { fields } = await post(service, 'users.AccountService/GenerateAccessToken', body, {}).catch(
    (error: unknown) => {
      throw error instanceof ServiceError && error.status < 500 ? rejected(service) : error
    },
  )
  return { token: text(fields.token), expiresIn: number(fields.expiresIn) ?? 0 }
}

async function post(
  service: Service,
  path: string,
  body: Fields,
  { authorization, signal }: CallOptions & { authorization?: string },
): Promise<Answer> {
  const { stallTimeout = 60_000, maxAnswer = usualAnswer } = service.options
  const timeout = AbortSignal.timeout(stallTimeout)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'pixelrow-kaggle',
    ...(authorization && { authorization }),
  }
  try {
    const response = await service.fetch(`${service.baseUrl}/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      // Followed by hand: a signed address must be in no message, and get no authorization.
      redirect: 'manual',
      signal: AbortSignal.any([timeout, ...(signal ? [signal] : [])]),
    })
    return judged(response, await textWithin(response, maxAnswer), path, [authorization, ...Object.values(body)])
  } catch (error) {
    signal?.throwIfAborted()
    throw timeout.aborted ? lost('no answer in time', { unsent: false, cause: error }) : networkError(error)
  }
}

function networkError(error: unknown): unknown {
  const problem = networkProblem(error)
  if (!problem) return error
  const details = { unsent: problem.unsent, cause: error }
  return problem.transient ? lost(problem.reason, details) : new LostAnswer(problem.reason, details)
}

function lost(reason: string, details: { unsent: boolean; cause: unknown }): TransientError {
  const cause = new LostAnswer(reason, details)
  return new TransientError(cause.message.replace(/\.$/, ''), { cause })
}

function judged({ status, headers }: Response, body: string, path: string, secrets: unknown[]): Answer {
  const now = new Date(headers.get('date') ?? Number.NaN)
  const clock = Number.isNaN(now.getTime()) ? new Date() : now
  const location = headers.get('location')
  if (status >= 300 && status < 400 && location) return { fields: {}, length: 0, now: clock, location }
  const fields = parsed(body)
  if (status >= 200 && status < 300 && fields) return { fields, length: body.length, now: clock }
  const reason =
    status < 300 ? 'no JSON: is a proxy or the login page of a network in between?' : reasonOf(fields, secrets)
  const method = path.slice(path.indexOf('/') + 1)
  const error = new ServiceError(sentence(`Kaggle answered ${status} to ${method}${reason && `: ${reason}`}`), {
    status,
    reason,
  })
  if (status !== 408 && status !== 429 && status < 500) throw error
  const summary = status === 429 ? 'too many requests' : reason
  throw new TransientError(`Kaggle answered ${status}${summary && ` (${summary})`}`, {
    after: retryAfter(headers),
    cause: error,
  })
}

function parsed(body: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

/** Kaggle's sentence, nested on api.kaggle.com and flat on www.kaggle.com/api; empty where there is none. Echoed secrets are cut out. */
function reasonOf(fields: Fields | undefined, secrets: unknown[]): string {
  const nested = typeof fields?.error === 'object' ? (fields.error as Fields | null) : undefined
  let reason = oneLine(nested?.message ?? fields?.message)
  for (const secret of secrets) {
    const bare = text(secret).replace(/^(Bearer|Basic) /, '')
    if (bare.length >= 16) reason = reason.replaceAll(bare, '…')
  }
  return reason
}

/** `40 s`, `12 min`, `3.2 h`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
