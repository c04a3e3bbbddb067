import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { below } from './files.ts'

/** Where a library is by which the system's loader finds it without help; undefined where it does not. Nothing is run. */
export function foundByLoader(library: string, root = '/'): string | undefined {
  const cached = loaderCache(below(root, '/etc/ld.so.cache')).get(library)
  const system = systemFolders().map((folder) => below(root, folder))
  return inFolders(loaderFolders(), library) ?? (cached && below(root, cached)) ?? inFolders(system, library)
}

/** The first of the folders' files of this name. */
export function inFolders(folders: readonly string[], library: string): string | undefined {
  return folders.map((folder) => join(folder, library)).find((path) => existsSync(path))
}

/** What the user's environment tells the loader. */
function loaderFolders(): string[] {
  const { LD_LIBRARY_PATH, PATH } = process.env
  const folders = process.platform === 'win32' ? PATH : LD_LIBRARY_PATH
  return (folders ?? '').split(delimiter).filter(Boolean)
}

function systemFolders(): string[] {
  if (process.platform === 'win32') return [join(process.env.SystemRoot ?? 'C:\\Windows', 'System32')]
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  return [`/lib/${machine}`, `/usr/lib/${machine}`, '/lib64', '/usr/lib64', '/lib', '/usr/lib']
}

const mark = Buffer.from('glibc-ld.so.cache1.1')
/** What glibc's cache says of a library for this processor. */
const flags = { x64: 0x0303, arm64: 0x0a03 }[process.arch as string]

/**
 * Libraries by name as ldconfig's cache has them: a header with their number, then for each its flags and where its name and its path stand.
 * Empty where there is no such cache.
 */
export function loaderCache(path = '/etc/ld.so.cache'): Map<string, string> {
  const found = new Map<string, string>()
  const file = bytesOf(path)
  const start = file.indexOf(mark)
  if (start < 0) return found
  const cache = file.subarray(start)
  const count = cache.readUInt32LE(20)
  for (let at = 48; at + 24 <= cache.length && at < 48 + count * 24; at += 24) {
    if (cache.readInt32LE(at) !== flags) continue
    const [name, place] = [4, 8].map((field) => textAt(cache, cache.readUInt32LE(at + field))) as [string, string]
    if (!found.has(name)) found.set(name, place)
  }
  return found
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

const textAt = (bytes: Buffer, start: number): string =>
  bytes.toString('utf8', start, Math.max(start, bytes.indexOf(0, start)))
