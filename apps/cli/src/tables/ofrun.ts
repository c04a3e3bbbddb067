import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../context.ts'
import { type Flags, readingFlags } from '../line/flags.ts'
import type { Place } from './place.ts'
import { openSource } from './source.ts'

/** What a run's record says of how its rows were read: the flags that decide it, as they were given. */
export function readingRecord(flags: Flags): Partial<Flags> {
  const given = readingFlags.flatMap((name) => {
    const value = flags[name as keyof Flags]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(given)
}

/** How a finished run read its rows, by its run.json; nothing where that does not tell. */
export async function readingOfRun(folder: string): Promise<Partial<Flags>> {
  const { reading = {} } = ((await recordOf(folder)) ?? {}) as { reading?: Partial<Flags> }
  return readingRecord(reading as Flags)
}

async function recordOf(folder: string): Promise<unknown> {
  const text = await readFile(join(folder, 'run.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

/** The rows that a finished run was trained on, by its run.json; undefined where that does not tell. */
export async function rowsOfRun(context: Context, folder: string): Promise<Place | undefined> {
  const { train, source } = ((await recordOf(folder)) ?? {}) as { train?: unknown; source?: unknown }
  if (typeof train === 'string') return { path: train }
  if (typeof source !== 'string') return undefined
  return (await openSource(context, source === 'embedded' ? undefined : source)).train
}
