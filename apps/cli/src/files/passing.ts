import { basename } from 'node:path'
import type { FileOutput } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { readRowsSeen, rowsBeside, rowsFile, rowsSeenByAll } from './rows.ts'

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
