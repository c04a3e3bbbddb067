import { basename, dirname, join } from 'node:path'
import type { Context } from '../context.ts'
import { exists } from '../files/folder.ts'
import { type FoundRecord, findLocated, recordBeside } from '../files/record.ts'
import { JobError } from '../line/errors.ts'
import type { CompetitionOptions } from '../line/flags/kaggle.ts'
import type { ReadingOptions, TestOptions } from '../line/flags/reading.ts'
import { absolute, command } from '../line/paste.ts'
import { tableAt } from '../tables/argument.ts'
import { isFolder, isZipName } from '../tables/kind.ts'
import { withRun } from '../tables/ofrun.ts'
import { nameOf, type Place } from '../tables/place.ts'
import { heldOut, read } from '../tables/reading.ts'
import { isOther, type Report } from '../tables/report.ts'
import { isWholePair, namesIn, openSource, tablesAmong } from '../tables/source.ts'
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
  const run = basename(file) === 'submission.csv' ? await recordBeside(context, file) : undefined
  // Whoever submits these predictions has mistaken one test.csv for another.
  if (upload && run?.record.source === 'embedded' && flags.test === undefined) throw embeddedError(file)
  const tables = await tablesFor(context, flags, run)
  if (!tables) return undefined
  const how = withRun(context, flags, run)
  const { test, train } = tables
  const sample = tables.sample && (await openSample(context, tables.sample))
  if (sample) requireLabelSample(sample, 'only submissions of an id and a label are checked')
  context.terminal.note(`Reading ${nameOf(test)}`)
  const columns = columnsBy(sample)
  const then = run && (await isTestOf(run, test)) ? run.record.inputs?.test : undefined
  const onReport = (now: Report) => {
    if (isOther(then, now))
      context.terminal.complain(`${nameOf(test)} has changed since the run in ${run!.folder} predicted it`)
  }
  const more = { label: false as const, columns, parts: heldOut, ...(then && { onReport }) }
  const table = await read(context, test, how, more)
  const { header, ids, counted } = frameOf(table, nameOf(test), sample)
  const trained = await labelsBy(run, () => labelsIn(context, flags, train, columns))
  const labels = trained ?? labelsFor(flags, header, sample)
  return { header, ids, labels, counted, test: nameOf(test), sample }
}

/** The classes that the run knew, else those that are found. */
async function labelsBy(
  run: FoundRecord | undefined,
  find: () => Promise<KnownLabels | undefined>,
): Promise<KnownLabels | undefined> {
  const classes = run?.record.data?.classes
  return classes ? labelsAmong(classes, `in ${run.file}`) : find()
}

/** Whether a table is the one that a run predicted, by its place. */
async function isTestOf({ folder, record }: FoundRecord, { path, member }: Place): Promise<boolean> {
  const { test } = record.inputs ?? {}
  const then = test && (await findLocated(test, folder))
  return then !== undefined && test?.member === member && absolute(then) === absolute(path)
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

async function tablesFor(context: Context, flags: ReferenceOptions, run?: FoundRecord): Promise<Tables | undefined> {
  const { test, competition } = flags
  if (test !== undefined) return tablesAt(context, test)
  if (run?.record.source === 'embedded') return openSource(context)
  const { data } = run?.record.inputs ?? {}
  const source = data ? await findLocated(data, run!.folder) : run?.record.source
  const folders = [source, competition].filter((folder) => folder !== undefined)
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

/** Whether a path is a folder with a test table in it. */
const holdsTables = async (path: string): Promise<boolean> =>
  (await isFolder(path).catch(() => false)) && tablesAmong((await namesIn(path)).files).some(isWholePair)

/** A test table with what lies beside it; a zip, or a folder that holds both tables, is taken as `--data` is. */
async function tablesAt(context: Context, test: string): Promise<Tables> {
  if (isZipName(test) || (await holdsTables(test))) return openSource(context, test)
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
