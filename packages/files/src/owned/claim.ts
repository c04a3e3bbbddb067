import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { behindLinks } from '../atomic.ts'
import { FileError } from '../error.ts'
import { check, claimRules } from '../options.ts'
import { attempt } from '../reason.ts'
import type { ClaimOptions } from '../types.ts'
import { deviceOutput, isHandle } from './device.ts'
import { enter } from './enter.ts'
import { isHeld } from './lock.ts'
import { requireOurs } from './ours.ts'
import { type FileOutput, leave, type Output, outputOf } from './output.ts'
import { newOwner } from './owner.ts'
import { makeFolder, namesIn, removeEmpty, requireName, statIfThere, storeOf } from './store.ts'

/**
 * Claims a folder for what is going to be written there; it is made where it is not there. What killed processes left is put in order first. Throws a
 * FileError: FILES_LOCKED where another process writes there, FILES_FOREIGN where `names` are in the way that no claim wrote. The claim ends
 * with `close`, or with the process.
 */
export async function claim(folder: string, options: ClaimOptions = {}): Promise<Output> {
  check('claim', options, claimRules)
  return claimAt(folder, folder, options)
}

/** `brief`: others wait for it. */
async function claimAt(
  folder: string,
  shown: string,
  options: ClaimOptions,
  { brief = false }: { brief?: boolean } = {},
): Promise<Output> {
  const { part, names = [] } = options
  options.signal?.throwIfAborted()
  for (const name of names) requireName(name)
  const made = await attempt(makeFolder(folder), { file: shown, action: 'created' })
  const real = await attempt(realpath(folder), { file: shown, action: 'written' }).catch(async (error: unknown) => {
    await removeEmpty(folder, made)
    throw error
  })
  const store = storeOf(real, { shown, ...(part !== undefined && { part }) })
  const claimed = { store, me: newOwner({ ...options, brief }), made }
  try {
    await enter(store, claimed.me)
    await requireOurs(store, names, options)
    return outputOf(claimed, options)
  } catch (error) {
    await leave(claimed)
    throw error
  }
}

/**
 * Claims one file: others may write other files of its folder at the same time. A link is followed. `names` are files that are written with it, in
 * its folder. A device or a pipe is nobody's: it is written to as it is. Throws as `claim` does.
 */
export async function claimFile(path: string, options: Omit<ClaimOptions, 'part'> = {}): Promise<FileOutput> {
  check('claimFile', options, claimRules)
  // Asked of the path itself: `/dev/stdout` leads to a pipe by a link to no name.
  const stats = await statIfThere(path)
  if (stats?.isDirectory()) throw isFolder(path)
  if (stats && (!stats.isFile() || (await isHandle(resolve(path))))) return deviceOutput(path)
  const file = await behindLinks(resolve(path))
  const name = basename(file)
  const folder = dirname(file)
  const shown = file === resolve(path) ? dirname(path) : folder
  const names = [name, ...(options.names ?? [])]
  const output = await claimAt(folder, shown, { ...options, part: name, names })
  return { ...output, name }
}

const isFolder = (path: string): FileError =>
  new FileError({
    code: 'FILES_IN_THE_WAY',
    params: { path },
    file: path,
    problem: 'cannot be written: it is a folder',
    advice: 'Pass the path of a file.',
  })

/**
 * Puts a folder in order before it is read: where a killed process had begun to swap in its files, that is finished, and what it left goes. A folder in which somebody
 * writes, or in which this user may not write, stays as it is.
 */
export async function settle(folder: string): Promise<void> {
  const { path } = storeOf(folder)
  const names = await namesIn(path)
  if (!names.some((name) => /^(journal|lock|new|work|gone)/.test(name))) return
  try {
    // Whoever is at work is not to wait for a reader.
    for (const name of names) if (name.startsWith('lock') && (await isHeld(join(path, name)))) return
    await (await claimAt(folder, folder, { by: 'settle' }, { brief: true })).close()
  } catch (error) {
    if (!(error instanceof FileError && /^FILES_(LOCKED|SYSTEM)$/.test(error.code))) throw error
  }
}
