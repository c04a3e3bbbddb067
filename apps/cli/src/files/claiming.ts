import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { describe } from '@pixelrow/export'
import { type ClaimOptions, claimFile, type FileOutput, stateOf } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { isRowsFile, rowsBeside } from './rows.ts'

/** How a command claims its output. */
interface Claiming extends Pick<ClaimOptions, 'names' | 'isOurs'> {
  /** The command's name, for whom the lock stops and for the manifest. */
  by: string
  force: boolean | undefined
}

/** Claims the file that a command writes, before it begins its work: nobody else's file is replaced without --force. */
export const claimOutput = (
  { signal }: Context,
  out: string,
  { by, force = false, ...more }: Claiming,
): Promise<FileOutput> => claimFile(out, { by: `pixelrow ${by}`, force, signal, ...more })

/** The same for a model, and for the file beside it of the rows that it has seen. */
export const claimModel = (context: Context, out: string, how: Omit<Claiming, 'names' | 'isOurs'>) =>
  claimOutput(context, out, { ...how, names: [basename(rowsBeside(out))], isOurs: isOurModel })

/** Whether a model, or the file of rows beside one, was written here: by a version that kept no record of its files. */
async function isOurModel(path: string): Promise<boolean> {
  if ((await stateOf(dirname(path), basename(path))) === 'changed') return false
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  return isRowsFile(bytes) || isMarked(bytes)
}

function isMarked(bytes: Uint8Array): boolean {
  try {
    return describe(bytes).producer === 'pixelrow'
  } catch {
    return false
  }
}
