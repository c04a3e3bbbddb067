import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { zombies } from '../../../tests/processes.ts'
import { built, source } from './source.ts'

/** What runs in it connects to this server, which thereby hears when it is gone. */
let server: Server

beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(() => server.close())

const ports = () => (server.address() as AddressInfo).port

/** An app's thread that holds a worker, which is inside a call that never ends. */
const holding = (isolate?: boolean) => `
  const { startHost } = require(${JSON.stringify(built)})
  const host = startHost(${JSON.stringify(source)}, { name: 'tested', data: { start: 40 }, isolate: ${isolate} })
  host.call('connect', ${ports()}).then(async () => {
    const pid = await host.call('pid')
    host.call('block', 1e9)
    const { parentPort } = require('node:worker_threads')
    if (parentPort) parentPort.postMessage(pid)
  })`

/** The connection of what was started by `start`, once there is one. */
async function connected(start: () => void): Promise<Socket> {
  const connection = once(server, 'connection')
  start()
  const [socket] = (await connection) as [Socket]
  // A process that is killed may reset it.
  return socket.on('error', () => {}).resume()
}

test('inside an app’s thread the worker is a process, which ends with the thread in the middle of a call', async () => {
  const before = zombies(process.pid)
  let thread: Worker | undefined
  const socket = await connected(() => {
    thread = new Worker(holding(), { eval: true })
  })
  const [pid] = await once(thread!, 'message')
  expect(pid).not.toBe(process.pid)
  const gone = once(socket, 'close')
  await thread!.terminate()
  await gone
  expect(zombies(process.pid)).toEqual(before)
})

test('a process has the environment as the thread that starts it has changed it', async () => {
  const code = `
    process.env.PIXELROW_WORKER_TEST = 'changed here'
    const { startHost } = require(${JSON.stringify(built)})
    const host = startHost(${JSON.stringify(source)}, { name: 'tested', data: {} })
    host.call('variable', 'PIXELROW_WORKER_TEST').then(async (value) => {
      await host.close()
      require('node:worker_threads').parentPort.postMessage(value)
    })`
  expect(await once(new Worker(code, { eval: true }), 'message')).toEqual(['changed here'])
})

test('isolate: false keeps it in the app’s process', async () => {
  let thread: Worker | undefined
  await connected(() => {
    thread = new Worker(holding(false), { eval: true })
  })
  const [pid] = await once(thread!, 'message')
  expect(pid).toBe(process.pid)
  await thread!.terminate()
})

test.each([
  ['kill -9', 'SIGKILL'],
  ['a signal', 'SIGTERM'],
] as const)('a process ends with its app, by %s', async (_, signal) => {
  let app: ChildProcess | undefined
  const socket = await connected(() => {
    app = spawn(process.execPath, ['-e', holding(true)], { stdio: 'ignore' })
  })
  const gone = once(socket, 'close')
  app!.kill(signal)
  await gone
})

test('a process that is killed rejects the call under way, and says how it ended', async () => {
  const { startHost } = await import('@pixelrow/worker')
  const host = startHost(source, { name: 'tested', data: { start: 40 }, isolate: true })
  const pid = await host.call<number>('pid')
  const call = host.call('block', 1e9)
  process.kill(pid, 'SIGKILL')
  await expect(call).rejects.toMatchObject({
    code: 'WORKER_ENDED',
    params: { name: 'tested', ended: 'SIGKILL' },
    message: 'The process of tested ended (SIGKILL).',
  })
  await host.exited
})
