import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { describe } from '@pixelrow/export'
import type { FileOutput } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { type Claiming, claimOutput } from './claiming.ts'
import { isRowsFile, readRowsSeen, rowsBeside, rowsFile, rowsSeenByAll } from './rows.ts'

/** Claims the file that a model goes to, and the file beside it of the rows that it has seen. */
export const claimModel = (context: Context, out: string, how: Omit<Claiming, 'names' | 'isOurs'>) =>
  claimOutput(context, out, { ...how, names: [basename(rowsBeside(out))], isOurs: isOurModel })

/** Whether a model, or the file of rows beside one, was written here: by a version that kept no record of its files. */
async function isOurModel(path: string, state: 'foreign' | 'changed'): Promise<boolean> {
  if (state === 'changed') return false
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

/** A model that was made, and where it goes. */
interface Made {
  out: string
  bytes: Uint8Array
  output: FileOutput
}

/** Writes a model, and beside it what the models it was made of have seen; that they have left nothing of one of several is said. */
export async function writeModel(context: Context, models: readonly string[], made: Made): Promise<void> {
  const { out, bytes, output } = made
  const { path } = await output.write(output.name, bytes)
  // A device has nothing beside it.
  if (path !== undefined) await passRowsOn(context, models, made)
  await output.commit()
  context.kept.push(out)
}

async function passRowsOn({ terminal }: Context, models: readonly string[], { out, bytes, output }: Made) {
  const name = basename(rowsBeside(output.name))
  const all = await Promise.all(models.map(readRowsSeen))
  const known = all.flatMap((each) => (typeof each === 'string' ? [] : [each]))
  const together = known.length === all.length ? rowsSeenByAll(known) : undefined
  if (together) return void (await output.write(name, rowsFile(bytes, together)))
  // Those of the model that was there.
  output.remove(name)
  if (known.length === 0) return
  const reason = all.find((each) => typeof each === 'string') ?? 'they were trained on other images'
  terminal.note(`Which rows ${out} was trained on is not passed on: ${reason}`)
}
