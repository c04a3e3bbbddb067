import { copyFile, open, rename } from 'node:fs/promises'
import { flush } from '../flush.ts'
import { codeOf } from '../reason.ts'
import { pause } from '../retry.ts'
import { removeQuietly } from './store.ts'

/** So often a rename is tried that another program hinders; the pauses are 10, 20, … milliseconds, two seconds in all. */
const tries = 20

/**
 * Renames over what is there. Windows refuses that while a program, such as a scanner for viruses, has the old file open: it is tried for two seconds.
 */
export async function renameOver(from: string, to: string): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return await rename(from, to)
    } catch (error) {
      const code = codeOf(error) ?? ''
      const passes = code === 'EBUSY' || (process.platform === 'win32' && /^(EPERM|EACCES)$/.test(code))
      if (!passes || tried === tries) throw error
      await pause(10 * tried)
    }
  }
}

/** Puts a file in another's place, also on another disk, where it goes over `beside`, a name in the same folder as `to`. */
export async function moveOver(from: string, to: string, beside: string): Promise<void> {
  try {
    await renameOver(from, to)
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error
    await copyOver(from, to, beside)
  }
}

async function copyOver(from: string, to: string, beside: string): Promise<void> {
  try {
    await copyFile(from, beside)
    const handle = await open(beside, 'r+')
    await flush(handle).finally(() => handle.close())
    await renameOver(beside, to)
  } catch (error) {
    await removeQuietly(beside)
    throw error
  }
  await removeQuietly(from)
}
