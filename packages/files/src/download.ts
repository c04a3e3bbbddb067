import { lstat } from 'node:fs/promises'
import { basename } from 'node:path'
import { acceptAnswer, isExpired, isPlain } from './answer.ts'
import { formatSize } from './bytes.ts'
import { type Checksum, checksumOf } from './checksum.ts'
import { FileError } from './error.ts'
import { check, downloadRules } from './options.ts'
import { openPart, type Part, partOf, placePart, removePart } from './part.ts'
import { codeOf } from './reason.ts'
import { type Answer, limited, requesting } from './request.ts'
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

/** Not about the disk, nor about a file or somebody in the way: downloading the same bytes again would be needed, keeping them would not help. */
function isAboutContent(error: unknown): boolean {
  if (!(error instanceof FileError) || error.exists || codeOf(error.cause) !== undefined) return false
  return !/^FILES_(SYSTEM|IN_THE_WAY|READ_ONLY|LOCKED|CLAIM_LOST|FOREIGN|SWAP_UNFINISHED)$/.test(error.code)
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
  let best = found
  const tried = async () => {
    const url = String(typeof source === 'function' ? await source() : source)
    await requesting(url, part, { ...options, name }, async (answer) => {
      const { response } = answer
      if (isExpired(response.status) && renewals-- > 0)
        throw new TransientError('the address has expired', { after: 0, progressed: true })
      checksum = checksumFor(response.headers, options)
      const { start, total } = await acceptAnswer(response, part, { name, checksum })
      checksum ??= part.record?.checksum
      keeps &&= start >= found
      await receive(answer, part, total, { ...options, name })
    })
  }
  const once = () =>
    tried().catch((error: unknown) => {
      if (!(error instanceof TransientError)) throw error
      const progressed = error.progressed || isProgress(part, best, options)
      best = Math.max(best, part.have)
      throw new TransientError(error.message, { after: error.after, progressed, cause: error.cause })
    })
  try {
    await retried(once, options)
    await part.flush()
  } catch (error) {
    // Without a record, or a byte, there is nothing to continue; and no use in it where a limit is in the way.
    const isLimited = error instanceof FileError && error.code === 'FILES_LIMIT'
    if (part.have === 0 || !part.record || isLimited) await removePart(path).catch(() => {})
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

/** Takes what comes, as far as a limit allows. */
async function receive(
  { response, body, arrived }: Answer,
  part: Part,
  total: number | undefined,
  options: DownloadOptions & { name: string },
): Promise<void> {
  const { onProgress } = options
  const most = limitsOf(response.headers, options)
  const report = () => onProgress?.({ bytes: part.have, totalBytes: total })
  requireWithin(total ?? 0, most, options)
  report()
  for await (const chunk of body) {
    arrived(chunk.length)
    requireWithin(part.have + chunk.length, most, options)
    await part.append(chunk)
    report()
    if (total !== undefined && part.have > total) break
  }
  if (total === undefined || part.have === total) return
  const reason = `the server sent ${part.have} of ${total} bytes`
  if (part.have > total) await part.restart(undefined)
  throw new TransientError(reason)
}

/** What a file may have at most, and by which option. */
interface Most {
  bytes: number
  option: 'maxBytes' | 'maxRatio'
  limit: number
}

/** Of an answer that is packed on the way it counts what it unpacks to, too. */
function limitsOf(headers: Headers, { maxBytes = 2 ** 40, maxRatio = 200 }: DownloadOptions): Most {
  const packed = isPlain(headers) ? Number.NaN : Number(headers.get('content-length') ?? Number.NaN)
  const unpacked = Math.max(2 ** 24, packed * maxRatio)
  return unpacked < maxBytes
    ? { bytes: unpacked, option: 'maxRatio', limit: maxRatio }
    : { bytes: maxBytes, option: 'maxBytes', limit: maxBytes }
}

function requireWithin(bytes: number, { bytes: most, option, limit }: Most, { name }: { name: string }): void {
  if (bytes <= most) return
  const what =
    option === 'maxBytes' ? `has more than ${formatSize(limit)}` : `unpacks to more than ${limit} times its size`
  throw limited(name, { option, limit, found: bytes }, what)
}

/**
 * Whether a try has brought the file on, past all tries before: by `minProgress` bytes, or a hundredth of what was missing. A server that sends a few bytes for each
 * request, or the same ones again and again, would else never come to an end.
 */
function isProgress({ have, record }: Part, best: number, { minProgress = 2 ** 16 }: DownloadOptions): boolean {
  const missing = record?.size === undefined ? Number.POSITIVE_INFINITY : record.size - best
  return have > best && have - best >= Math.min(minProgress, missing / 100)
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
