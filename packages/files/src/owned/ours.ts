import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { FileError } from '../error.ts'
import type { ClaimOptions } from '../types.ts'
import { stateOf } from './manifest.ts'
import { foreign } from './refusals.ts'
import { type Store, shownIn } from './store.ts'

/** Refuses files that no claim wrote, or that were changed since, unless the caller knows them for ours or forces it. */
export async function requireOurs(
  store: Store,
  names: readonly string[],
  { force = false, isOurs }: Pick<ClaimOptions, 'force' | 'isOurs'>,
): Promise<void> {
  if (force) return
  const inTheWay: { name: string; state: string }[] = []
  for (const name of names) {
    const path = join(store.folder, name)
    const state = await stateOf(store.folder, name)
    if (state === 'absent') continue
    if (state !== 'whole' && !(await isOurs?.(path, state))) inTheWay.push({ name, state })
    else await requireWritable(path, shownIn(store, name))
  }
  if (inTheWay.length > 0) throw foreign(shownIn(store, inTheWay[0]!.name), inTheWay)
}

async function requireWritable(path: string, shown: string): Promise<void> {
  await access(path, constants.W_OK).catch((cause: unknown) => {
    const advice = 'Change its permissions, or choose another name.'
    const problem = 'cannot be written: the file is read-only'
    throw new FileError({ code: 'FILES_READ_ONLY', file: shown, problem, advice }, { cause })
  })
}
