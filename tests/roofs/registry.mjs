// @ts-check
// A registry on this machine that has our packages as they are going to be published, and hands everything else on.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** @typedef {{ url: string, requests: { path: string, bytes: number }[], close: () => Promise<void> }} Registry */

/**
 * Serves the tarballs of a folder, and of all other packages what the registry `upstream` has; both come from this one address.
 * @param {string} folder @param {string} upstream @returns {Promise<Registry>}
 */
export async function startRegistry(folder, upstream) {
  const own = packuments(folder)
  /** @type {Registry['requests']} */
  const requests = []
  const server = createServer((request, response) => {
    const { host = '', accept } = request.headers
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1)
    answer(path, `http://${host}`, accept)
      .catch((error) => ({ status: 502, body: Buffer.from(String(error)), type: 'text/plain' }))
      .then(({ status = 200, body, type }) => {
        requests.push({ path, bytes: body.length })
        response.writeHead(status, { 'content-type': type }).end(body)
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://localhost:${port}/`, requests, close }

  /** @param {string} path @param {string} here @param {string} [accept] @returns {Promise<{ status?: number, body: Buffer, type: string }>} */
  async function answer(path, here, accept) {
    if (path.startsWith('own/'))
      return { body: readFileSync(join(folder, path.slice(4))), type: 'application/octet-stream' }
    // npm asks its own registry for a tarball, whatever address it was told.
    if (path.includes('/-/')) return fetched(new URL(path, upstream))
    const mine = own.get(path)
    // Nobody else's package has our name.
    if (mine) return json(mine(here))
    if (path.startsWith('@pixelrow/') || path === 'pixelrow')
      return { status: 404, body: Buffer.from('{}'), type: 'application/json' }
    // An installer asks for the short form of what a registry says of a package; the long one has tens of megabytes for some.
    const theirs = await fetched(new URL(path.replace('/', '%2f'), upstream), accept)
    if (theirs.status !== 200) return theirs
    // At the place that is usual: of another, Yarn makes a part of the package's folder, and sharp no longer finds its library there.
    const text = theirs.body.toString().replaceAll(/"tarball":"[^"]*\/([^"/]+)"/g, `"tarball":"${here}/${path}/-/$1"`)
    return { ...theirs, body: Buffer.from(text) }
  }
}

/** @param {URL} url @param {string} [accept] */
async function fetched(url, accept) {
  const response = await fetch(url, { headers: accept === undefined ? {} : { accept } })
  const type = response.headers.get('content-type') ?? 'application/octet-stream'
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()), type }
}

/** @param {unknown} data */
const json = (data) => ({ body: Buffer.from(JSON.stringify(data)), type: 'application/json' })

/** What a registry says of each package whose tarball lies in a folder. @param {string} folder */
function packuments(folder) {
  const files = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
  return new Map(
    files.map((file) => {
      const bytes = readFileSync(join(folder, file))
      const manifest = JSON.parse(fileIn(gunzipSync(bytes), 'package/package.json'))
      const sums = {
        integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
        shasum: createHash('sha1').update(bytes).digest('hex'),
      }
      const { name, version } = manifest
      const of = (/** @type {string} */ here) => ({
        name,
        'dist-tags': { latest: version },
        versions: { [version]: { ...manifest, dist: { ...sums, tarball: `${here}/own/${file}` } } },
        time: { [version]: '2020-01-01T00:00:00.000Z' },
      })
      return [name, of]
    }),
  )
}

/** The text of a file in an archive of tar's. @param {Buffer} tar @param {string} wanted */
function fileIn(tar, wanted) {
  for (let at = 0; at < tar.length; ) {
    const text = (/** @type {number} */ from, /** @type {number} */ length) =>
      tar
        .subarray(at + from, at + from + length)
        .toString()
        .replace(/\0.*$/s, '')
    const size = Number.parseInt(text(124, 12), 8) || 0
    if (text(0, 100) === wanted) return tar.subarray(at + 512, at + 512 + size).toString()
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(`there is no ${wanted}`)
}
