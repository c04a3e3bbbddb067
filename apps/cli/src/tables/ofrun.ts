import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../main.ts'
import type { Place } from './place.ts'
import { openSource } from './source.ts'

/** The rows that a finished run was trained on, by its run.json; undefined where that does not tell. */
export async function rowsOfRun(context: Context, folder: string): Promise<Place | undefined> {
  const text = await readFile(join(folder, 'run.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { train, source } = JSON.parse(text) as { train?: unknown; source?: unknown }
  if (typeof train === 'string') return { path: train }
  if (typeof source !== 'string') return undefined
  return (await openSource(context, source === 'embedded' ? undefined : source)).train
}
