import { networkProblem, retryAfter, TransientError, withRetries } from '@pixelrow/files'
import { textWithin, usualAnswer } from './answer.ts'
import { ServiceError, UnreachableError } from './errors.ts'
import { patienceOf, type Service } from './service.ts'
import type { TransferProgress } from './types.ts'

/** Bytes that a try must bring to count as progress, unless a hundredth of what is missing is less. */
const minProgress = 2 ** 16

/** What is uploaded. */
export interface Upload {
  name: string
  bytes: Uint8Array
  signal?: AbortSignal | undefined
  onProgress?: ((progress: TransferProgress) => void) | undefined
}

/** Storage no longer knows the upload, so that it begins again with a new address. */
export class SessionGone extends Error {
  override readonly name = 'SessionGone'
}

/**
 * Puts bytes to a signed address, a resumable upload of Google's storage: after a cut it asks how much arrived and sends the rest.
 * Throws `SessionGone`, `UnreachableError`, `ServiceError`.
 */
export async function putBytes(service: Service, url: string, upload: Upload): Promise<void> {
  let [isFirst, best] = [true, 0]
  const attempt = async () => {
    const start = isFirst ? 0 : await arrived(service, url, upload)
    isFirst = false
    if (start >= upload.bytes.length) return
    const have = await put(service, url, upload, start)
    // Progress is what no try before has brought, and not a byte at a time.
    const progressed = have - best >= Math.min(minProgress, (upload.bytes.length - best) / 100)
    best = Math.max(best, have)
    if (have < upload.bytes.length)
      throw transient(`storage has ${have} of ${upload.bytes.length} bytes`, { progressed })
  }
  try {
    await withRetries(attempt, patienceOf(service, upload.signal))
  } catch (error) {
    throw error instanceof TransientError ? error.cause : error
  }
}

/** How many bytes storage has; all, once it has said that the upload is complete. */
async function arrived(service: Service, url: string, upload: Upload): Promise<number> {
  const total = upload.bytes.length
  return request(service, url, upload, { headers: { 'content-range': `bytes */${total}` }, body: null })
}

/** Sends the bytes from `start` on; returns how many storage has then. */
async function put(service: Service, url: string, upload: Upload, start: number): Promise<number> {
  const { bytes } = upload
  const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`
  const headers = {
    'content-length': String(bytes.length - start),
    ...(start > 0 && { 'content-range': range }),
  }
  return request(service, url, upload, { headers, body: start })
}

interface Put {
  headers: Record<string, string>
  /** From where on bytes are sent; null for none. */
  body: number | null
}

/** One PUT; returns how many bytes storage has after it. */
async function request(service: Service, url: string, upload: Upload, { headers, body }: Put): Promise<number> {
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), service.options.stallTimeout ?? 60_000)
  try {
    const signal = AbortSignal.any([ended.signal, ...(upload.signal ? [upload.signal] : [])])
    const stream = body === null ? null : parts(upload, body, () => timer.refresh())
    const init = { method: 'PUT', headers, body: stream, duplex: 'half', redirect: 'manual', signal }
    const response = await service.fetch(url, init as RequestInit)
    await textWithin(response, service.options.maxAnswer ?? usualAnswer)
    return kept(response, upload.bytes.length)
  } catch (error) {
    upload.signal?.throwIfAborted()
    if (ended.signal.aborted) throw transient('the upload stands still', { cause: error })
    const problem = networkProblem(error)
    if (!problem) throw error
    if (problem.transient) throw transient(problem.reason, { cause: error })
    throw unreachable(problem.reason, error)
  } finally {
    clearTimeout(timer)
  }
}

const partSize = 1 << 16

/** A part is asked for when the one before has gone, and so tells of progress. */
function parts({ name, bytes, onProgress }: Upload, start: number, alive: () => void): ReadableStream<Uint8Array> {
  let at = start
  return new ReadableStream(
    {
      pull(controller) {
        alive()
        onProgress?.({ name, bytes: at, totalBytes: bytes.length })
        if (at >= bytes.length) return controller.close()
        controller.enqueue(bytes.subarray(at, at + partSize))
        at = Math.min(at + partSize, bytes.length)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Bytes that storage has by its answer (308 is "go on", with the range that arrived). */
function kept({ status, headers }: Response, total: number): number {
  if (status === 200 || status === 201) return total
  if (status === 308) return Number(/^bytes=0-(\d+)$/.exec(headers.get('range') ?? '')?.[1] ?? -1) + 1
  if (status === 404 || status === 410) throw new SessionGone()
  const reason = `Kaggle's storage answered ${status}`
  const error = new ServiceError(`The upload failed: ${reason}.`, { status, reason: '' })
  if (status !== 408 && status !== 429 && status < 500) throw error
  throw new TransientError(reason, { after: retryAfter(headers), cause: error })
}

function transient(reason: string, { progressed = false, cause }: { progressed?: boolean; cause?: unknown }) {
  return new TransientError(reason, { progressed, cause: unreachable(reason, cause) })
}

const unreachable = (reason: string, cause: unknown) =>
  new UnreachableError(`The upload failed: ${reason}. Nothing was submitted: try again.`, { cause })
