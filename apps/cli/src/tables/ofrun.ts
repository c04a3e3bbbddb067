import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../context.ts'
import { type ReadingOptions, readingFlags } from '../line/flags/reading.ts'
import { picked } from '../line/words.ts'
import { standardInput } from './argument.ts'
import type { Place } from './place.ts'
import { openSource } from './source.ts'

/** What a run's record says of how its rows were read: the flags that decide it, as they were given. */
export function readingRecord(flags: ReadingOptions): ReadingOptions {
  return picked(readingFlags, flags)
}

/** How a finished run read its rows, by its run.json; nothing where that does not tell. */
export async function readingOfRun(folder: string): Promise<ReadingOptions> {
  const { reading = {} } = ((await recordOf(folder)) ?? {}) as { reading?: ReadingOptions }
  return readingRecord(reading)
}

async function recordOf(folder: string): Promise<unknown> {
  const text = await readFile(join(folder, 'run.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

/** The rows that a finished run was trained on, by its run.json; undefined where that does not tell, or they came from standard input. */
export async function rowsOfRun(context: Context, folder: string): Promise<Place | undefined> {
  const { train, source } = ((await recordOf(folder)) ?? {}) as { train?: unknown; source?: unknown }
  if (train === standardInput) return undefined
  if (typeof train === 'string') return { path: train }
  if (typeof source !== 'string') return undefined
  return (await openSource(context, source === 'embedded' ? undefined : source)).train
}
