import { readFileSync } from 'node:fs'
import nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { locate } from '../../../common/locate.ts'
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
  // Written out, so that tools that gather an app's files see the name. Of `nodeModule`, as webpack looks for `createRequire` alone and takes what it finds into
  // the bundle, or fails where it finds nothing.
  const entry = locate(name, () => nodeModule.createRequire(import.meta.url).resolve('onnxruntime-node'))
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
