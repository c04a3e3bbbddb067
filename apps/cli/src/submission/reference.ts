import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { PixelTable } from '@pixelrow/data'
import { exists } from '../files/folder.ts'
import { JobError } from '../line/errors.ts'
import type { Flags } from '../line/flags.ts'
import { command } from '../line/paste.ts'
import type { Context } from '../main.ts'
import { isZipName } from '../tables/kind.ts'
import { nameOf, type Place } from '../tables/place.ts'
import { read } from '../tables/reading.ts'
import { openSource } from '../tables/source.ts'
import type { Expected } from './check.ts'
import { findSample, frameOf, type Sample } from './frame.ts'

/** What a submission is checked against, and where that comes from. */
export interface Reference extends Expected {
  test?: string
  sample?: string
  /** Where the classes are from. */
  classesFrom?: string
}

/** Tables that belong to a submission. */
interface Tables {
  test: Place
  train?: Place
  sample?: Sample | undefined
}

/** What a run left beside its submission. */
interface Beside {
  path: string
  source: string
  classes: string[]
}

/**
 * What a submission must be like, by its test table: that of `--test`, of the run that wrote it, or in the folder of the competition's
 * name; undefined where there is none of them. What is to be uploaded must not be for the embedded digits.
 */
export async function referenceFor(
  context: Context,
  flags: Flags,
  file: string,
  { upload = false } = {},
): Promise<Reference | undefined> {
  const run = await runBeside(file)
  // Whoever submits these predictions has mistaken one test.csv for another.
  if (upload && run?.source === 'embedded' && flags.test === undefined) throw embeddedError(file)
  const tables = await tablesFor(context, flags, run)
  if (!tables) return undefined
  const { test, train, sample } = tables
  context.terminal.note(`Reading ${nameOf(test)}`)
  const table = await read(context, test, flags, { label: false })
  const { header, ids } = await frameOf(table, nameOf(test), sample)
  const known = await classesFor(context, flags, run, train)
  return { header, ids, ...known, test: nameOf(test), ...(sample && { sample: sample.name }) }
}

async function tablesFor(context: Context, flags: Flags, run?: Beside): Promise<Tables | undefined> {
  const { test, competition } = flags
  if (test !== undefined) return tablesAt(context, test)
  if (run?.source === 'embedded') return openSource(context)
  const folders = [run?.source, competition].filter((folder) => folder !== undefined)
  for (const folder of folders) if (await exists(folder)) return openSource(context, folder)
  return undefined
}

function embeddedError(file: string): JobError {
  return new JobError(
    `${file} predicts the embedded digits, which are not the rows of Kaggle's test.csv`,
    `predict Kaggle's own: ${command('run', '--kaggle')}`,
  )
}

/** A test table with what lies beside it; a zip, or a folder that holds a test.csv, is taken as `--data` is. */
async function tablesAt(context: Context, test: string): Promise<Tables> {
  if (isZipName(test) || (await exists(join(test, 'test.csv')))) return openSource(context, test)
  const sample = await findSample(test)
  const train = join(dirname(test), 'train.csv')
  return {
    test: { path: test },
    ...(basename(test) === 'test.csv' && (await exists(train)) && { train: { path: train } }),
    ...(sample !== undefined && { sample: { name: sample, source: sample } }),
  }
}

async function classesFor(context: Context, flags: Flags, run?: Beside, train?: Place) {
  if (run) return { classes: run.classes, classesFrom: run.path }
  if (!train || (await isFolder(train.path))) return {}
  const { classes } = await labelled(context, flags, train)
  return classes ? { classes, classesFrom: nameOf(train) } : {}
}

/** To decode a folder of pictures for its classes alone would take too long. */
async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory()
}

/** The training table, silently: nobody asked for it. */
function labelled(context: Context, flags: Flags, train: Place): Promise<PixelTable> {
  return read({ ...context, terminal: { ...context.terminal, note: () => {} } }, train, flags)
}

/** The run.json that a run left beside its submission. */
async function runBeside(file: string): Promise<Beside | undefined> {
  const path = join(dirname(file), 'run.json')
  try {
    const { command, source, data } = JSON.parse(await readFile(path, 'utf8'))
    const whole = command === 'run' && typeof source === 'string' && Array.isArray(data?.classes)
    return whole && basename(file) === 'submission.csv' ? { path, source, classes: data.classes } : undefined
  } catch {
    return undefined
  }
}
