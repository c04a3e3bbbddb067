// Counts the calls of the file system that a process makes and has the n-th one fail, or the process killed before it. To be imported first.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { setImmediate as turn } from 'node:timers/promises'
import { callbackify, promisify } from 'node:util'

let count = 0
let at = Number.POSITIVE_INFINITY
let fault = ''
let last = ''

/** From now on the n-th call fails with an error of this code, or kills the process (SIGKILL). @param {number} n @param {string} code */
export function arm(n, code) {
  count = 0
  at = n
  fault = code
}

let isJittery = false

/** From now on other work may come between any two calls. */
export const jitter = () => {
  isJittery = true
}

/** How many calls there were since `arm`, and the one that failed. */
export const calls = () => ({ count, last })

/** @param {string} name */
function failing(name) {
  count++
  if (count !== at) return undefined
  last = name
  if (fault === 'SIGKILL') process.kill(process.pid, 'SIGKILL')
  return Object.assign(new Error(`${fault}: made to fail, ${name}`), { code: fault, syscall: name })
}

/** @param {any} object @param {string} name @param {string} label */
function patch(object, name, label) {
  const original = object[name]
  object[name] = async function (/** @type {any[]} */ ...words) {
    for (let turns = isJittery ? Math.random() * 6 : 0; turns > 1; turns--) await turn()
    const error = failing(label)
    if (!error) return original.apply(this, words)
    // A full disk takes the beginning.
    if (label === 'handle.writeFile') await original.call(this, Buffer.from(words[0]).subarray(0, words[0].length >> 1))
    throw error
  }
}

const names =
  'access copyFile link lstat mkdir open readdir readFile readlink realpath rename rm rmdir stat utimes writeFile'
const handle = await fs.promises.open(process.execPath, 'r')
const prototype = Object.getPrototypeOf(handle)
await handle.close()
for (const name of names.split(' ')) patch(fs.promises, name, name)
for (const name of ['writeFile', 'chmod', 'stat']) patch(prototype, name, `handle.${name}`)
const flushing = { fsync: promisify(fs.fsync) }
patch(flushing, 'fsync', 'fsync')
fs.fsync = /** @type {typeof fs.fsync} */ (callbackify(flushing.fsync))
syncBuiltinESMExports()
