import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { temporaryIn } from '../atomic.ts'
import { attempt } from '../reason.ts'
import { sweepTemporaries } from './enter.ts'
import { removeQuietly } from './store.ts'

/**
 * Gives `work` an empty folder among the system's temporaries that only this user can look into, and removes it when that is done. Those of processes that were killed
 * are removed first. Throws FILES_SYSTEM where none can be made, and what `work` throws.
 */
export async function withTemporaryFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const top = tmpdir()
  await sweepTemporaries(top)
  const folder = temporaryIn(top)
  await attempt(mkdir(folder, { mode: 0o700 }), { file: folder, action: 'created' })
  try {
    return await work(folder)
  } finally {
    await removeQuietly(folder)
  }
}
