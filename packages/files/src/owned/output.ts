import { realpath, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileData } from '../atomic.ts'
import { FileError } from '../error.ts'
import type { ClaimOptions, CommitOptions, WriteOptions } from '../types.ts'
import { type Claimed, commit, newDraft, remove, type Written, write } from './draft.ts'
import { drop, keepAlive } from './lock.ts'
import { recordsOf } from './manifest.ts'
import { end } from './owner.ts'
import { journalPath, lockPath, manifestName, removeEmpty, removeQuietly, workPath } from './store.ts'

/** A folder, or a file of it, that is this process's to write. */
export interface Output {
  /** The folder, links resolved. */
  readonly folder: string
  /** What earlier claims of the same kind wrote and this one, by name: of a folder all that was claimed as a whole. */
  names(): Promise<string[]>
  /**
   * Writes a file that is not seen yet, flushed to disk; its name may have folders in front, with `/`. Several at once may be written. An error,
   * also one of `data` itself, leaves nothing.
   */
  write(name: string, data: FileData, options?: WriteOptions): Promise<Written>
  /** Has a file go with the next `commit`, if it is there. */
  remove(name: string): void
  /**
   * Swaps in everything that was written since the last commit, or what `names` says of it, all or nothing, and writes down what it is and what it was made from. The old
   * files stay until that is whole on the disk; a kill in the middle is finished by the next claim. After an error all is as it was before, and what was
   * written is gone. May be called again and again: a long job commits a file as soon as it is to be seen.
   */
  commit(options?: CommitOptions): Promise<void>
  /** Ends the claim. What was not committed is gone; a folder that was made for it and is empty is removed. Twice is as once. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** An output that is one file, and what is written with it. */
export interface FileOutput extends Output {
  /** The file's name in `folder`, for `write`. */
  readonly name: string
}

/** The output of a claim. */
export function outputOf(claimed: Claimed, options: ClaimOptions): Output {
  const { store, me } = claimed
  const alive = keepAlive(lockPath(store), me)
  const draft = newDraft(claimed, options)
  let closing: Promise<void> | undefined
  const close = () => {
    alive.stop()
    closing ??= draft.turn.then(() => leave(claimed))
    return closing
  }
  const whileOpen =
    <Given extends unknown[], Result>(work: (...given: Given) => Result) =>
    (...given: Given): Result => {
      if (closing) throw closed(store.shown)
      return work(...given)
    }
  return {
    folder: store.folder,
    names: whileOpen(async () => Object.keys(await recordsOf(join(store.path, manifestName(store))))),
    write: whileOpen((name, data, how = {}) => write(draft, { name, data, ...how })),
    remove: whileOpen((name) => remove(draft, name)),
    commit: whileOpen((how = {}) => commit(draft, how)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Lets go of a store, and removes what is of no use without the claim. */
export async function leave({ store, me, made }: Claimed): Promise<void> {
  // Where a swap could not be finished, its files are all that is left of it.
  const isWaiting = await isThere(journalPath(store))
  if (!isWaiting) await removeQuietly(workPath(store, me.id))
  end(me)
  await drop(lockPath(store), me).catch(() => {})
  await rmdir(store.path).catch(() => {})
  await removeEmpty(store.folder, made && (await realpath(made).catch(() => undefined)))
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const closed = (file: string): FileError =>
  new FileError({ code: 'FILES_CLOSED', file, problem: 'was closed', advice: 'Claim it again.' })
