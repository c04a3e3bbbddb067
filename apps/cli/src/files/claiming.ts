import { type ClaimOptions, claimFile, type FileOutput } from '@pixelrow/files'
import type { Context } from '../context.ts'

/** How a command claims its output. */
export interface Claiming extends Pick<ClaimOptions, 'names' | 'isOurs'> {
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
