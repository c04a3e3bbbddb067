import { join } from 'node:path'
import type { FileData } from '../atomic.ts'
import { check, commitRules, writeRules } from '../options.ts'
import type { ClaimOptions, CommitOptions, FileRecord, WriteOptions } from '../types.ts'
import { type Step, swap } from './journal.ts'
import { ownerOf } from './lock.ts'
import { manifestText, recordsOf } from './manifest.ts'
import { requireOurs } from './ours.ts'
import type { Owner } from './owner.ts'
import { claimLost } from './refusals.ts'
import { type Sum, stage } from './stage.ts'
import {
  lockPath,
  manifestName,
  removeQuietly,
  requireName,
  type Store,
  shownIn,
  statIfThere,
  storeName,
  workPath,
} from './store.ts'

/** A file that is written and waits for `commit`. */
export interface Written {
  /** Where it lies until then, to be read back; undefined of a device, which is only written to. */
  readonly path: string | undefined
  readonly size: number
  /** In hexadecimal. */
  readonly sha256: string
}

/** A store that is locked. */
export interface Claimed {
  store: Store
  me: Owner
  /** The topmost folder that was made for it. */
  made: string | undefined
}

/** What a claim has written and not committed. */
interface Draft {
  readonly claimed: Claimed
  readonly options: ClaimOptions
  /** By name: the file in the work folder, and what it is. */
  readonly staged: Map<string, Sum & { from: string }>
  readonly removed: Set<string>
  /** Files that were begun. */
  count: number
  /** Done when the commits so far are. */
  turn: Promise<void>
}

/** What a commit takes out of a draft. */
type Taken = Pick<Draft, 'staged' | 'removed'>

export const newDraft = (claimed: Claimed, options: ClaimOptions): Draft => ({
  claimed,
  options,
  staged: new Map(),
  removed: new Set(),
  count: 0,
  turn: Promise.resolve(),
})

/** Writes a file into the work folder. */
export async function write(
  draft: Draft,
  { name, data, ...how }: WriteOptions & { name: string; data: FileData },
): Promise<Written> {
  check('write', how, writeRules)
  requireName(name)
  const { store, me } = draft.claimed
  const { signal = draft.options.signal, mode } = how
  const from = String(draft.count++)
  const path = join(workPath(store, me.id), from)
  const sum = await stage(path, data, {
    target: join(store.folder, name),
    shown: shownIn(store, name),
    signal,
    mode,
  })
  const earlier = draft.staged.get(name)
  if (earlier) await removeQuietly(join(workPath(store, me.id), earlier.from))
  draft.staged.set(name, { from, ...sum })
  draft.removed.delete(name)
  return { path, size: sum.size, sha256: sum.sha256 }
}

/** Has a file go with the next commit. */
export function remove({ staged, removed }: Draft, name: string): void {
  requireName(name)
  staged.delete(name)
  removed.add(name)
}

/** Swaps in what is staged, or what of it is named; after an error nothing of it is. What is written meanwhile waits for the next commit. */
export async function commit(draft: Draft, how: CommitOptions): Promise<void> {
  check('commit', how, commitRules)
  const taken = takeFrom(draft, how.names ?? [...draft.staged.keys(), ...draft.removed])
  // One after the other: a store has one journal.
  const done = draft.turn.then(() => swapIn(draft, taken, how))
  draft.turn = done.catch(() => {})
  return done
}

function takeFrom({ staged, removed }: Draft, names: readonly string[]): Taken {
  const taken: Taken = { staged: new Map(), removed: new Set() }
  for (const name of names) {
    const file = staged.get(name)
    if (file) taken.staged.set(name, file)
    if (removed.delete(name)) taken.removed.add(name)
    staged.delete(name)
  }
  return taken
}

async function swapIn({ claimed, options }: Draft, { staged, removed }: Taken, how: CommitOptions): Promise<void> {
  const { store, me } = claimed
  if (staged.size + removed.size === 0) return
  const owner = await ownerOf(lockPath(store))
  if (owner?.id !== me.id) throw claimLost(store.shown, owner)
  await requireOurs(store, [...staged.keys(), ...removed], options)
  const comes = [...staged].map(([name, { from }]) => ({ name, from }))
  const goes = await stepsAway(store, removed)
  const last = await manifestSteps({ claimed, options, staged, removed }, how)
  const steps = [...comes, ...goes, ...last]
  if (steps.length > 0) await swap(store, { id: me.id, steps })
}

/** The steps that take files away which are there. */
async function stepsAway({ folder }: Store, names: Iterable<string>): Promise<Step[]> {
  const steps: Step[] = []
  for (const name of names) {
    const stats = await statIfThere(join(folder, name))
    if (stats?.isFile()) steps.push({ name, mtimeMs: stats.mtimeMs })
  }
  return steps
}

/** The step to a manifest that says what there is after the commit; where that is nothing, none is needed. */
async function manifestSteps(
  { claimed, options, staged, removed }: Pick<Draft, 'claimed' | 'options'> & Taken,
  { from }: CommitOptions,
): Promise<Step[]> {
  const { store, me } = claimed
  const name = `${storeName}/${manifestName(store)}`
  const files = { ...(await recordsOf(join(store.path, manifestName(store)))) }
  const { by } = options
  const written = new Date().toISOString()
  for (const [file, { from: _, ...sum }] of staged)
    files[file] = { ...sum, written, ...(by !== undefined && { by }), ...(from && { from }) } satisfies FileRecord
  for (const file of removed) delete files[file]
  if (Object.keys(files).length === 0) return stepsAway(store, [name])
  const path = join(workPath(store, me.id), 'manifest')
  await stage(path, manifestText(files), { target: path, shown: store.shown })
  return [{ name, from: 'manifest' }]
}
