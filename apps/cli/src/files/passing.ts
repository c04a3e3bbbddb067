import { writeFileAtomic } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { readRowsSeen, rowsBeside, rowsFile, rowsSeenByAll } from './rows.ts'

/** A model that was written, and where. */
interface Made {
  out: string
  bytes: Uint8Array
}

/** Writes beside a model what the models it was made of have seen; that they have left nothing of one of several is said. */
export async function passRowsOn(
  { terminal }: Context,
  models: readonly string[],
  { out, bytes }: Made,
): Promise<void> {
  const all = await Promise.all(models.map(readRowsSeen))
  const known = all.flatMap((each) => (typeof each === 'string' ? [] : [each]))
  const together = known.length === all.length ? rowsSeenByAll(known) : undefined
  if (together) return writeFileAtomic(rowsBeside(out), rowsFile(bytes, together))
  if (known.length === 0) return
  const reason = all.find((each) => typeof each === 'string') ?? 'they were trained on other images'
  terminal.note(`Which rows ${out} was trained on is not passed on: ${reason}`)
}
