import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Targets } from './fatbin.ts'

/** What a set-up has written down of a provider that it keeps, beside its files. */
export interface ProviderManifest {
  /** onnxruntime's version and the commit that it was built from, as the wheel's own library says. */
  version: string
  commit: string
  /** CUDA's version that it was built with, such as `13.0`. */
  cuda: string
  targets: Targets
  files: ProviderFile[]
}

/** A file of a provider, as it must be. */
export interface ProviderFile {
  name: string
  size: number
  sha256: string
  /** SHA-256 of the first bytes, in which a linker has written what tells its builds apart. */
  head: string
}

/** The manifest's name in a folder of the cache. */
export const manifestName = 'manifest.json'

/** The folder of all providers that are kept for this kind of machine. */
export const providersFolder = (cache: string): string => join(cache, 'cuda', `${process.platform}-${process.arch}`)

/** The manifest in a folder; undefined where there is none that can be read. */
export function manifestIn(folder: string): ProviderManifest | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, manifestName), 'utf8'))
    return isManifest(read) ? read : undefined
  } catch {
    return undefined
  }
}

function isManifest(value: unknown): value is ProviderManifest {
  const { version, commit, cuda, files } = (value ?? {}) as Partial<ProviderManifest>
  return [version, commit, cuda].every((each) => typeof each === 'string') && Array.isArray(files)
}

/** All manifests of a cache. */
export function manifestsIn(cache: string): ProviderManifest[] {
  try {
    const folder = providersFolder(cache)
    return readdirSync(folder).flatMap((name) => manifestIn(join(folder, name)) ?? [])
  } catch {
    return []
  }
}

const headLength = 4096

/**
 * What tells a build of a library from every other without reading it whole: its size and a hash of its first page, which holds the build
 * identifier. Undefined for a file that cannot be read.
 */
export function headOf(path: string): Pick<ProviderFile, 'size' | 'head'> | undefined {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const bytes = Buffer.alloc(headLength)
    const count = readSync(file, bytes, 0, headLength, 0)
    return { size: fstatSync(file).size, head: createHash('sha256').update(bytes.subarray(0, count)).digest('hex') }
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Whether a manifest describes a file, by name, size and head. */
export function describes(manifest: ProviderManifest, name: string, path: string): boolean {
  const [file, found] = [manifest.files.find((each) => each.name === name), headOf(path)]
  return file !== undefined && file.size === found?.size && file.head === found.head
}
