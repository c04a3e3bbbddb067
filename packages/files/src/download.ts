import { lstat } from 'node:fs/promises'
import { basename } from 'node:path'
import { acceptAnswer, isExpired, isPlain, rangeHeaders } from './answer.ts'
import { formatSize } from './bytes.ts'
import { type Checksum, checksumOf } from './checksum.ts'
import { FileError } from './error.ts'
import { networkProblem } from './network.ts'
import { check, downloadRules } from './options.ts'
import { openPart, type Part, partOf, placePart, removePart } from './part.ts'
import { readAhead } from './readahead.ts'
import { codeOf } from './reason.ts'
import { retried, TransientError } from './retry.ts'
import type { DownloadOptions } from './types.ts'

/** Where a file comes from: an address, or what gives a fresh one where addresses expire. */
export type DownloadSource = string | URL | (() => Promise<string | URL>)

/** What was downloaded. */
export interface Downloaded {
  path: string
  bytes: number
  /** Bytes of an earlier run that were kept. */
  resumedFrom: number
}

/**
 * Downloads a file whole or not at all. Bytes go to `PATH.part`; when the connection is cut, or a later call finds one, it continues with
 * one ranged request as long as the server's ETag is the same, and begins again otherwise. Size and checksum are verified before the file
 * appears in its place. Throws a FileError that says what failed and what is kept (also for a full disk or a read-only folder), the
 * signal's reason, and what the source throws.
 */
export async function download(
  source: DownloadSource,
  path: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  check('download', options, downloadRules)
  options.signal?.throwIfAborted()
  if (!options.overwrite) await requireFree(path)
  const result = await verified(source, path, options)
  const put = () => placePart(path)
  try {
    await (options.place ? options.place(partOf(path), put) : put())
  } catch (error) {
    if (isAboutContent(error)) await removePart(path)
    throw error
  }
  await removePart(path)
  return result
}

/** Not about the disk, nor about a file in the way: downloading the same bytes again would be needed, keeping them would not help. */
function isAboutContent(error: unknown): boolean {
  return error instanceof FileError && !error.exists && codeOf(error.cause) === undefined
}

async function requireFree(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined)
  if (!stats) return
  const problem = stats.isDirectory() ? 'is there already, and is a folder' : 'is there already'
  const advice = 'Pass overwrite: true to replace it, or choose another folder.'
  throw new FileError({ code: 'FILES_EXISTS', params: { path }, file: path, problem, advice, exists: true })
}

/** Everything in the part, and that right. Where kept bytes make it wrong, it is downloaded anew, once. */
async function verified(source: DownloadSource, path: string, options: DownloadOptions): Promise<Downloaded> {
  const { bytes, resumedFrom, checksum } = await transferred(source, path, options)
  const problem = await mismatch(partOf(path), bytes, checksum, options)
  if (!problem) return { path, bytes, resumedFrom }
  await removePart(path)
  if (resumedFrom > 0) return verified(source, path, options)
  const advice = 'Nothing of it was kept. Download it again.'
  throw new FileError({ code: 'FILES_DOWNLOAD_WRONG', file: nameOf(path, options), problem, advice })
}

async function mismatch(
  part: string,
  bytes: number,
  checksum: Checksum | undefined,
  { size, signal }: DownloadOptions,
): Promise<string | undefined> {
  if (size !== undefined && size !== bytes) return `has ${bytes} bytes, expected ${size}`
  if (!checksum) return undefined
  const { found, expected } = await checksumOf(part, checksum, signal)
  return found === expected ? undefined : `its ${checksum.algorithm.toUpperCase()} is ${found}, expected ${expected}`
}

interface Transferred {
  bytes: number
  resumedFrom: number
  checksum: Checksum | undefined
}

async function transferred(source: DownloadSource, path: string, options: DownloadOptions): Promise<Transferred> {
  const part = await openPart(path)
  const found = part.have
  const name = nameOf(path, options)
  let renewals = typeof source === 'function' ? 2 : 0
  let checksum: Checksum | undefined
  let keeps = true
  const once = async () => {
    const url = String(typeof source === 'function' ? await source() : source)
    await requesting(url, part, { ...options, name }, async ({ response, body, alive }) => {
      if (isExpired(response.status) && renewals-- > 0)
        throw new TransientError('the address has expired', { after: 0, progressed: true })
      checksum = checksumFor(response.headers, options)
      const { start, total } = await acceptAnswer(response, part, { name, checksum })
      checksum ??= part.record?.checksum
      keeps &&= start >= found
      await receive({ response, body, alive }, part, total, options)
    })
  }
  try {
    await retried(once, options)
    await part.flush()
  } catch (error) {
    // Without a record, or a byte, there is nothing to continue.
    if (part.have === 0 || !part.record) await removePart(path).catch(() => {})
    throw error instanceof TransientError ? failure(error, part, name) : error
  } finally {
    await part.close()
  }
  return { bytes: part.have, resumedFrom: keeps ? found : 0, checksum }
}

function checksumFor(headers: Headers, { checksum }: DownloadOptions): Checksum | undefined {
  if (typeof checksum !== 'function') return checksum
  return isPlain(headers) ? checksum(headers) : undefined
}

interface Answer {
  response: Response
  body: AsyncIterable<Uint8Array>
  /** Puts off the moment at which the connection counts as lost. */
  alive: () => void
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** One request. */
async function requesting(
  url: string,
  part: Part,
  { name, fetch = globalThis.fetch, headers, stallTimeout = 60_000, signal }: DownloadOptions & { name: string },
  use: (answer: Answer) => Promise<void>,
): Promise<void> {
  const ended = new AbortController()
  const stalled = () => ended.abort()
  const timer = setTimeout(stalled, stallTimeout)
  const before = part.have
  try {
    const signals = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])])
    const response = await fetch(url, { headers: { ...headers, ...rangeHeaders(part) }, signal: signals })
    const body = response.body ? readAhead(response.body) : nothing()
    await use({ response, body, alive: () => timer.refresh() })
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof FileError) throw error
    const problem = ended.signal.aborted
      ? { reason: 'the connection stands still', transient: true }
      : networkProblem(error)
    if (!problem) throw error
    const progressed = part.have > before
    if (problem.transient) throw new TransientError(problem.reason, { progressed, cause: error })
    const about = { params: { reason: problem.reason, kept: part.have }, file: name }
    const sentence = `cannot be downloaded: ${problem.reason}`
    throw new FileError({ code: 'FILES_DOWNLOAD_FAILED', ...about, problem: sentence }, { cause: error })
  } finally {
    clearTimeout(timer)
    // Whatever is left of an answer that is not wanted.
    ended.abort()
  }
}

async function receive(
  { response, body, alive }: Answer,
  part: Part,
  total: number | undefined,
  { onProgress }: DownloadOptions,
): Promise<void> {
  const before = part.have
  const report = () => onProgress?.({ bytes: part.have, totalBytes: total })
  report()
  // The body of a 416 is a text about it.
  for await (const chunk of response.status === 416 ? nothing() : body) {
    alive()
    await part.append(chunk)
    report()
  }
  if (total === undefined || part.have === total) return
  const reason = `the server sent ${part.have} of ${total} bytes`
  if (part.have < total) throw new TransientError(reason, { progressed: part.have > before })
  await part.restart(undefined)
  throw new TransientError(reason)
}

function failure(error: TransientError, part: Part, file: string): FileError {
  const seconds = error.after && Math.ceil(error.after / 1000)
  const when = seconds ? `Try again in ${seconds} s` : 'Try again'
  const advice =
    part.have > 0 && part.record
      ? `${when}: it continues behind the ${formatSize(part.have)} that are kept.`
      : `${when}.`
  const params = { reason: error.message, kept: part.have }
  const problem = `cannot be downloaded: ${error.message}`
  return new FileError({ code: 'FILES_DOWNLOAD_FAILED', params, file, problem, advice }, { cause: error })
}

const nameOf = (path: string, { name }: DownloadOptions) => name ?? basename(path)
