import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { FileError } from '../error.ts'
import { unsafe } from '../names.ts'
import { check, folderRules } from '../options.ts'
import { attempt, codeOf } from '../reason.ts'
import type { FolderOptions } from '../types.ts'

/** The folder inside each folder of outputs that holds what is known of them, and what is not in place yet. */
export const storeName = '.pixelrow'

/** Where everything about a claim lies: all of a folder, or one file of it (`part`). */
export interface Store {
  /** The folder of the outputs, links resolved. */
  readonly folder: string
  /** What is claimed, as errors name it: the folder's path as it was given, or the file's. */
  readonly shown: string
  /** Its `.pixelrow`. */
  readonly path: string
  /** '' for the whole folder, else a word for the file's name. */
  readonly key: string
}

/** Names in other case, or composed otherwise, may be one file: they share a key. A hash, as the name may be as long as names can be. */
export const keyOf = (part: string | undefined): string =>
  part === undefined
    ? ''
    : `-${createHash('sha256').update(part.normalize('NFC').toLowerCase()).digest('hex').slice(0, 16)}`

export const storeOf = (folder: string, { part, shown = folder }: { part?: string; shown?: string } = {}): Store => ({
  folder,
  shown: part === undefined ? shown : join(shown, part),
  path: join(folder, storeName),
  key: keyOf(part),
})

/** One of a store's files as errors name it. */
export const shownIn = ({ shown, key }: Store, name: string): string => join(key === '' ? shown : dirname(shown), name)

export const lockPath = ({ path, key }: Store): string => join(path, `lock${key}`)
export const journalPath = ({ path, key }: Store): string => join(path, `journal${key}.json`)
export const manifestName = ({ key }: Pick<Store, 'key'>): string => `manifest${key}.json`
/** Where a claim's files lie until they are swapped in. */
export const workPath = ({ path }: Store, id: string): string => join(path, `work-${id}`)

/** Names in the store; none where there is no store. */
export const namesIn = (path: string): Promise<string[]> => readdir(path).catch(() => [])

/** Refuses a name that no output can have. */
export function requireName(name: string): void {
  const problem =
    unsafe(name) ?? (name.split('/')[0] === storeName ? `${storeName} is kept for its own files` : undefined)
  if (problem === undefined && !name.split('/').some((part) => part === '' || part === '.')) return
  throw new FileError({
    code: 'FILES_NAME_IMPOSSIBLE',
    params: { name },
    file: name,
    problem: problem ?? 'a part of its name is empty',
  })
}

/**
 * Makes a folder and those above it; gives the topmost that was made. Not `mkdir` with `recursive`, which never comes back where a folder can neither
 * be made nor found, as in `/proc/self/x`. Throws the system's errors.
 */
export async function makeFolder(path: string, options: FolderOptions = {}): Promise<string | undefined> {
  check('makeFolder', options, folderRules)
  const { mode } = options
  const missing: string[] = []
  for (let folder = resolve(path); !(await isFolder(folder)); folder = dirname(folder)) {
    missing.unshift(folder)
    if (dirname(folder) === folder) break
  }
  for (const folder of missing) await make(folder, mode)
  return missing[0]
}

async function make(folder: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(folder, mode)
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (codeOf(error) !== 'EEXIST' || !(await isFolder(folder))) throw error
  }
}

/** What a path leads to; undefined where that is nothing. */
export const statIfThere = (path: string): Promise<Stats | undefined> => ifThere(stat(path), path)

/** What is at a path, a link as such; undefined where nothing is. */
export const lstatIfThere = (path: string): Promise<Stats | undefined> => ifThere(lstat(path), path)

const ifThere = (stats: Promise<Stats>, path: string): Promise<Stats | undefined> =>
  attempt(
    stats.catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
      return undefined
    }),
    { file: path, action: 'read' },
  )

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )

/** Removes a folder and those above it, down to `top`, as far as they are empty. */
export async function removeEmpty(path: string, top: string | undefined): Promise<void> {
  for (let folder = resolve(path); top && folder.startsWith(top); folder = dirname(folder)) {
    const removed = await rmdir(folder).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}

/** For errors that mean that there is nothing to do. */
export const unless =
  (...codes: string[]) =>
  (error: unknown): void => {
    if (!codes.includes(codeOf(error) ?? '')) throw error
  }

/** Removes a file or a folder of ours; one that does not go is swept by the next claim. */
export const removeQuietly = (path: string): Promise<void> => rm(path, { recursive: true, force: true }).catch(() => {})
