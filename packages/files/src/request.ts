import { rangeHeaders } from './answer.ts'
import { FileError } from './error.ts'
import { networkProblem } from './network.ts'
import type { Part } from './part.ts'
import { readAhead } from './readahead.ts'
import { TransientError } from './retry.ts'
import type { DownloadOptions } from './types.ts'

/** What came for a request. */
export interface Answer {
  response: Response
  body: AsyncIterable<Uint8Array>
  /** Tells that so many bytes have come, and puts off with them the moment at which the connection counts as lost. */
  arrived: (bytes: number) => void
}

type RequestOptions = DownloadOptions & { name: string }

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** One request for a part, or for the rest of it, and what is done with the answer. */
export async function requesting(
  url: string,
  part: Part,
  options: RequestOptions,
  use: (answer: Answer) => Promise<void>,
): Promise<void> {
  const { name, stallTimeout = 60_000, minSpeed = 16, signal } = options
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), stallTimeout)
  const enough = (minSpeed * stallTimeout) / 1000
  let since = 0
  const arrived = (bytes: number) => {
    since += bytes
    if (since < enough) return
    since = 0
    timer.refresh()
  }
  try {
    const signals = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])])
    const response = await followed(url, { headers: { ...options.headers, ...rangeHeaders(part) }, signals }, options)
    const body = response.body && response.status !== 416 ? readAhead(response.body) : nothing()
    await use({ response, body, arrived })
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof FileError) throw error
    const problem = ended.signal.aborted
      ? { reason: 'the connection stands still', transient: true }
      : networkProblem(error)
    if (!problem) throw error
    if (problem.transient) throw new TransientError(problem.reason, { cause: error })
    const about = { params: { reason: problem.reason, kept: part.have }, file: name }
    const sentence = `cannot be downloaded: ${problem.reason}`
    throw new FileError({ code: 'FILES_DOWNLOAD_FAILED', ...about, problem: sentence }, { cause: error })
  } finally {
    clearTimeout(timer)
    // Whatever is left of an answer that is not wanted.
    ended.abort()
  }
}

interface Sent {
  headers: Record<string, string>
  signals: AbortSignal
}

/** The answer behind all redirects. What may be a secret is not sent to another server than the first. */
async function followed(
  url: string,
  { headers, signals }: Sent,
  { fetch = globalThis.fetch, maxRedirects = 10, name }: RequestOptions,
): Promise<Response> {
  for (let [at, redirects] = [url, 0]; ; redirects++) {
    const isSame = URL.canParse(at) && new URL(at).origin === new URL(url).origin
    const sent = isSame || redirects === 0 ? headers : withoutSecrets(headers)
    const response = await fetch(at, { headers: sent, redirect: 'manual', signal: signals })
    const next = response.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(response.status) || next === null) return response
    await response.body?.cancel()
    if (redirects >= maxRedirects)
      throw limited(name, { option: 'maxRedirects', limit: maxRedirects }, `leads on more than ${maxRedirects} times`)
    at = addressOf(next, at, name)
  }
}

function addressOf(location: string, from: string, file: string): string {
  const url = URL.canParse(location, from) ? new URL(location, from) : undefined
  if (url && /^https?:$/.test(url.protocol)) return url.href
  const problem = 'cannot be downloaded: the server leads on to what is no address of the web'
  throw new FileError({
    code: 'FILES_DOWNLOAD_REFUSED',
    params: { status: 302 },
    file,
    problem,
    advice: 'Check the address.',
  })
}

const withoutSecrets = (headers: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(authorization|cookie|proxy-authorization)$/i.test(name)),
  )

/** The error about a limit that a server exceeds. */
export function limited(
  file: string,
  params: { option: keyof DownloadOptions; limit: number; found?: number },
  what: string,
): FileError {
  const advice = `If it is right so, raise ${params.option}.`
  return new FileError({ code: 'FILES_LIMIT', params, file, problem: `cannot be downloaded: it ${what}`, advice })
}
