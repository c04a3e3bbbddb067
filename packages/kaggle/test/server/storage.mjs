// @ts-check
import { createHash } from 'node:crypto'

/** @typedef {import('./state.mjs').State} State */
/** @typedef {import('./state.mjs').Upload} Upload */
/** @typedef {import('./faults.mjs').Fault} Fault */
/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */

/** @param {Response} response @param {number} status @param {string} message */
function refuse(response, status, message) {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<?xml version='1.0'?><Error><Code>Refused</Code><Message>${message}</Message></Error>`)
}

/** A file behind a signed address. @param {Request} request @param {Response} response @param {URL} url @param {State} state @param {Fault} fault */
export function get(request, response, url, state, fault) {
  const found = state.signed.get(url.searchParams.get('Signature') ?? '')
  if (!found) return refuse(response, 400, 'The provided token has expired.')
  const bytes = served(found.bytes, fault)
  const etag = `"${createHash('md5').update(found.bytes).digest('hex')}"`
  const start = fault.noRange ? 0 : startOf(request, etag)
  /** @type {import('node:http').OutgoingHttpHeaders} */
  const headers = {
    etag,
    'last-modified': 'Mon, 23 Nov 2026 12:29:37 GMT',
    ...(!fault.noRange && { 'accept-ranges': 'bytes' }),
    ...(!fault.noHash && { 'x-goog-hash': hashes(found.bytes) }),
    ...fault.headers,
  }
  if (start > 0 && start >= bytes.length) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${bytes.length}` })
    return response.end('<Error/>')
  }
  const range = start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }
  response.writeHead(start > 0 ? 206 : 200, { ...headers, ...range, 'content-length': bytes.length - start })
  send(response, bytes.subarray(start), fault)
}

/** @param {Uint8Array} bytes @param {Fault} fault */
function served(bytes, { truncate, corrupt }) {
  if (truncate !== undefined) return bytes.subarray(0, truncate)
  if (!corrupt) return bytes
  const other = Buffer.from(bytes)
  const middle = Math.floor(bytes.length / 2)
  other[middle] = (other[middle] ?? 0) ^ 1
  return other
}

/** @param {Request} request @param {string} etag */
function startOf({ headers }, etag) {
  const range = /^bytes=(\d+)-$/.exec(headers.range ?? '')
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag
  return range && isSame ? Number(range[1]) : 0
}

/** @param {Uint8Array} bytes */
const hashes = (bytes) => [`md5=${createHash('md5').update(bytes).digest('base64')}`]

/** @param {Response} response @param {Uint8Array} bytes @param {Fault} fault */
function send(response, bytes, { cutAfter, stallAfter }) {
  if (cutAfter === undefined && stallAfter === undefined) return response.end(bytes)
  response.write(bytes.subarray(0, cutAfter ?? stallAfter), () => {
    if (cutAfter !== undefined) response.destroy()
  })
}

/**
 * A resumable upload: bytes, or the question how many have come.
 * @param {Request} request @param {Response} response @param {URL} url @param {State} state @param {Fault} fault
 */
export async function put(request, response, url, state, fault) {
  const upload = state.uploads.find(({ id }) => id === url.searchParams.get('upload_id'))
  if (!upload) return refuse(response, 404, 'No such upload')
  const start = /^bytes (\d+)-\d+\/\d+$/.exec(request.headers['content-range'] ?? '')?.[1]
  if (!/^bytes \*\//.test(request.headers['content-range'] ?? '')) {
    if (Number(start ?? 0) !== upload.body.length) {
      if (start !== undefined) return refuse(response, 400, 'Wrong offset')
      upload.body = Buffer.alloc(0)
    }
    if (!(await receive(request, upload, state, fault))) return
  }
  if (fault.lose) return response.destroy()
  progress(response, upload)
}

/** @param {Response} response @param {Upload} upload */
function progress(response, upload) {
  if (upload.done) {
    response.writeHead(200, { 'content-type': 'application/json' })
    return response.end('{"kind":"storage#object"}')
  }
  const range = upload.body.length > 0 && { range: `bytes=0-${upload.body.length - 1}` }
  response.writeHead(308, { ...range, 'content-length': 0 })
  response.end()
}

/** Keeps what comes, in whole granules where it is cut; says whether it was not. @param {Request} request @param {Upload} upload @param {State} state @param {Fault} fault */
async function receive(request, upload, state, { cutAfter }) {
  let body = upload.body
  try {
    for await (const chunk of request) {
      body = Buffer.concat([body, chunk])
      if (cutAfter !== undefined && body.length >= cutAfter) request.destroy()
    }
  } catch {
    // Cut, by the client or here.
  }
  const isWhole = body.length >= upload.total && cutAfter === undefined
  const kept = Math.min(cutAfter ?? body.length, body.length)
  upload.body = isWhole ? body : body.subarray(0, kept - (kept % state.granule))
  upload.done = isWhole
  return isWhole || !request.destroyed
}
