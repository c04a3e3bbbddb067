import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { launchChromium } from '../../chromium.ts'
import { isolation, types } from '../../serve.ts'

/** Opens a page; what it gives closes it. */
type Open = (url: string, profile: string) => Promise<() => Promise<unknown>>

const browsers: Record<string, Open> = {
  async chromium(url) {
    const browser = await launchChromium()
    await (await browser.newPage()).goto(url)
    return () => browser.close()
  },
  firefox: (url, profile) => started('firefox-esr', ['--headless', '--no-remote', '--profile', profile, url]),
  // It has no screen of its own to do without.
  webkit: (url) => started('xvfb-run', ['-a', miniBrowser, '--private', url]),
}

const miniBrowser = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

async function started(command: string, words: string[]): Promise<() => Promise<unknown>> {
  const child: ChildProcess = spawn(command, words, { stdio: ['ignore', 'ignore', 'ignore'], detached: true })
  const ended = once(child, 'exit')
  await once(child, 'spawn')
  return async () => {
    process.kill(-child.pid!, 'SIGTERM')
    await ended
  }
}

/** Serves a folder, and gives what the page in it tells. */
async function visit(pages: string, open: Open, headers: Record<string, string>) {
  let tell: (told: string) => void
  const told = new Promise<string>((resolve) => {
    tell = resolve
  })
  const models: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/told') {
      tell(await bodyOf(request))
      return response.end()
    }
    if (pathname.endsWith('.onnx')) models.push(pathname)
    const file =
      pathname === '/model.onnx'
        ? 'model.onnx'
        : join(pages, pathname.endsWith('/') ? `${pathname}index.html` : pathname)
    const body = await readFile(file).catch(() => undefined)
    const type = types[extname(file)] ?? 'application/octet-stream'
    response.writeHead(body ? 200 : 404, { 'content-type': type, ...headers }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const profile = mkdtempSync(join(tmpdir(), 'pixelrow-browser-'))
  const close = await open(`http://localhost:${(server.address() as AddressInfo).port}/`, profile)
  const late = new Promise<string>((resolve) =>
    setTimeout(resolve, 600_000, '"the page said nothing for ten minutes"').unref(),
  )
  try {
    return { told: JSON.parse(await Promise.race([told, late])), models: models.length }
  } finally {
    await close()
    server.closeAllConnections()
    server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

const [, , pages = 'dist', ...names] = process.argv
const right = '64 of 64, left'
let failed = 0
for (const name of names)
  for (const headers of [{}, isolation]) {
    const { told, models } = await visit(pages, browsers[name]!, headers)
    const isolated = headers === isolation
    const expected = { isolated, 'in the page': right, 'in a worker': right, kept: right, 'kept, in a worker': right }
    // The last of four loads asks for no model.
    const isRight = JSON.stringify(told) === JSON.stringify(expected) && models === 3
    if (!isRight) failed++
    console.log(
      `${isRight ? 'right' : 'wrong'}: ${name}${isolated ? ', isolated' : ''}: ${JSON.stringify(told)}, ${models} models asked for`,
    )
  }
if (failed === 0) console.log('every page is right')
process.exitCode = failed ? 1 : 0
