import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { connect, KaggleError, tokenCredentials, UnreachableError } from '@pixelrow/kaggle'
import { expect, onTestFinished, test } from 'vitest'
import { failure, listing, newFolder, server, slug, submissionFile } from './support.ts'

/** A proxy on this computer: passes on what has a whole address, tunnels what asks for that. */
async function proxy({ refuse = 0 } = {}): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = []
  const forward = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${new URL(incoming.url!).pathname.replace(/^.*\//, '')}`)
    const { method, headers } = incoming as IncomingMessage
    const onward = request(incoming.url!, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  forward.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url}`)
    if (refuse) return socket.end(`HTTP/1.1 ${refuse} No\r\n\r\n`)
    const [host, port] = incoming.url!.split(':')
    const onward = connectSocket(Number(port), host!, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    onward.pipe(socket).pipe(onward)
    for (const each of [onward, socket]) each.on('error', () => onward.destroy())
  })
  forward.listen(0, '127.0.0.1')
  await once(forward, 'listening')
  onTestFinished(() => {
    forward.closeAllConnections()
    forward.close()
  })
  return { url: `http://127.0.0.1:${(forward.address() as AddressInfo).port}`, seen }
}

const through = (baseUrl: string, token: string, env: Record<string, string>) =>
  connect({ credentials: tokenCredentials(token), baseUrl, env, firstDelay: 1, tries: 2 })

test('HTTP_PROXY is used for calls and storage, in either case, with or without its scheme', async () => {
  const started = await server()
  const { url, seen } = await proxy()
  for (const env of [{ HTTP_PROXY: url }, { http_proxy: url.replace('http://', '') }] as Record<string, string>[]) {
    seen.length = 0
    const kaggle = await through(started.url, started.state.token, env)
    const folder = newFolder()
    await kaggle.download(slug, { folder })
    expect(listing(folder)).toHaveLength(3)
    await kaggle.submit(slug, submissionFile(started))
    const calls = ['POST DownloadDataFiles', 'GET archive.zip', 'POST GetSubmissionLimits', 'POST ListCompetitions']
    const rest = ['POST ListSubmissions', 'POST StartSubmissionUpload', 'PUT o', 'POST CreateSubmission']
    expect(seen).toEqual([...calls, ...rest])
  }
  expect(started.state.submissions).toHaveLength(2)
})

test('NO_PROXY and an empty variable go around it', async () => {
  const started = await server()
  const { url, seen } = await proxy()
  const around: Record<string, string>[] = [
    { HTTP_PROXY: url, NO_PROXY: '127.0.0.1' },
    { HTTP_PROXY: '' },
    { HTTP_PROXY: url, no_proxy: '*' },
  ]
  for (const env of around) {
    const kaggle = await through(started.url, started.state.token, env)
    expect(await kaggle.files(slug)).toHaveLength(3)
  }
  const https = await through('https://api.kaggle.invalid/v1', 'KGAT_0', { HTTP_PROXY: url })
  const { message } = await failure(https.files(slug), UnreachableError)
  expect(message).toBe("Could not reach Kaggle: the server's name is not known (is this computer online?).")
  expect(seen).toEqual([])
})

test('HTTPS_PROXY is asked for a tunnel, so that it never sees the token', async () => {
  const { url, seen } = await proxy({ refuse: 403 })
  const kaggle = await through('https://api.kaggle.invalid/v1', 'KGAT_0123456789abcdef', { HTTPS_PROXY: url })
  const { message } = await failure(kaggle.files(slug), UnreachableError)
  expect(message).toBe('Could not reach Kaggle: the proxy refused the connection.')
  expect(seen).toEqual(['CONNECT api.kaggle.invalid:443', 'CONNECT api.kaggle.invalid:443'])
})

test('a proxy that is none is an error without its password', async () => {
  const { message } = await failure(
    through('https://x.invalid', 'KGAT_0', { HTTPS_PROXY: 'socks5://me:secret@host' }),
    KaggleError,
  )
  expect(message).toBe(
    'HTTPS_PROXY: expected the address of an HTTP proxy such as http://host:3128, found something else.',
  )
  const gone = await through('http://127.0.0.1:1/v1', 'KGAT_0', { HTTP_PROXY: 'http://me:secret@127.0.0.1:1' })
  const unreachable = await failure(gone.files(slug), UnreachableError)
  expect(unreachable.message).not.toContain('secret')
})
