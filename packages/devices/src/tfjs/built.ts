import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '@pixelrow/files'
import { builtRules, check } from '../options.ts'
import type { BuiltOptions, TfjsBuild, TfjsKind } from './types.ts'

/** The kinds of builds, the preferred one first. */
export const kinds: readonly TfjsKind[] = ['gpu', 'cpu']

/** The folder of all builds, for any machine that shares the cache. */
export const buildsFolder = (cache: string): string => join(cache, 'tfjs')

/** The key in the cache of a build for this machine. */
export function buildKey(kind: TfjsKind, version: string): string {
  return `tfjs/${process.platform}-${process.arch}/${kind}-${version}`
}

/** Whether a folder of the cache is whole: `cached` writes this file last. */
export const isWhole = (folder: string): boolean => existsSync(join(folder, '.complete'))

/** What a build in a folder is. */
export function buildIn(folder: string, kind: TfjsKind, version: string): TfjsBuild {
  return { kind, version, entry: join(folder, 'node_modules/@tensorflow/tfjs-node/dist/index.js'), folder }
}

/**
 * The tfjs-node to use of those that `setupTfjs` has built here, undefined if there is none: one with CUDA before one without, then
 * TensorFlow's newest version. It reads a folder's names and downloads and loads nothing. On Node 23 and later, `util.isNullOrUndefined`
 * and `util.isArray` must be put back before `entry` is required. Throws a
 * SetupError for options that are none, and nothing else.
 */
export function builtTfjs(options: BuiltOptions = {}): TfjsBuild | undefined {
  check('builtTfjs', options, builtRules)
  return allBuilt(options.cache ?? cacheFolder())[0]
}

/** All builds for this machine, the preferred one first. */
export function allBuilt(cache: string): TfjsBuild[] {
  const folder = join(buildsFolder(cache), `${process.platform}-${process.arch}`)
  const builds = namesIn(folder).flatMap((name): TfjsBuild[] => {
    const [, kind, version] = /^(gpu|cpu)-(\d[\d.]*)$/.exec(name) ?? []
    if (!version || !isWhole(join(folder, name))) return []
    return [buildIn(join(folder, name), kind === 'gpu' ? 'gpu' : 'cpu', version)]
  })
  return builds.sort(preferredFirst)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function preferredFirst(a: TfjsBuild, b: TfjsBuild): number {
  const byKind = kinds.indexOf(a.kind) - kinds.indexOf(b.kind)
  return byKind || b.version.localeCompare(a.version, 'en', { numeric: true })
}
