import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

type Handler = (response: ServerResponse, request: IncomingMessage) => void

/** A server on this computer that answers the first request with the first handler and so on, and the last for good. */
export async function serve(...handlers: Handler[]): Promise<{ url: string; requests: IncomingHttpHeaders[] }> {
  const requests: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    requests.push(request.headers)
    handlers[Math.min(requests.length, handlers.length) - 1]!(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file?signature=secret`, requests }
}

/** Bytes that nothing packs and that differ everywhere. */
export const noise = (length: number) =>
  Buffer.concat(
    Array.from({ length: Math.ceil(length / 64) }, (_, i) => createHash('sha512').update(`${i}`).digest()),
  ).subarray(0, length)

export const etagOf = (bytes: Uint8Array) => `"${createHash('md5').update(bytes).digest('hex')}"`

/** Serves a file as storage does: with an ETag, and ranges for who has the same. */
export function file(
  bytes: Uint8Array,
  { etag = etagOf(bytes), headers = {}, cutAfter = -1, ranges = true } = {},
): Handler {
  return (response, request) => {
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const isSame = request.headers['if-range'] === etag
    const start = ranges && asked && isSame ? Number(asked[1]) : 0
    const all = { etag, ...headers }
    if (start > 0 && start >= bytes.length) {
      response.writeHead(416, { ...all, 'content-range': `bytes */${bytes.length}` })
      return response.end('nothing there')
    }
    const range = start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }
    response.writeHead(start > 0 ? 206 : 200, { ...all, ...range, 'content-length': bytes.length - start })
    if (cutAfter < 0) return response.end(bytes.subarray(start))
    response.write(bytes.subarray(start, start + cutAfter), () => response.destroy())
  }
}

export const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (response) => {
    response.writeHead(code, headers)
    response.end(`<Error>${code}</Error>`)
  }

/** An address at which nobody listens any more. */
export async function nobody(): Promise<string> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}/file?signature=secret`
}
