// @ts-check
// Preloaded into a command (`node --require`, by NODE_OPTIONS also into its workers and children). Patches what reaches the file system, the network and other
// processes before anything else loads, counts the calls that pixelrow's own code makes by call site, and has one of them fail as PIXELROW_FAULTS says.
const childProcess = require('node:child_process')
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
const { constants } = require('node:os')
const { join, sep } = require('node:path')
const { fileURLToPath } = require('node:url')
const { callbackify, getSystemErrorMap, promisify } = require('node:util')
const { isMainThread } = require('node:worker_threads')

/**
 * @typedef {object} Orders
 * @property {string} [trace] a file that gets a line for each call: its site
 * @property {string} [site] where a call fails
 * @property {number} [call] which of the calls there, counted from 1
 * @property {string} [fault] how: an error's code, `full` (the disk is full from then on), `short`, `cut`, or SIGKILL
 * @property {string} [fired] a file that is made when it does; of a tree of processes only one fails
 * @property {number} [budget] so many bytes can be written before the disk is full
 * @property {string} [root] the folder whose built code is pixelrow's own
 */

/** @type {Orders} */
const orders = JSON.parse(process.env.PIXELROW_FAULTS ?? '{}')
const root = orders.root ?? join(__dirname, '..', '..')
const { appendFileSync, writeFileSync } = fs

/** @type {Map<string, number>} */
const counts = new Map()
let left = orders.budget ?? Number.POSITIVE_INFINITY
let isFull = false
/** How many patched calls are under way that call others of them. */
let inside = 0

/** The system's errors by their codes. Of some, such as ESTALE, Node knows the number alone. */
const errors = new Map([...getSystemErrorMap()].map(([errno, [code, text]]) => [code, { errno, text, name: code }]))

/** An error as the system gives it. @param {string} code @param {string} syscall @param {unknown} [path] */
function systemError(code, syscall, path) {
  const number = constants.errno[/** @type {keyof typeof constants.errno} */ (code)]
  const unknown = `Unknown system error ${-number}`
  const { errno, text, name = code } = errors.get(code) ?? { errno: -number, text: unknown, name: unknown }
  const where = typeof path === 'string' ? ` '${path}'` : ''
  const known = { errno, code: name, syscall, ...(where && { path }) }
  return Object.assign(new Error(`${name}: ${text}, ${syscall}${where}`), known)
}

/** The frames of the call under way, those of this file left out. @returns {NodeJS.CallSite[]} */
function frames() {
  const { prepareStackTrace, stackTraceLimit } = Error
  Error.stackTraceLimit = 40
  Error.prepareStackTrace = (_, sites) => sites
  const { stack } = new Error()
  Object.assign(Error, { prepareStackTrace, stackTraceLimit })
  const all = /** @type {NodeJS.CallSite[]} */ (/** @type {unknown} */ (stack))
  return all.filter((frame) => frame.getFileName() !== __filename)
}

/** A frame of pixelrow's built code as a text; undefined of any other. @param {NodeJS.CallSite} frame */
function placeOf(frame) {
  const name = frame.getFileName() ?? frame.getEvalOrigin() ?? ''
  const path = name.startsWith('file:') ? fileURLToPath(name) : name
  const at = `${frame.getLineNumber()}:${frame.getColumnNumber()}`
  if (path === '[worker eval]') return `${path}:${at}`
  if (!path.startsWith(root + sep) || path.includes(`${sep}node_modules${sep}`)) return undefined
  return `${path.slice(root.length + 1).replaceAll(sep, '/')}:${at}`
}

/**
 * Where a call comes from: the line of pixelrow that makes it, and the one that called that. Undefined where somebody else makes it, such as Node for a
 * module that it loads.
 * @param {string} kind
 */
function siteOf(kind) {
  const places = []
  for (const frame of frames()) {
    const name = frame.getFileName() ?? ''
    if (places.length === 0 && /^node:internal\/(?:modules|process\/esm)/.test(name)) return undefined
    if (name === '' || name.startsWith('node:')) continue
    const place = placeOf(frame)
    if (place === undefined && places.length === 0) return undefined
    if (place !== undefined) places.push(place)
    if (places.length === 2) break
  }
  return places.length === 0 ? undefined : `${kind} ${places.join(' < ')}`
}

/** Counts a call; gives the fault that it is to have. @param {string} kind @param {string | undefined} [site] */
function faultOf(kind, site = inside > 0 ? undefined : siteOf(kind)) {
  if (site === undefined) return undefined
  const count = (counts.get(site) ?? 0) + 1
  counts.set(site, count)
  const { trace } = orders
  if (trace) unseen(() => appendFileSync(trace, `${site}\n`))
  if (site !== orders.site || count !== orders.call || !fires()) return isFull && fills.has(kind) ? 'ENOSPC' : undefined
  if (orders.fault === 'SIGKILL' && !wholes.has(kind)) process.kill(process.pid, 'SIGKILL')
  if (orders.fault !== 'full') return orders.fault
  isFull = true
  return 'ENOSPC'
}

/** What writes a whole file: of it half is written before it fails. */
const wholes = new Set(['writeFile', 'appendFile'])

/** What needs room on the disk. */
const fills = new Set(['write', 'writev', 'writeFile', 'appendFile', 'copyFile', 'mkdir', 'mkdtemp', 'symlink'])

/** Whether this is the first of all processes and threads whose call fails. */
function fires() {
  try {
    unseen(() => writeFileSync(orders.fired ?? '', '', { flag: 'wx' }))
    return true
  } catch {
    return false
  }
}

/** Does something of which no call counts. @template Result @param {() => Result} work */
function unseen(work) {
  inside++
  try {
    return work()
  } finally {
    inside--
  }
}

/** Takes bytes off what the disk has room for; gives how many fit. @param {number} bytes */
function spend(bytes) {
  const fit = Math.min(bytes, left)
  left -= fit
  return fit
}

/** @param {unknown} data */
const bytesOf = (data) =>
  typeof data === 'string'
    ? Buffer.from(data)
    : ArrayBuffer.isView(data)
      ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      : undefined

/** The kind of an `open`: one that may make a file is `create`. @param {unknown} flags */
const openKind = (flags) =>
  (
    typeof flags === 'number'
      ? flags & (fs.constants.O_CREAT | fs.constants.O_WRONLY | fs.constants.O_RDWR)
      : /[wa+]/.test(String(flags ?? 'r'))
  )
    ? 'create'
    : 'open'

/** @param {string} name @param {any[]} words */
const kindOf = (name, words) => (name === 'open' ? openKind(words[1]) : name)

/** @typedef {(...words: any[]) => any} Call */

/** Replaces an asynchronous method. @param {any} object @param {string} name @param {{ isHandle?: boolean }} [how] */
function patch(object, name, { isHandle = false } = {}) {
  /** @type {Call} */
  const original = object[name]
  if (typeof original !== 'function') return
  object[name] = /** @this {unknown} @param {any[]} words */ function (...words) {
    const kind = kindOf(name, words)
    const fault = faultOf(kind)
    const carryOut = (/** @type {any[]} */ given) => original.apply(this, given)
    if (fault === undefined)
      return Number.isFinite(left) ? withinBudget(carryOut, kind, { words, isHandle }) : carryOut(words)
    if (fault === 'short') return carryOut(shortened(words))
    return failing(carryOut, systemError(fault, name, isHandle ? undefined : words[0]), { kind, words, isHandle })
  }
}

/**
 * A call that fails, having done what such a call does before: of a file half is written, and a handle is closed all the same.
 * @param {Call} carryOut @param {Error} error @param {{ kind: string, words: any[], isHandle: boolean }} call
 */
async function failing(carryOut, error, { kind, words, isHandle }) {
  const at = isHandle ? 0 : 1
  const bytes = wholes.has(kind) ? bytesOf(words[at]) : undefined
  if (bytes) await carryOut([...words.slice(0, at), half(bytes), ...words.slice(at + 1)])
  if (kind === 'close') await carryOut(words)
  if (orders.fault === 'SIGKILL') process.kill(process.pid, 'SIGKILL')
  throw error
}

/** @param {Buffer} bytes */
const half = (bytes) => bytes.subarray(0, bytes.length >> 1)

/** The words of a read or write of one byte, where there are more. @param {any[]} words */
function shortened([data, at, length, ...rest]) {
  if (typeof at === 'object' && at !== null) return [data, { ...at, length: 1 }, length, ...rest]
  return ArrayBuffer.isView(data) && data.byteLength > 1 ? [data, at ?? 0, 1, ...rest] : [data, at, length, ...rest]
}

/** Writes as much as there is room for. @param {Call} carryOut @param {string} kind @param {{ words: any[], isHandle: boolean }} call */
async function withinBudget(carryOut, kind, { words, isHandle }) {
  if (!fills.has(kind)) return carryOut(words)
  const at = isHandle ? 0 : 1
  const bytes = bytesOf(words[at])
  const wanted = bytes?.length ?? 1
  const fit = spend(wanted)
  if (fit === wanted) return carryOut(words)
  if (bytes && kind !== 'write') await carryOut([...words.slice(0, at), bytes.subarray(0, fit), ...words.slice(at + 1)])
  throw systemError('ENOSPC', kind, isHandle ? undefined : words[0])
}

/** Replaces a synchronous method. @param {string} name */
function patchSync(name) {
  /** @type {any} */
  const all = fs
  /** @type {Call} */
  const original = all[`${name}Sync`]
  const patched = /** @param {any[]} words */ (...words) => {
    const kind = kindOf(name, words)
    const fault = faultOf(kind)
    const full = fills.has(kind) && Number.isFinite(left) && spend(bytesOf(words[1])?.length ?? 1) === 0
    const bytes = wholes.has(kind) ? bytesOf(words[1]) : undefined
    if (fault && bytes) unseen(() => original.call(fs, words[0], half(bytes), words[2]))
    if (fault === 'SIGKILL') process.kill(process.pid, 'SIGKILL')
    if ((fault && fault !== 'short') || full) throw systemError(full ? 'ENOSPC' : (fault ?? ''), name, words[0])
    return unseen(() => original.apply(fs, fault === 'short' ? [words[0], ...shortened(words.slice(1))] : words))
  }
  all[`${name}Sync`] = Object.assign(patched, original)
}

/** Has a stream read and write by calls that count at the place where it was made. @param {'createReadStream' | 'createWriteStream'} name */
function patchStream(name) {
  /** @type {any} */
  const all = fs
  const original = all[name]
  all[name] = /** @param {any} path @param {any} options */ (path, options) => {
    const site = siteOf('stream')
    if (site === undefined) return original(path, options)
    const given = typeof options === 'string' ? { encoding: options } : options
    const own = Object.fromEntries(
      ['open', 'read', 'write', 'writev', 'close', 'fsync'].map((each) => [
        each,
        countedCallback(each, site.replace('stream ', '')),
      ]),
    )
    return original(path, { ...given, fs: own })
  }
}

/** A method with a callback that counts at a place. @param {string} name @param {string} place */
function countedCallback(name, place) {
  /** @type {any} */
  const all = fs
  /** @type {Call} */
  const original = all[name]
  return /** @param {any[]} words */ (...words) => {
    const kind = kindOf(name, words)
    const fault = faultOf(kind, `${kind} ${place}`)
    const full = fills.has(kind) && Number.isFinite(left) && spend(words[1]?.length ?? 1) === 0
    if (!full && (fault === undefined || fault === 'short')) return original(...words)
    const error = systemError(full ? 'ENOSPC' : (fault ?? ''), name, words[0])
    const done = words.at(-1)
    if (name === 'close') return original(words[0], () => done(error))
    process.nextTick(() => done(error))
  }
}

/** Has a request fail, or its answer end in the middle. */
function patchFetch() {
  const original = globalThis.fetch
  globalThis.fetch = async (...words) => {
    const fault = faultOf('fetch')
    if (fault === undefined) return original(...words)
    const cause = systemError('ECONNRESET', 'read')
    if (fault !== 'cut') throw new TypeError('fetch failed', { cause })
    return cut(await original(...words), new TypeError('terminated', { cause }))
  }
}

/** An answer that ends with an error after half of its first piece. @param {Response} response @param {Error} error */
function cut(response, error) {
  const reader = response.body?.getReader()
  const body = new ReadableStream({
    async pull(controller) {
      const piece = await reader?.read()
      if (piece?.value) controller.enqueue(piece.value.subarray(0, piece.value.length >> 1))
      await reader?.cancel()
      controller.error(error)
    },
  })
  const broken = async () => {
    await reader?.cancel()
    throw error
  }
  const own = {
    body: { value: body },
    ...Object.fromEntries(['json', 'text', 'arrayBuffer', 'bytes', 'blob'].map((name) => [name, { value: broken }])),
  }
  return Object.defineProperties(response, own)
}

/** Has a program be started that is not there. @param {'spawn' | 'execFile' | 'spawnSync' | 'execFileSync'} name */
function patchProcess(name) {
  /** @type {any} */
  const all = childProcess
  /** @type {Call} */
  const original = all[name]
  /** @param {Call} call @returns {Call} */
  const failing =
    (call) =>
    (file, ...words) =>
      call(inside === 0 && faultOf('spawn') ? join(root, 'no-such-program') : file, ...words)
  all[name] = failing(original)
  const promised = /** @type {any} */ (original)[promisify.custom]
  if (promised) all[name][promisify.custom] = failing(promised)
}

/** Has one of the process's own streams fail. @param {'stdout' | 'stderr'} name */
function patchOutlet(name) {
  const stream = process[name]
  const original = stream.write
  stream.write = /** @param {any[]} words */ (...words) => {
    const fault = faultOf(name)
    if (fault === undefined) return /** @type {Call} */ (original).apply(stream, words)
    stream.destroy(systemError(fault, 'write'))
    return false
  }
}

const names = [
  'access',
  'appendFile',
  'chmod',
  'copyFile',
  'link',
  'lstat',
  'mkdir',
  'mkdtemp',
  'opendir',
  'open',
  'readFile',
  'readdir',
  'readlink',
]
names.push(
  'realpath',
  'rename',
  'rm',
  'rmdir',
  'stat',
  'statfs',
  'symlink',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
)
const handled = [
  'appendFile',
  'chmod',
  'close',
  'datasync',
  'read',
  'readFile',
  'readv',
  'stat',
  'sync',
  'truncate',
  'utimes',
  'write',
  'writeFile',
  'writev',
]
const both = ['close', 'fstat', 'fsync', 'read', 'write']

if (process.env.PIXELROW_FAULTS !== undefined) {
  let isPatched = false
  for (const name of names) patch(fs.promises, name)
  /** @type {Call} */
  const opening = fs.promises.open
  // A handle's methods can be had from a handle alone.
  const first = async (/** @type {any[]} */ ...words) => {
    const handle = await opening(...words)
    if (!isPatched) for (const name of handled) patch(Object.getPrototypeOf(handle), name, { isHandle: true })
    isPatched = true
    return handle
  }
  fs.promises.open = /** @type {typeof opening} */ (first)
  // Files are flushed by their number.
  const flushing = { fsync: promisify(fs.fsync) }
  patch(flushing, 'fsync')
  fs.fsync = /** @type {typeof fs.fsync} */ (callbackify(flushing.fsync))
  for (const name of [...names, ...both]) if (`${name}Sync` in fs) patchSync(name)
  patchStream('createReadStream')
  patchStream('createWriteStream')
  patchFetch()
  for (const name of /** @type {const} */ (['spawn', 'execFile', 'spawnSync', 'execFileSync'])) patchProcess(name)
  if (isMainThread) for (const name of /** @type {const} */ (['stdout', 'stderr'])) patchOutlet(name)
  syncBuiltinESMExports()
}
