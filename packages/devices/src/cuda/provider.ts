import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { cacheFolder } from '@pixelrow/files'
import { check, placeRules } from '../options.ts'
import type { Targets } from './fatbin.ts'
import { cudaMajor, inspect, neededBy } from './inspect.ts'
import { describes, manifestIn, manifestsIn, type ProviderManifest } from './manifest.ts'
import { allParts, neededParts, providerName } from './provider-names.ts'
import type { OnnxRuntime } from './runtime.ts'
import type { PlaceOptions } from './types.ts'

/** Whose provider files are: of `setupCuda`, of onnxruntime-node's own install script, or of nobody that is known. */
export type ProviderOwner = 'pixelrow' | 'onnxruntime-node' | 'other'

/** The CUDA provider beside an onnxruntime-node: of its files what is there, and what it says of itself. */
export interface Provider {
  /** Absolute paths of the files that are there, links that lead nowhere included. */
  files: string[]
  /** Names of those that a session needs and that are not there, or lead nowhere. */
  missing: string[]
  owner: ProviderOwner
  /** onnxruntime's version that it was built with; undefined where it cannot be told. */
  version?: string
  /** The commit that it was built from, which its manifest alone tells. */
  commit?: string
  /** CUDA's major version that it wants, such as 13; undefined where it cannot be told. */
  cuda?: number
  /** The GPUs that it has code for; undefined where it cannot be told. */
  targets?: Targets
  /** Libraries that it is loaded with, by name. */
  needed: string[]
  /** Whether it is whole and of the runtime's version: another one loads silently and computes wrongly. */
  fits: boolean
}

/**
 * What of the CUDA provider lies beside an onnxruntime-node; undefined if nothing does. Nothing is loaded. A provider that `setupCuda` placed is
 * told by its manifest, another one by what stands in its library, which is read once a process.
 */
export function providerOf(runtime: OnnxRuntime, options: PlaceOptions = {}): Provider | undefined {
  check('providerOf', options, placeRules)
  const { cache = cacheFolder() } = options
  const files = allParts.map((part) => join(runtime.folder, providerName(part))).filter(isThere)
  if (files.length === 0) return undefined
  const whole = files.filter((path) => realPath(path) !== undefined)
  const missing = neededParts.map(providerName).filter((name) => !whole.includes(join(runtime.folder, name)))
  const library = whole.find((path) => basename(path) === providerName('cuda'))
  const needed = library ? neededBy(library) : []
  const cuda = cudaMajor(needed)
  const manifest = manifestFor(whole, cache)
  const about = manifest ?? (library ? inspect(library, runtime.version) : undefined)
  const isTheirs = about?.version === runtime.version && cuda === 12
  const owner = manifest ? 'pixelrow' : isTheirs ? 'onnxruntime-node' : 'other'
  return {
    ...{ files, missing, owner, needed, fits: missing.length === 0 && about?.version === runtime.version },
    ...(about?.version !== undefined && { version: about.version }),
    ...(manifest && { commit: manifest.commit }),
    ...(cuda !== undefined && { cuda }),
    ...(about && { targets: about.targets }),
  }
}

/** The manifest that describes all files: beside what they link to, or in the cache where they are copies. */
function manifestFor(files: readonly string[], cache: string): ProviderManifest | undefined {
  const beside = files.flatMap((path) => manifestIn(dirname(realpathSync(path))) ?? [])
  return [...beside.slice(0, 1), ...manifestsIn(cache)].find((manifest) =>
    files.every((path) => describes(manifest, basename(path), path)),
  )
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
