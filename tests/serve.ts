import { readFile } from 'node:fs/promises'
import { createServer, request as httpRequest, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'

/** Kinds of files, by their ends. */
export const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** Headers that make a page cross-origin isolated, so that it may have threads. */
export const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** A static file server on a free port. */
export interface FileServer {
  origin: string
  /** The paths asked for so far. */
  requests: string[]
  close(): Promise<void>
}

/** Serves folders under path prefixes that end in `/`; a page given as text is served as it is. `headers` go with every answer. */
export async function serve(
  folders: Record<string, string>,
  { pages = {}, headers = {} }: { pages?: Record<string, string>; headers?: Record<string, string> } = {},
): Promise<FileServer> {
  const requests: string[] = []
  const { origin, close } = await listen(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    requests.push(path)
    const body = pages[path] ?? (await fileAt(path, folders))
    const type = pages[path] === undefined ? types[extname(path) || '.html'] : types['.html']
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': type ?? 'application/octet-stream',
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      ...headers,
    })
    response.end(body ?? 'not found')
  })
  return { origin, requests, close }
}

/** Passes requests on to a server that sends no such headers itself, and adds them to its answers. */
export function forward(to: string, headers: Record<string, string>): Promise<Pick<FileServer, 'origin' | 'close'>> {
  return listen(async (request, response) => {
    const { method, headers: asked, url } = request
    const onward = httpRequest(`${to}${url}`, { method, headers: { ...asked, host: new URL(to).host } }, (answer) => {
      response.writeHead(answer.statusCode!, { ...answer.headers, ...headers })
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
}

async function listen(answer: RequestListener): Promise<Pick<FileServer, 'origin' | 'close'>> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function fileAt(path: string, folders: Record<string, string>): Promise<Buffer | undefined> {
  const prefix = Object.keys(folders).find((start) => path.startsWith(start))
  if (prefix === undefined) return undefined
  const inside = normalize(path.slice(prefix.length) || 'index.html')
  if (inside.startsWith(`..${sep}`)) return undefined
  return readFile(join(folders[prefix]!, inside)).catch(() => undefined)
}
