import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Context } from '../context.ts'
import { exists } from '../files/folder.ts'
import { JobError } from '../line/errors.ts'
import type { CompetitionOptions } from '../line/flags/kaggle.ts'
import type { ReadingOptions, TestOptions } from '../line/flags/reading.ts'
import { command } from '../line/paste.ts'
import { tableAt } from '../tables/argument.ts'
import { isFolder, isZipName } from '../tables/kind.ts'
import { nameOf, type Place } from '../tables/place.ts'
import { heldOut, read } from '../tables/reading.ts'
import { openSource } from '../tables/source.ts'
import { frameOf } from './frame.ts'
import { type KnownLabels, labelsAmong, labelsLike, labelsOfCompetition } from './labels.ts'
import type { Counted } from './pairing.ts'
import {
  columnsBy,
  isTestName,
  type NamedSample,
  openSample,
  requireLabelSample,
  type SampleFile,
  sampleBeside,
} from './sample.ts'

/** What a submission is checked against, and where that comes from. */
export interface Reference {
  header: [string, string]
  ids: readonly string[]
  labels?: KnownLabels | undefined
  test?: string
  sample?: NamedSample | undefined
  /** How the rows of the test table came to their ids, where it has none. */
  counted?: Counted | undefined
}

/** What may be said of what a submission belongs to. */
type ReferenceOptions = TestOptions & CompetitionOptions & ReadingOptions

/** Tables that belong to a submission. */
interface Tables {
  test: Place
  train?: Place
  sample?: SampleFile | undefined
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
  flags: ReferenceOptions,
  file: string,
  { upload = false } = {},
): Promise<Reference | undefined> {
  const run = await runBeside(file)
  // Whoever submits these predictions has mistaken one test.csv for another.
  if (upload && run?.source === 'embedded' && flags.test === undefined) throw embeddedError(file)
  const tables = await tablesFor(context, flags, run)
  if (!tables) return undefined
  const { test, train } = tables
  const sample = tables.sample && (await openSample(context, tables.sample))
  if (sample) requireLabelSample(sample, 'only submissions of an id and a label are checked')
  context.terminal.note(`Reading ${nameOf(test)}`)
  const columns = columnsBy(sample)
  const table = await read(context, test, flags, { label: false, columns, parts: heldOut })
  const { header, ids, counted } = frameOf(table, nameOf(test), sample)
  const trained = run ? labelsAmong(run.classes, `in ${run.path}`) : await labelsIn(context, flags, train, columns)
  const labels = trained ?? labelsFor(flags, header, sample)
  return { header, ids, labels, counted, test: nameOf(test), sample }
}

/** What a sample alone tells. */
export function referenceBy(sample: NamedSample, flags: CompetitionOptions): Reference {
  const { ids } = sample
  requireLabelSample(sample, 'only submissions of an id and a label are submitted')
  const header: [string, string] = [sample.header[0]!, sample.header[1]!]
  return { header, ids, labels: labelsFor(flags, header, sample), sample }
}

/** Where nobody has trained, the competition may be known, or the sample says what labels look like. */
function labelsFor(
  { competition }: CompetitionOptions,
  header: readonly string[],
  sample?: NamedSample,
): KnownLabels | undefined {
  return labelsOfCompetition(competition, header) ?? (sample && labelsLike(sample))
}

async function tablesFor(context: Context, flags: ReferenceOptions, run?: Beside): Promise<Tables | undefined> {
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
    { code: 'CLI_SUBMISSION_EMBEDDED', params: { file } },
  )
}

/** A test table with what lies beside it; a zip, or a folder that holds a test.csv, is taken as `--data` is. */
async function tablesAt(context: Context, test: string): Promise<Tables> {
  if (isZipName(test) || (await exists(join(test, 'test.csv')))) return openSource(context, test)
  const train = join(dirname(test), 'train.csv')
  return {
    test: tableAt(test, 'pixelrow check-submission submission.csv --test - < test.csv'),
    ...(isTestName(test) && (await exists(train)) && { train: { path: train } }),
    sample: await sampleBeside(context, test),
  }
}

/** The labels of a training table; to decode a folder of pictures for them alone would take too long. */
async function labelsIn(
  context: Context,
  flags: ReferenceOptions,
  train: Place | undefined,
  columns: ReturnType<typeof columnsBy>,
): Promise<KnownLabels | undefined> {
  if (!train || (await isFolder(train.path))) return undefined
  // Silently: nobody asked for it.
  const quiet = { ...context, terminal: { ...context.terminal, note: () => {} } }
  const { classes } = await read(quiet, train, flags, { columns })
  return classes && labelsAmong(classes, `in ${nameOf(train)}`)
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
