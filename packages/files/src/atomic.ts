import { constants, type Stats } from 'node:fs'
import { access, type FileHandle, lstat, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isA } from '../../../common/kinds.ts'
import { FileError } from './error.ts'
import { flush } from './flush.ts'
import { check, writeRules } from './options.ts'
import { idPattern, newOwner } from './owned/owner.ts'
import { attempt, codeOf, explained } from './reason.ts'
import type { WriteOptions } from './types.ts'

/** What a file is written from: all at once or in parts. */
export type FileData = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

const sliceSize = 1 << 22

/**
 * Writes a whole file or nothing: into a temporary file in the same folder, flushed to disk, then renamed over the path. On failure the
 * temporary file is removed and the path stays as it was. Strings are UTF-8. A link at the path is followed, a device or a pipe written to
 * directly. Throws a FileError for a missing or read-only folder, a full disk and the like; an error of `data` itself comes through.
 */
export async function writeFileAtomic(path: string | URL, data: FileData, options: WriteOptions = {}): Promise<void> {
  check('writeFileAtomic', options, writeRules)
  const file = isA(path, 'URL') ? fileURLToPath(path) : path
  options.signal?.throwIfAborted()
  const target = await targetOf(file)
  if (target.isStream) return writeStream(file, data, options)
  await replaceFile(file, target.path, data, { ...options, mode: options.mode ?? target.mode })
  await syncFolder(dirname(target.path))
}

/**
 * A path in a folder for what is made there under another name, a file or a folder: `sweepTemporaries` removes it once this process is gone. Its length
 * is its own: that of the target may be as long as a name can be.
 */
export const temporaryIn = (folder: string): string => join(folder, `.pixelrow-${newOwner().id}.tmp`)

/** Whose temporary file a name is that of, if it is one; those of older versions are nobody's. */
export function temporaryOf(name: string): string | undefined {
  if (/^\.pixelrow-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/.test(name)) return 'nobody'
  return named.exec(name)?.[1]
}

const named = new RegExp(`^\\.pixelrow-(${idPattern})\\.tmp$`)

/** Writes beside the target and renames over it; `file` is its name in errors. The folder is not flushed. */
export async function replaceFile(
  file: string,
  target: string,
  data: FileData,
  { mode, signal }: { mode?: number | undefined; signal?: AbortSignal | undefined },
): Promise<void> {
  const action = { file, action: 'written' } as const
  const temporary = temporaryIn(dirname(target))
  const handle = await attempt(open(temporary, 'wx', mode === undefined ? 0o666 : 0o600), action)
  try {
    try {
      await writeParts(handle, file, data, signal)
      if (mode !== undefined) await attempt(handle.chmod(mode & 0o7777), action)
      await attempt(flush(handle), action)
    } finally {
      await attempt(handle.close(), action)
    }
    signal?.throwIfAborted()
    await attempt(rename(temporary, target), action)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

export async function writeParts(handle: FileHandle, file: string, data: FileData, signal: AbortSignal | undefined) {
  for await (const part of abortable(typeof data === 'string' || isA(data, 'Uint8Array') ? [data] : data, signal)) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    for (let at = 0; at < bytes.length; at += sliceSize) {
      signal?.throwIfAborted()
      await attempt(handle.writeFile(bytes.subarray(at, at + sliceSize)), { file, action: 'written' })
    }
  }
}

/** Ends at once when the signal says so, even where the next part never comes. */
async function* abortable<T>(parts: Iterable<T> | AsyncIterable<T>, signal: AbortSignal | undefined) {
  if (!signal || Symbol.iterator in parts) return yield* parts
  const iterator = parts[Symbol.asyncIterator]()
  const { promise, stop } = aborted(signal)
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), promise])
      if (next.done) return
      yield next.value
    }
  } finally {
    stop()
    // Not waited for: it may be the one that never answers.
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

function aborted(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  let listener = () => {}
  const promise = new Promise<never>((_, reject) => {
    listener = () => reject(signal.reason)
    signal.addEventListener('abort', listener, { once: true })
    if (signal.aborted) listener()
  })
  promise.catch(() => {})
  return { promise, stop: () => signal.removeEventListener('abort', listener) }
}

interface Target {
  /** The file itself, behind any links. */
  path: string
  /** Permissions of the file that is there. */
  mode?: number
  /** A device, a pipe or a socket: nothing that can be replaced. */
  isStream: boolean
}

async function targetOf(file: string): Promise<Target> {
  const stats = await statIfThere(file)
  if (!stats) return { path: await behindLinks(file), isStream: false }
  if (stats.isDirectory())
    throw new FileError({
      code: 'FILES_IN_THE_WAY',
      params: { path: file },
      file,
      problem: 'cannot be written: it is a folder',
      advice: 'Pass the path of a file.',
    })
  if (!stats.isFile()) return { path: file, isStream: true }
  await access(file, constants.W_OK).catch((cause: unknown) => {
    const advice = 'Change its permissions, or choose another name.'
    const problem = 'cannot be written: the file is read-only'
    throw new FileError({ code: 'FILES_READ_ONLY', file, problem, advice }, { cause })
  })
  const path = await attempt(realpath(file), { file, action: 'written' })
  return { path, mode: stats.mode & 0o777, isStream: false }
}

async function statIfThere(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw explained(error, { file, action: 'written' })
  }
}

/** Where a path leads that has no file yet: a link there may point to a file that is still to be made. */
export async function behindLinks(file: string): Promise<string> {
  let path = file
  for (let hops = 0; hops < 40; hops++) {
    const stats = await lstat(path).catch(() => undefined)
    if (!stats?.isSymbolicLink()) return path
    path = resolve(await realpath(dirname(path)), await readlink(path))
  }
  return path
}

async function writeStream(file: string, data: FileData, { signal }: WriteOptions): Promise<void> {
  const handle = await attempt(open(file, 'w'), { file, action: 'written' })
  try {
    await writeParts(handle, file, data, signal)
  } finally {
    await handle.close()
  }
}

/** Makes a rename last through a power cut, where the system can flush a folder. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await (handle && flush(handle).catch(() => {}))
  await handle?.close()
}
