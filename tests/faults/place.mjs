// @ts-check
// A folder of its own for one trial, with a home, a cache and a folder for temporaries beside it, and what a command does there.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { normal } from './normal.mjs'

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string }} Result */
/** @typedef {{ bytes: string, normal: string, mtimeMs: number }} Found */
/** Every file, and every empty folder (`bytes` is ''), by its path below the place. @typedef {Map<string, Found>} Snapshot */

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')
const entry = join(root, 'apps/cli/dist/pixelrow.js')
const preload = fileURLToPath(new URL('preload.cjs', import.meta.url))
const interrupting = new URL('../../apps/cli/test/interrupting.mjs', import.meta.url).href

/** So long a command may take, in milliseconds. */
const patience = 180_000

const parts = ['work', 'home', 'cache', 'tmp']

/** @type {string | undefined} */
let shed

/** An empty folder that goes with this process, however it ends. */
export function newFolder() {
  if (shed === undefined) {
    const all = mkdtempSync(join(tmpdir(), 'pixelrow-faults-'))
    process.once('exit', () => remove(all))
    shed = all
  }
  return mkdtempSync(join(shed, 'place-'))
}

/** Makes an empty place. */
export function newPlace() {
  const place = newFolder()
  for (const part of parts) mkdirSync(join(place, part))
  return place
}

/** @param {string} place */
export function copyOf(place) {
  const copy = newFolder()
  copyInto(place, copy)
  return copy
}

/** Copies what is in a folder into another one. @param {string} from @param {string} to */
export function copyInto(from, to) {
  // Node rounds times of change, by which a journal knows a file again; `cp` does not.
  if (process.platform === 'win32') cpSync(from, to, { recursive: true, preserveTimestamps: true })
  else execFileSync('cp', ['-a', `${from}/.`, to])
}

/** @param {string} place */
export const remove = (place) => rmSync(place, { recursive: true, force: true })

/** @param {string} place @param {{ faults?: object, interruptedAt?: string, env?: NodeJS.ProcessEnv }} how @returns {NodeJS.ProcessEnv} */
function environment(place, { faults, interruptedAt, env }) {
  const { NODE_OPTIONS: _, FORCE_COLOR: __, ...inherited } = process.env
  const own = Object.fromEntries(
    Object.entries(inherited).filter(([name]) => !/^(PIXELROW|KAGGLE|XDG)_|proxy$/i.test(name)),
  )
  return {
    ...own,
    HOME: join(place, 'home'),
    TMPDIR: join(place, 'tmp'),
    PIXELROW_CACHE: join(place, 'cache'),
    PIXELROW_CHECKPOINT_SECONDS: '0',
    ...(faults && { NODE_OPTIONS: `--require ${preload}`, PIXELROW_FAULTS: JSON.stringify({ root, ...faults }) }),
    ...(interruptedAt && { NODE_OPTIONS: `--import ${interrupting}`, INTERRUPT_AT: JSON.stringify([interruptedAt]) }),
    ...env,
  }
}

/**
 * Carries out a command in a place. `program` is pixelrow unless said otherwise; `killedAfter` is in milliseconds; `prefix` goes in front, as `nice` does.
 * @param {string} place @param {string[]} args
 * @param {{ faults?: object, interruptedAt?: string, env?: NodeJS.ProcessEnv, killedAfter?: number, program?: string, prefix?: string[], cwd?: string }} [how]
 * @returns {Promise<Result>}
 */
export function carryOut(place, args, how = {}) {
  const [program = '', ...words] = [...(how.prefix ?? []), process.execPath, how.program ?? entry, ...args]
  const child = spawn(program, words, {
    cwd: how.cwd ?? join(place, 'work'),
    env: environment(place, how),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), how.killedAfter ?? patience)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
    })
  })
}

/** What lies in a place. @param {string} place @returns {Snapshot} */
export function snapshot(place) {
  /** @type {Snapshot} */
  const all = new Map()
  for (const part of parts)
    for (const entry of readdirSync(join(place, part), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      const name = relative(place, path).replaceAll(sep, '/')
      if (entry.isFile()) all.set(name, found(name, path))
      else if (entry.isDirectory() && readdirSync(path).length === 0)
        all.set(`${name}/`, { bytes: '', normal: '', mtimeMs: 0 })
    }
  return all
}

/** @param {string} name @param {string} path @returns {Found} */
function found(name, path) {
  const bytes = readFileSync(path)
  return { bytes: sum(bytes), normal: sum(normal(name, bytes)), mtimeMs: statSync(path).mtimeMs }
}

/** @param {string | Uint8Array} bytes */
export const sum = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)
