import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
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
  const server = createServer(async (request, response) => {
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
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
