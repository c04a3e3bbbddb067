import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryOf } from '../atomic.ts'
import { attempt } from '../reason.ts'
import { recover } from './journal.ts'
import { drop, now, ownerOf, patience, take } from './lock.ts'
import { idPattern, isAtWork, type Owner } from './owner.ts'
import { locked } from './refusals.ts'
import { lockPath, namesIn, removeQuietly, type Store, storeName } from './store.ts'

/**
 * Takes a store's lock, and puts in order what killed processes left in the folder: swaps are finished, locks and temporaries of the dead go.
 * Throws FILES_LOCKED.
 */
export async function enter(store: Store, me: Owner): Promise<void> {
  const action = { file: store.key === '' ? join(store.shown, storeName) : store.shown, action: 'written' } as const
  const holder = await attempt(take(lockPath(store), me), action)
  if (holder) throw await locked(store.shown, lockPath(store), holder)
  await recover(store)
  for (const name of await namesIn(store.path)) {
    const found = /^(?:lock|journal)(-[0-9a-f]{16})?(?:\.json|(\..+))?$/.exec(name)
    if (!found) continue
    const [, key = '', right] = found
    if (right) await attempt(clear(join(store.path, name), me), action)
    else if (key !== store.key) await settleOther(store, { ...store, key }, me)
  }
  await attempt(sweepStore(store.path), action)
  await attempt(sweepTemporaries(store.folder), action)
}

/**
 * Finishes what the dead owner of another part of the folder left, or of all of it. A living one is in the way where all is to be ours, or is
 * theirs.
 */
async function settleOther(store: Store, other: Store, me: Owner): Promise<void> {
  const lock = lockPath(other)
  const holder = await attempt(take(lock, { ...me, brief: true }), { file: store.shown, action: 'written' })
  if (holder && (store.key === '' || other.key === '')) throw await locked(store.shown, lock, holder)
  if (holder) return
  try {
    await recover(other)
  } finally {
    await drop(lock, me)
  }
}

/** Removes the right to a dead owner's lock, whose holder died as well. */
async function clear(lock: string, me: Owner): Promise<void> {
  if (!(await take(lock, { ...me, brief: true }))) await drop(lock, me)
}

/** Removes from a store what dead claims left: nothing of theirs is waited for any more. */
async function sweepStore(path: string): Promise<void> {
  const held = new Set<string>()
  const names = await namesIn(path)
  // Whoever makes a temporary holds a lock before: locks are looked at after temporaries.
  for (const name of await namesIn(path)) {
    const owner = name.startsWith('lock') && (await ownerOf(join(path, name)))
    if (owner) held.add(owner.id)
  }
  for (const name of names) {
    const id = inStore.exec(name)?.[1]
    if (id && !held.has(id)) await removeIfLeft(join(path, name), id, patience)
  }
}

const inStore = new RegExp(`^(?:new|work|gone|\\.pixelrow)-(${idPattern})(?:\\.tmp)?$`)

/**
 * Removes from a folder the temporary files of processes that are gone, and never a living one's: of another machine, which cannot be asked, what
 * has not changed for a day.
 */
export async function sweepTemporaries(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const id = temporaryOf(name)
    if (id !== undefined) await removeIfLeft(join(folder, name), id, day)
  }
}

const day = 24 * 60 * 60 * 1000

async function removeIfLeft(path: string, id: string, age: number): Promise<void> {
  const isHere = await isAtWork(id)
  if (isHere === true) return
  const stats = await stat(path).catch(() => undefined)
  if (!stats) return
  if (isHere === undefined && (await now(dirname(path))) - stats.mtimeMs < age) return
  await removeQuietly(path)
}
