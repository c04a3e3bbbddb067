import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { packageFor, platform, resolvePackage } from './platform.ts'

/** The versions of onnxruntime that fit: this one's patches. */
export const RUNTIME_VERSION = '1.30'

/** An onnxruntime that is installed. Nothing of it is loaded yet. */
export interface FoundRuntime {
  /** The absolute path of its module, in CommonJS. */
  readonly entry: string
  /** The package: `onnxruntime-node`, or one of `@pixelrow/runtime-…`. */
  readonly name: string
  /** onnxruntime's version, such as `1.30.0`. */
  readonly version: string
  /** `wasm` where onnxruntime has no binary for this platform: it takes the provider `wasm` alone. */
  readonly kind: 'native' | 'wasm'
}

/** A package that was looked for, and why it was not taken. */
export interface PassedOver {
  readonly name: string
  /** Its version, where it is there and is another than fits. */
  readonly version?: string
  /** What stands in the way, in words. */
  readonly reason: string
}

/** What looking for a runtime came to. */
export interface RuntimeSearch {
  /** The runtime that is to be used; undefined where none is installed that fits. */
  readonly found?: FoundRuntime
  /** What was looked at before, in order. */
  readonly passedOver: readonly PassedOver[]
}

/**
 * Finds the onnxruntime to use, and loads nothing: an onnxruntime-node that the application has, if it is of version 1.30, else the package of this platform
 * that came with `@pixelrow/runtime`. Both are looked for from this package, from the main script and from the working folder, in this order. Takes a millisecond.
 */
export function findRuntime(): RuntimeSearch {
  const passedOver: PassedOver[] = []
  for (const look of [lookForNode, lookForOwn]) {
    const seen = look()
    if ('entry' in seen) return { found: seen, passedOver }
    passedOver.push(seen)
  }
  return { passedOver }
}

/** What was looked for and why it will not do, in one sentence without a full stop. */
export function explainSearch({ passedOver }: RuntimeSearch): string {
  return passedOver.map(({ name, reason }) => `${name} ${reason}`).join('; ')
}

function lookForNode(): FoundRuntime | PassedOver {
  const name = 'onnxruntime-node'
  // Written out, so that tools that gather an app's files see the name.
  const entry = locate(name, () => createRequire(import.meta.url).resolve('onnxruntime-node'))
  if (typeof entry !== 'string') return { name, ...entry }
  const { version, kind } = packageOf(entry)
  if (version === undefined) return { name, reason: `at ${entry} has no package.json that tells its version` }
  if (fits(version)) return { entry, name, version, kind }
  return { name, version, reason: `is there in version ${version}, and ${RUNTIME_VERSION} is needed (${entry})` }
}

function lookForOwn(): FoundRuntime | PassedOver {
  const here = platform()
  const name = packageFor(here)
  if (name === undefined) return { name: '@pixelrow/runtime', reason: `has no package for ${here}` }
  const entry = locate(name, () => resolvePackage(here))
  if (typeof entry !== 'string') return { name, ...entry }
  const { version = RUNTIME_VERSION, kind } = packageOf(entry)
  return { entry, name, version, kind }
}

const fits = (version: string): boolean => version.startsWith(`${RUNTIME_VERSION}.`) && !version.includes('-')

/**
 * A package's module by its absolute path, or why it cannot be had: that it is not installed, or what went wrong. `here` resolves it from the caller's own
 * place; then the main script and the working folder are tried, as a bundler may have moved the caller's code away from its packages.
 */
export function locate(name: string, here: () => string): string | { reason: string } {
  let reason: string | undefined
  for (const way of [here, ...places().map((place) => () => createRequire(place).resolve(name))]) {
    try {
      return way()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      // Whatever a bundler has made of this file's own address is no news.
      if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_INVALID_ARG_VALUE') reason ??= message
    }
  }
  return { reason: reason === undefined ? 'is not installed' : `cannot be resolved: ${reason.split('\n')[0]}` }
}

/** Where else to look when a bundler has moved this code away from its packages. */
function places(): string[] {
  return [process.argv[1], join(process.cwd(), 'package.json')].filter((place) => place !== undefined)
}

/** What the package of a module says of itself: a repacked one has the version of what it repacks. */
function packageOf(entry: string): { version?: string; kind: FoundRuntime['kind'] } {
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    const { version, pixelrow } = manifestIn(folder)
    if (version !== undefined) return { version, kind: pixelrow?.repacks === 'onnxruntime-web' ? 'wasm' : 'native' }
    if (folder === dirname(folder)) return { kind: 'native' }
  }
}

function manifestIn(folder: string): { version?: string; pixelrow?: { repacks?: string } } {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return {}
  }
}
