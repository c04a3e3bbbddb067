import type { Checksum } from './checksum.ts'
import { FileError } from './error.ts'
import type { Part } from './part.ts'
import { retryAfter, TransientError } from './retry.ts'

/** What a server's answer means for a part. */
export interface Accepted {
  /** Where in the file the answer's bytes begin. */
  start: number
  /** Bytes of the whole file; undefined if the server does not say. */
  total: number | undefined
}

/** Whether a signed address says with this status that it is no longer valid. */
export const isExpired = (status: number) => [400, 401, 403, 410].includes(status)

/** The headers that ask for the rest of a part, if it can be continued, or else for all of the file. */
export function rangeHeaders({ have, record }: Part): Record<string, string> {
  // Packed on the way, neither sizes nor ranges would be those of the file.
  const headers = { 'accept-encoding': 'identity' }
  return have > 0 && record ? { ...headers, range: `bytes=${have}-`, 'if-range': record.etag } : headers
}

/**
 * Decides what to do with an answer. A part that does not fit any more is begun again; a status other than 200, 206 and 416 never
 * reaches the disk. Throws a TransientError where another try may help, and a FileError where none does.
 */
export async function acceptAnswer(
  { status, headers }: Response,
  part: Part,
  { name, checksum }: { name: string; checksum: Checksum | undefined },
): Promise<Accepted> {
  if (status === 200) return wholeFile(headers, part, checksum)
  if (status === 206) return restOfFile(headers, part)
  if (status === 416) return nothingLeft(headers, part)
  const reason = `the server answered ${status}`
  if (status === 408 || status === 429 || status >= 500)
    throw new TransientError(reason, { after: retryAfter(headers) })
  const [params, problem, advice] = [{ status }, `cannot be downloaded: ${reason}`, 'Check the address.']
  throw new FileError({ code: 'FILES_DOWNLOAD_REFUSED', params, file: name, problem, advice })
}

async function wholeFile(headers: Headers, part: Part, checksum: Checksum | undefined): Promise<Accepted> {
  const etag = headers.get('etag')
  const length = isPlain(headers) ? headers.get('content-length') : null
  const total = length === null ? undefined : Number(length)
  // A weak tag promises the same meaning and not the same bytes.
  const isStrong = etag !== null && isPlain(headers) && /^"[^"]*"$/.test(etag)
  const record = isStrong && { etag, ...(total !== undefined && { size: total }), ...(checksum && { checksum }) }
  await part.restart(record || undefined)
  return { start: 0, total }
}

async function restOfFile(headers: Headers, part: Part): Promise<Accepted> {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? []
  const etag = headers.get('etag') ?? part.record?.etag
  const size = total === undefined || total === '*' ? part.record?.size : Number(total)
  const isSame = etag === part.record?.etag && (part.record?.size ?? size) === size
  if (Number(start) === part.have && isSame) return { start: part.have, total: size }
  await part.restart(undefined)
  throw new TransientError('the file has changed on the server', { after: 0 })
}

/** The server has no byte behind ours: then we have them all, or the file is another one. */
async function nothingLeft(headers: Headers, part: Part): Promise<Accepted> {
  const total = Number(/^bytes \*\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? part.record?.size)
  if (total === part.have) return { start: part.have, total }
  await part.restart(undefined)
  throw new TransientError('the file has changed on the server', { after: 0 })
}

/** Not packed on the way, so that sizes and checksums in headers are those of the file. */
export const isPlain = (headers: Headers) => (headers.get('content-encoding') ?? 'identity') === 'identity'
