// @ts-check
// A stand-in for Kaggle: its calls on one port, its storage on another, so that an Authorization header that leaks there shows.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { datasetMethods, isSignedIn, methods, otherServices, Refusal } from './api.mjs'
import { createFaults } from './faults.mjs'
import { createState } from './state.mjs'
import * as storage from './storage.mjs'

/** @typedef {import('./state.mjs').Options} Options */
/** @typedef {import('./faults.mjs').Fault} Fault */
/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {{ point: string, headers: import('node:http').IncomingHttpHeaders, body?: Record<string, unknown>, url: string }} Logged */

/** Starts it on this computer. `requests` is what came, in order, at which point. @param {Options} [options] */
export async function startKaggle(options = {}) {
  const state = createState(options)
  const faults = createFaults()
  /** @type {Logged[]} */
  const requests = []
  const context = { state, faults, requests, storage: '' }
  const handlers = { calls: callHandler(context), storage: storageHandler(context) }
  const files = createServer(handlers.storage)
  context.storage = await listen(files, options.storagePort)
  // Kaggle's own client comes through HTTP_PROXY, which brings whole addresses, those of storage too.
  const calls = createServer((request, response) =>
    request.url?.startsWith(`${context.storage}/`)
      ? handlers.storage(request, response)
      : handlers.calls(request, response),
  )
  const origin = await listen(calls, options.port)
  return {
    /** Base URL with nested errors, as api.kaggle.com has them. */
    url: `${origin}/v1`,
    /** Base URL with flat errors, as www.kaggle.com/api has them. */
    flatUrl: `${origin}/api/v1`,
    origin,
    storage: context.storage,
    state,
    faults,
    requests,
    /** Points of the requests so far. */
    points: () => requests.map(({ point }) => point),
    async close() {
      for (const server of [calls, files]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

/** @typedef {Awaited<ReturnType<typeof startKaggle>>} KaggleServer */
/** @typedef {{ state: import('./state.mjs').State, faults: import('./faults.mjs').Faults, requests: Logged[], storage: string }} Context */

/** @param {import('node:http').Server} server @param {number} [port] */
async function listen(server, port = 0) {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

/** @param {Context} context */
function callHandler(context) {
  const { state, faults, requests } = context
  return async (/** @type {Request} */ request, /** @type {Response} */ response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const [, flat, path = ''] = /^(\/api)?\/v1\/(.+)$/.exec(url.pathname) ?? []
    const point = path.replace(/^.*\//, '')
    const body = await bodyOf(request)
    if (body === undefined) return
    requests.push({ point, headers: request.headers, body, url: request.url ?? '' })
    response.setHeader('date', state.now().toUTCString())
    const fault = faults.take(point) ?? {}
    if (fault.hold) return
    if (fault.drop) return response.destroy()
    const answer = (/** @type {number} */ status, /** @type {string} */ code, /** @type {string} */ message) => {
      const error = { code: status, message, status: code }
      respond(response, status, fault.text ?? (flat ? { code: status, message } : { error }), fault.headers)
    }
    const failed = () => answer(fault.status ?? 500, fault.code ?? 'INTERNAL', fault.message ?? '')
    if (fault.status && !fault.lose) return failed()
    try {
      const result = fault.answer ?? handle({ path, point, request, body, state, host: context.storage })
      if (fault.lose) return fault.status ? failed() : response.destroy()
      if ('location' in result) return respond(response, 302, '', { location: String(result.location) })
      respond(response, 200, lean(result), fault.headers)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      answer(error.status, error.code, error.message)
    }
  }
}

/** The calls of those who are signed in, by service. @type {Record<string, typeof methods>} */
const services = { 'competitions.CompetitionApiService': methods, 'datasets.DatasetApiService': datasetMethods }

/** @param {{ path: string, point: string, request: Request, body: Record<string, unknown>, state: Context['state'], host: string }} call */
function handle({ path, point, request, body, state, host }) {
  const call = { body, state, storage: host }
  const other = otherServices[path]
  if (other) return other(call)
  if (!isSignedIn(state, request.headers.authorization)) throw new Refusal(401, 'UNAUTHENTICATED', 'Unauthenticated')
  const method = services[path.split('/')[0] ?? '']?.[point]
  if (!method || request.method !== 'POST') throw new Refusal(404, 'NOT_FOUND', `No call ${path}`)
  return method(call)
}

/** Fields that hold their default are left out. @param {object} fields @returns {object} */
function lean(fields) {
  const kept = Object.entries(fields).filter(([, value]) => value !== '' && value !== 0 && value !== false)
  const inner = (/** @type {unknown} */ value) =>
    Array.isArray(value) ? value.map((each) => (typeof each === 'object' && each ? lean(each) : each)) : value
  return Object.fromEntries(kept.map(([name, value]) => [name, inner(value)]))
}

/** The JSON of a request; undefined if the connection was lost. @param {Request} request @returns {Promise<Record<string, unknown> | undefined>} */
async function bodyOf(request) {
  try {
    const parts = []
    for await (const part of request) parts.push(part)
    return JSON.parse(Buffer.concat(parts).toString() || '{}')
  } catch {
    return request.destroyed ? undefined : {}
  }
}

/** @param {Response} response @param {number} status @param {object | string} body @param {Record<string, string>} [headers] */
function respond(response, status, body, headers = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/html' : 'application/json'
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...headers })
  response.end(text)
}

/** @param {Context} context */
function storageHandler({ state, faults, requests }) {
  return async (/** @type {Request} */ request, /** @type {Response} */ response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const isQuery = /^bytes \*/.test(request.headers['content-range'] ?? '')
    const point = request.method === 'PUT' ? (isQuery ? 'storage.query' : 'storage.put') : 'storage.get'
    requests.push({ point, headers: request.headers, url: request.url ?? '' })
    const fault = faults.take(point) ?? {}
    if (fault.hold) return
    if (fault.drop) return response.destroy()
    const status = request.headers.authorization ? 401 : fault.status
    if (status) {
      response.writeHead(status, { 'content-type': 'application/xml', ...fault.headers })
      return response.end(fault.text ?? '<Error/>')
    }
    if (request.method === 'PUT') return storage.put(request, response, url, state, fault)
    if (request.method === 'GET') return storage.get(request, response, url, state, fault)
    response.writeHead(403)
    response.end()
  }
}
