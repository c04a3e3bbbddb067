import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { syncFolder, temporaryIn } from './atomic.ts'
import { cacheFolder } from './cache.ts'
import { FileError } from './error.ts'
import { flush } from './flush.ts'
import { cachedRules, check } from './options.ts'
import { sweepTemporaries } from './owned/enter.ts'
import { makeFolder } from './owned/store.ts'
import { attempt, codeOf } from './reason.ts'
import type { CachedOptions } from './types.ts'

/** Written last: a folder without it is not whole. */
const marker = '.complete'
/** Folders that this process is making, by path. */
const underWay = new Map<string, Promise<string>>()

/**
 * A folder of the cache, made on first use: `make` fills a temporary folder, which is then renamed into place, so that a folder in place is
 * whole. Two processes at once do no harm: the first to finish wins. A folder without its `.complete` is damaged, and made again. An error
 * of `make` comes through and leaves nothing. `key` is a relative path such as `digits-1.2.6`; put the version of what you make into it.
 * Returns the folder's absolute path.
 */
export async function cached(
  key: string,
  make: (folder: string) => Promise<void>,
  options: CachedOptions = {},
): Promise<string> {
  check('cached', options, cachedRules)
  const { folder = cacheFolder() } = options
  const path = join(resolve(folder), ...partsOfKey(key))
  const running = underWay.get(path)
  if (running) return running
  const work = made(path, make)
  underWay.set(path, work)
  try {
    return await work
  } finally {
    underWay.delete(path)
  }
}

function partsOfKey(key: string): string[] {
  const parts = key.split('/')
  if (parts.every((part) => /^\w[\w.@+-]*$/.test(part))) return parts
  const problem = `a key of the cache: expected letters, digits and . _ @ + - with / between, found ${JSON.stringify(key)}`
  throw new FileError({ code: 'FILES_KEY_INVALID', params: { key }, problem })
}

async function made(path: string, make: (folder: string) => Promise<void>): Promise<string> {
  await sweepTemporaries(dirname(path))
  return (await isWhole(path)) ? path : built(path, make)
}

const isWhole = (path: string): Promise<boolean> =>
  stat(join(path, marker)).then(
    (stats) => stats.isFile(),
    () => false,
  )

async function built(path: string, make: (folder: string) => Promise<void>): Promise<string> {
  const parent = dirname(path)
  const partial = temporaryIn(parent)
  const action = { file: path, action: 'created' } as const
  await attempt(makeFolder(parent), action)
  await attempt(mkdir(partial), action)
  try {
    await make(partial)
    await mark(partial, path)
    await attempt(place(partial, path), action)
    await syncFolder(parent)
    return path
  } finally {
    await remove(partial)
  }
}

async function mark(partial: string, path: string): Promise<void> {
  const action = { file: path, action: 'created' } as const
  const handle = await attempt(open(join(partial, marker), 'w'), action)
  await attempt(flush(handle), action).finally(() => handle.close())
  await syncFolder(partial)
}

/** Renames into place. Whole folders of another process stay; what is not whole is taken away first. */
async function place(partial: string, path: string, tries = 10): Promise<void> {
  try {
    await rename(partial, path)
  } catch (error) {
    if (await isWhole(path)) return
    if (tries === 0 || !occupied.has(codeOf(error) ?? '') || !(await takeAway(path))) throw error
    await place(partial, path, tries - 1)
  }
}

const occupied = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM', 'EACCES'])

/** Removes a damaged folder, and says whether there was one. Should it turn out whole, another process just made it: it goes back. */
async function takeAway(path: string): Promise<boolean> {
  const aside = temporaryIn(dirname(path))
  try {
    await rename(path, aside)
  } catch (error) {
    return codeOf(error) === 'ENOENT'
  }
  if (await isWhole(aside)) await rename(aside, path).catch(() => {})
  await remove(aside)
  return true
}

const remove = (path: string) => rm(path, { recursive: true, force: true }).catch(() => {})
