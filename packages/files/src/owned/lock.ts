import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { attempt, codeOf, explained } from '../reason.ts'
import { pause } from '../retry.ts'
import { idPattern, isAtWork, newOwner, type Owner } from './owner.ts'
import { makeFolder, removeQuietly, unless } from './store.ts'
import { renameOver } from './swap.ts'

// A lock is a folder with its owner's word in it, made under another name and renamed: on every system and over every network one of many renames
// onto a name succeeds. While a dead owner's lock is taken over its name is never free: who holds the lock `NAME.ID`, the right to the lock
// that ID held, puts its own word in place of the dead one's. That right is a lock like any other, so its holder may die too.

/** A lock of another machine counts as left behind after so many milliseconds without a sign of life. */
export const patience = 60_000

/** So often an owner gives one. */
const heartbeat = 15_000

/** So long an owner that is done in a moment is waited for, in milliseconds. */
const moment = 20_000

const wordOf = (lock: string): string => join(lock, 'owner.json')
const beatOf = (lock: string, { id }: Owner): string => join(lock, `beat-${id}`)

/** Takes a lock, from a dead owner too. Gives who holds it where it is not to be had; nothing where it is ours now. */
export async function take(lock: string, me: Owner): Promise<Owner | undefined> {
  const until = Date.now() + moment
  for (;;) {
    const other = await ownerOf(lock)
    if (other?.id === me.id) return undefined
    if (!other) {
      if (await create(lock, me, Date.now() > until)) return undefined
    } else if (!(await isAlive(lock, other))) {
      const outcome = await takeOver(lock, me, other)
      if (outcome === 'ours') return undefined
      if (outcome !== 'gone') return outcome
    } else if (!other.brief || Date.now() > until) return other
    await pause(1 + 9 * Math.random())
  }
}

/** Makes a lock that nobody holds; false where somebody was quicker. */
async function create(lock: string, me: Owner, isLast: boolean): Promise<boolean> {
  const fresh = join(dirname(lock), `new-${me.id}`)
  await makeFolder(dirname(lock))
  try {
    await mkdir(fresh).catch(unless('EEXIST'))
    await writeFile(wordOf(fresh), JSON.stringify(me))
    await rename(fresh, lock)
    return true
  } catch (error) {
    await removeQuietly(fresh)
    const { code, syscall } = error as NodeJS.ErrnoException
    // Somebody may have removed the store meanwhile, as it was empty.
    const isTaken = code === 'ENOENT' || (syscall === 'rename' && occupied.has(code ?? ''))
    if (isLast || !isTaken) throw error
    // A folder without a word is what a kill in the middle of a removal leaves: it goes if it is empty.
    await rmdir(lock).catch(() => {})
    return false
  }
}

/** What systems say of a rename onto a folder that is there. */
const occupied = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM', 'EACCES'])

/** Puts our word in place of a dead owner's. Where somebody was quicker, the lock is gone, or it is theirs. */
async function takeOver(lock: string, me: Owner, dead: Owner): Promise<'ours' | 'gone' | Owner> {
  const right = `${lock}.${dead.id}`
  const rival = await take(right, { ...me, brief: true })
  if (rival) return rival
  try {
    if ((await ownerOf(lock))?.id !== dead.id) return 'gone'
    await beat(lock, me)
    const word = join(lock, `word-${me.id}`)
    await writeFile(word, JSON.stringify(me))
    await renameOver(word, wordOf(lock))
    await rm(beatOf(lock, dead), { force: true })
    return 'ours'
  } finally {
    await drop(right, me)
  }
}

/** Lets go of a lock that is ours. What fails once, as it does where many files are open, is tried again: it would lie there until the next claim. */
export async function drop(lock: string, me: Owner): Promise<void> {
  if ((await again(() => ownerOf(lock)))?.id !== me.id) return
  const gone = join(dirname(lock), `gone-${me.id}`)
  await again(() => renameOver(lock, gone)).catch(() => {})
  await removeQuietly(gone)
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work()
    } catch (error) {
      if (tried === 3) throw error
      await pause(5 * tried)
    }
  }
}

/** Who holds a lock; undefined where nobody does. */
export async function ownerOf(lock: string): Promise<Owner | undefined> {
  try {
    return parsed(await readFile(wordOf(lock), 'utf8'))
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw explained(error, { file: lock, action: 'read' })
  }
}

const ids = new RegExp(`^${idPattern}$`)

/** An owner's word; one that a power cut has emptied, or that is no word of ours, is nobody's, and dead without a sign of life. */
function parsed(text: string): Owner {
  const nobody = { id: '00000000-0-0-00000000', host: 'unknown', pid: 0, since: 'unknown' }
  try {
    const { id, host, pid, since, by, brief } = JSON.parse(text) as Partial<Owner>
    if (typeof id !== 'string' || !ids.test(id) || typeof host !== 'string' || !Number.isInteger(pid)) return nobody
    const known = { id, host, pid: pid!, since: String(since) }
    return { ...known, ...(typeof by === 'string' && { by }), ...(brief === true && { brief }) }
  } catch {
    return nobody
  }
}

/** Whether a lock's owner is at work: on this machine its process, else its last sign of life by the clock of the disk. */
export async function isAlive(lock: string, owner: Owner): Promise<boolean> {
  const here = await isAtWork(owner.id)
  if (here !== undefined) return here
  const last = await Promise.all([beatOf(lock, owner), wordOf(lock)].map(timeOf))
  return (await now(dirname(lock))) - Math.max(...last) < patience
}

/** Whether a lock is there, and its owner at work. */
export async function isHeld(lock: string): Promise<boolean> {
  const owner = await ownerOf(lock)
  return owner !== undefined && isAlive(lock, owner)
}

const timeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )

/** The time of the disk that a store is on: over a network it is another computer's. */
export async function now(store: string): Promise<number> {
  const probe = join(store, `.pixelrow-${newOwner().id}.tmp`)
  await attempt(writeFile(probe, '.'), { file: probe, action: 'written' })
  const time = await timeOf(probe)
  await removeQuietly(probe)
  return time
}

const beat = (lock: string, me: Owner): Promise<void> => writeFile(beatOf(lock, me), '.')

/** Gives signs of life until it is stopped. They keep no process alive. */
export function keepAlive(lock: string, me: Owner): { stop(): void } {
  const timer = setInterval(() => void beat(lock, me).catch(() => {}), heartbeat).unref()
  return { stop: () => clearInterval(timer) }
}
