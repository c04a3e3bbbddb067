import { copyFile, link, open, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { behindLinks, syncFolder } from '../atomic.ts'
import { FileError } from '../error.ts'
import { flush } from '../flush.ts'
import { unsafe } from '../names.ts'
import { attempt, codeOf, explained } from '../reason.ts'
import { idPattern } from './owner.ts'
import {
  journalPath,
  lstatIfThere,
  makeFolder,
  namesIn,
  removeEmpty,
  removeQuietly,
  type Store,
  shownIn,
  statIfThere,
  storeName,
  workPath,
} from './store.ts'
import { moveOver, renameOver } from './swap.ts'

// A journal says what is to be swapped in, and everything that it says lies whole on the disk before it. So where there is a journal the swap is
// finished, by whoever comes next; where there is none, nothing has been touched. Each step can be done again.

/** What is to be done at one name. */
export interface Step {
  /** Relative to the folder, with `/`. */
  readonly name: string
  /** The file in the claim's work folder that takes the name; without it what is there goes. */
  readonly from?: string
  /** Only what is as it was then goes: somebody may have written there since. */
  readonly mtimeMs?: number
}

export interface Journal {
  /** Of the claim whose work folder has the files. */
  readonly id: string
  readonly steps: readonly Step[]
}

/** Swaps in all at once: after this all steps are done, or, where an error comes, none. Throws FILES_SWAP_UNFINISHED where it is neither. */
export async function swap(store: Store, journal: Journal): Promise<void> {
  await writeJournal(store, journal)
  const back: Step[] = []
  try {
    for (const [at, step] of journal.steps.entries())
      back.unshift(...(await carryOut(store, journal.id, { step, keepAs: `old-${at}` })))
  } catch (error) {
    await takeBack(store, { id: journal.id, steps: back }, error)
    throw explained(error, { file: store.shown, action: 'written' })
  }
  await finish(store, journal)
}

/** Undoes what was done, which is a swap of its own: a kill in its middle has the next claim go on with it. */
async function takeBack(store: Store, journal: Journal, cause: unknown): Promise<void> {
  try {
    await writeJournal(store, journal)
    for (const step of journal.steps) await carryOut(store, journal.id, { step })
    await finish(store, journal)
  } catch {
    throw unfinished(store, cause)
  }
}

/**
 * Finishes what a journal says that a killed process left, if there is one. To be called by who holds the store's lock. A folder may come from anywhere:
 * nothing is written outside of it, so what was a link becomes the file.
 */
export async function recover(store: Store): Promise<void> {
  const journal = await readJournal(store)
  if (!journal) return removeQuietly(journalPath(store))
  for (const step of journal.steps) {
    const action = { file: shownIn(store, step.name), action: 'written' } as const
    if (await isInside(store, step)) await attempt(carryOut(store, journal.id, { step, isOwn: false }), action)
  }
  await finish(store, journal)
}

/** Whether no folder of a step's name is a link to elsewhere. */
async function isInside({ folder }: Store, { name }: Step): Promise<boolean> {
  const parts = name.split('/').slice(0, -1)
  for (const [at] of parts.entries())
    if ((await lstatIfThere(join(folder, ...parts.slice(0, at + 1))))?.isSymbolicLink()) return false
  return true
}

async function writeJournal(store: Store, journal: Journal): Promise<void> {
  const draft = join(workPath(store, journal.id), 'journal')
  const action = { file: store.shown, action: 'written' } as const
  const handle = await attempt(open(draft, 'w'), action)
  try {
    await attempt(handle.writeFile(JSON.stringify(journal)), action)
    await attempt(flush(handle), action)
  } finally {
    await handle.close()
  }
  await syncFolder(dirname(draft))
  await attempt(renameOver(draft, journalPath(store)), action)
  await syncFolder(store.path)
}

async function readJournal(store: Store): Promise<Journal | undefined> {
  try {
    const { id, steps } = JSON.parse(await readFile(journalPath(store), 'utf8')) as Journal
    const isSound = new RegExp(`^${idPattern}$`).test(id) && steps.every(isSoundStep)
    return isSound ? { id, steps } : undefined
  } catch (error) {
    if (codeOf(error) !== undefined && codeOf(error) !== 'ENOENT')
      throw explained(error, { file: journalPath(store), action: 'read' })
    return undefined
  }
}

function isSoundStep({ name, from, mtimeMs }: Step): boolean {
  const isPlain = typeof name === 'string' && unsafe(name) === undefined
  return isPlain && (from === undefined ? typeof mtimeMs === 'number' : /^((old-|gone-)?\d+|manifest)$/.test(from))
}

/** How a step is done. */
interface Doing {
  step: Step
  /** A name for the old file, so that it can come back. */
  keepAs?: string
  /** The journal is this process's own: links are followed. */
  isOwn?: boolean
}

/** Does a step, unless it is done; gives what takes it back. */
async function carryOut(store: Store, id: string, { step, keepAs, isOwn = true }: Doing): Promise<Step[]> {
  const { name } = step
  const work = workPath(store, id)
  const path = join(store.folder, name)
  const target = isOwn ? await behindLinks(path) : path
  const beside = join(dirname(target), `.pixelrow-${id}.tmp`)
  if (step.from === undefined) {
    if ((await timeOf(target)) !== step.mtimeMs) return []
    const gone = keepAs?.replace('old', 'gone') ?? 'trash'
    await moveOver(target, join(work, gone), join(work, 'copy'))
    return [{ name, from: gone }]
  }
  const from = join(work, step.from)
  const mtimeMs = await timeOf(from)
  if (mtimeMs === undefined) return []
  await makeFolder(dirname(target))
  const isKept = keepAs !== undefined && (await keepOld(target, join(work, keepAs)))
  await moveOver(from, target, beside)
  return [isKept ? { name, from: keepAs } : { name, mtimeMs }]
}

/** Gives the old file a second name, so that it can come back: there is no moment without a file in its place. False where there is no old file. */
async function keepOld(target: string, name: string): Promise<boolean> {
  if ((await timeOf(target)) === undefined) return false
  // Some disks have one name a file, and a link may lead to another disk.
  await link(target, name).catch(() => copyFile(target, name))
  return true
}

async function timeOf(path: string): Promise<number | undefined> {
  const stats = await statIfThere(path)
  return stats?.isFile() ? stats.mtimeMs : undefined
}

function unfinished({ folder, shown }: Store, cause: unknown): FileError {
  const problem = `some new files are in place and others not: what belongs there is whole in ${join(folder, storeName)}`
  const advice = 'Mend what is wrong, and run any command that writes there: it puts this in order first.'
  return new FileError({ code: 'FILES_SWAP_UNFINISHED', file: shown, problem, advice }, { cause })
}

/** Makes what was done last, and forgets the journal and what it needed. */
async function finish(store: Store, { id, steps }: Journal): Promise<void> {
  const targets = await Promise.all(steps.map(({ name }) => behindLinks(join(store.folder, name))))
  for (const folder of new Set([store.folder, ...targets.map(dirname)])) await syncFolder(folder)
  // A folder of the last file that went goes too.
  for (const { name } of steps)
    if (name.includes('/')) await removeEmpty(dirname(join(store.folder, name)), store.folder)
  // A journal that stays is done again, which changes nothing.
  await rm(journalPath(store), { force: true }).catch(() => {})
  await syncFolder(store.path)
  // What is still being written there stays.
  for (const name of await namesIn(workPath(store, id)))
    if (!/^\d+$/.test(name)) await removeQuietly(join(workPath(store, id), name))
}
