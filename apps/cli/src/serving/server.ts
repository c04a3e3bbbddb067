import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { JobError } from '../line/errors.ts'
import type { Site } from './page.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** A server that runs. */
export interface Serving {
  /** `http://127.0.0.1:8784/` */
  url: string
  close(): Promise<void>
}

/** Serves a site to this machine alone. `port` 0 takes any free one. Throws a JobError where the port is taken. */
export async function serveSite(site: Site, port: number): Promise<Serving> {
  const server = createServer((request, response) => {
    answer(site, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, port)))
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, headers, url = '/' } = request
  const refuse = (status: number, text: string) => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
  }
  // A page elsewhere whose name is made to lead here would otherwise read the model.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) return refuse(403, 'This is for 127.0.0.1 alone')
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'Only GET and HEAD')
  const path = pathOf(url)
  const content = path === undefined ? undefined : await site.get(path)?.()
  if (path === undefined || !content) return refuse(404, 'No such file')
  response.writeHead(200, { ...headersOf(path), 'content-length': content.length })
  response.end(method === 'HEAD' ? undefined : content)
}

/** Only names of the site's own list are answered, so a path leads nowhere else. */
function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.replace(/[?#].*/, '').slice(1)) || 'index.html'
  } catch {
    return undefined
  }
}

function headersOf(path: string): Record<string, string> {
  return {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    // The build names files in assets/ by their content.
    'cache-control': path.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    'x-content-type-options': 'nosniff',
    // Cross-origin isolated: only then may a page have threads.
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
  }
}

function explained(error: NodeJS.ErrnoException, port: number): Error {
  const fix = 'add --port 0 for a free one'
  const data = { code: 'CLI_PORT_UNAVAILABLE', params: { port, reason: error.code } } as const
  if (error.code === 'EADDRINUSE') return new JobError(`Port ${port} is taken`, fix, data)
  if (error.code === 'EACCES') return new JobError(`Port ${port} is not for every user`, fix, data)
  return error
}
