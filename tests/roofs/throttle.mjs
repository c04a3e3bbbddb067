// @ts-check
// A slow line to a server on this machine.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** What a line may carry at once after a pause: a twentieth of a second's worth. */
const burst = 0.05

/**
 * A port that passes everything on to the server at `url`; what comes back from it, on all connections together, is no faster than `bitsPerSecond` (a token
 * bucket). `bytes` is how much that was.
 * @param {string} url @param {number} bitsPerSecond
 * @returns {Promise<{ url: string, bytes: () => number, close: () => void }>}
 */
export async function startThrottle(url, bitsPerSecond) {
  const rate = bitsPerSecond / 8
  let bytes = 0
  let tokens = rate * burst
  let filled = performance.now()
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set()
  /** The wait before so many bytes may pass; they are taken at once, so that those who come later wait behind them. @param {number} size */
  const take = (size) => {
    const now = performance.now()
    tokens = Math.min(rate * burst, tokens + ((now - filled) / 1000) * rate) - size
    filled = now
    bytes += size
    return Math.max(0, (-tokens / rate) * 1000)
  }
  /** @param {import('node:net').Socket} from @param {import('node:net').Socket} to */
  const back = async (from, to) => {
    for await (const chunk of from) {
      await wait(take(chunk.length))
      if (to.destroyed) return
      if (!to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')])
    }
    to.end()
  }
  const server = createServer((client) => {
    const onward = connect(Number(new URL(url).port), '127.0.0.1')
    const end = () => [client, onward].map((socket) => socket.destroy())
    for (const socket of [client, onward]) {
      sockets.add(socket)
      socket.on('error', end).on('close', () => sockets.delete(socket))
    }
    client.pipe(onward)
    back(onward, client).catch(() => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url: `http://localhost:${port}/`, bytes: () => bytes, close }
}
