import { type PixelTable, spreadsheetText } from '@pixelrow/data'
import type { Classifier } from '@pixelrow/infer-node'
import type { Context } from '../context.ts'
import { JobError, UsageError } from '../line/errors.ts'
import type { SpreadsheetOptions } from '../line/flags/output.ts'
import type { ReadingOptions } from '../line/flags/reading.ts'
import { comparedWith, headerBy, usualHeader } from '../submission/frame.ts'
import { type Counted, distinct, pairing } from '../submission/pairing.ts'
import { columnsBy, type NamedSample, openSample, requireLabelSample } from '../submission/sample.ts'
import { rowsLike } from '../tables/like.ts'
import { nameOf } from '../tables/place.ts'
import { heldOut } from '../tables/reading.ts'
import type { Target } from '../tables/target.ts'
import { count, many } from '../terminal/table.ts'
import { type Answers, answersTo, inOrderOf } from './answers.ts'
import { type Destination, type Heading, writePredictions } from './output.ts'

/** Rows that are read at a time: as many as a worker is given at once. */
const batch = 1024

/** One table with its outputs. */
export interface Task extends Target {
  out: string
  probabilities?: string
}

/** A file that a task writes. */
export interface Answer {
  content: 'labels' | 'probabilities'
  path: string
}

/** How a table is read and its answers are written. */
export type AnsweringOptions = ReadingOptions & SpreadsheetOptions

/** A table that is being classified. */
export interface Prediction extends Heading {
  /** What errors call the table. */
  test: string
  sample?: NamedSample | undefined
  answers: AsyncIterable<Answers>
  /** How its rows came to their ids, once they are all there; undefined where they have ids. */
  counted(): Counted | undefined
}

/** What came of it. */
export interface Predicted extends Pick<Prediction, 'test' | 'sample' | 'header' | 'classes'> {
  rows: number
  counted?: Counted | undefined
  /** The files were read back and compared; not there where nothing was written to a file. */
  isReadBack?: boolean
}

/** Begins to classify a table: its rows come in the order of its sample, with the sample's ids, where there is one. */
export async function predictionOf(
  context: Context,
  { spreadsheetSafe = false, ...flags }: AnsweringOptions,
  classifier: Classifier,
  { place, sample: file, probabilities }: Pick<Task, 'place' | 'sample' | 'probabilities'>,
): Promise<Prediction> {
  const { classes } = classifier
  const test = nameOf(place)
  const sample = file && (await openSample(context, file))
  if (sample && spreadsheetSafe) throw forKaggle(test, sample)
  if (sample && probabilities === undefined)
    requireLabelSample(sample, 'add --probabilities FILE for them, beside -o for the labels')
  const more = { columns: columnsBy(sample), parts: heldOut, label: false as const, batch }
  let counted: Counted | undefined
  const tables = rowsLike(context, place, flags, classifier, more)
  if (!sample) {
    const look = distinct(test)
    const watched = seen(tables, ({ ids }) => {
      if (ids) look(ids)
      else counted = { by: 'number', from: 1 }
    })
    const answers = answersTo(classifier, watched, context.signal)
    const prediction = { test, header: usualHeader, classes, answers, counted: () => counted }
    return spreadsheetSafe ? guarded(prediction) : prediction
  }
  const pairs = pairing(sample, test, { bare: classifier.preparation !== undefined })
  const columns = columnsOf(sample, classes)
  return {
    test,
    sample,
    header: headerBy(sample),
    classes,
    ids: sample.ids,
    ...(columns && { columns }),
    answers: inOrderOf(sample, pairs, answersTo(classifier, tables, context.signal)),
    counted: () => pairs.counted(),
  }
}

/** Kaggle compares ids and classes as they are. */
const forKaggle = (test: string, { name }: NamedSample): UsageError =>
  new UsageError(
    `${test} has a sample of a submission, ${name}: what is submitted keeps its ids and classes as they are`,
    'leave --spreadsheet-safe away',
    { code: 'CLI_FLAG_UNUSED', params: { flag: '--spreadsheet-safe', file: test } },
  )

/** The same with ids and classes that a spreadsheet does not run as formulas. */
function guarded({ classes, answers, ...prediction }: Prediction): Prediction {
  async function* safe() {
    for await (const { ids, ...piece } of answers) yield { ...piece, ...(ids && { ids: ids.map(spreadsheetText) }) }
  }
  return { ...prediction, classes: classes.map(spreadsheetText), answers: safe() }
}

async function* seen(tables: AsyncIterable<PixelTable>, look: (table: PixelTable) => void) {
  for await (const table of tables) {
    look(table)
    yield table
  }
}

/** The classes in the order of a sample that has a column for each; undefined where it has one for the label. */
function columnsOf({ name, header }: NamedSample, classes: readonly string[]): string[] | undefined {
  const columns = header.slice(1)
  if (columns.length === 1) return undefined
  const lacking = classes.filter((each) => !columns.includes(each))
  const other = columns.filter((each) => !classes.includes(each))
  if (lacking.length === 0 && other.length === 0) return columns
  throw new JobError(
    `${name} has the columns ${columns.slice(0, 8).join(', ')}; expected the classes of the model: ${classes.slice(0, 8).join(', ')}`,
    'predict without the sample beside the table, and name the columns yourself',
    { code: 'CLI_SAMPLE_CLASSES', params: { file: name, columns, classes, lacking, other } },
  )
}

/** Classifies a table into files that are claimed; nothing of them is seen yet. */
export async function carryOut(
  context: Context,
  flags: AnsweringOptions,
  classifier: Classifier,
  { destination, ...task }: Omit<Task, 'out'> & { destination: Destination },
): Promise<Predicted> {
  const { terminal, signal } = context
  let rows = 0
  const { answers, counted, ...prediction } = await predictionOf(context, flags, classifier, task)
  const onRows = (now: number) => {
    rows = now
    terminal.transient(`${prediction.test}: ${count(now)} rows`)
  }
  const isReadBack = await writePredictions(answers, prediction, { ...destination, signal, onRows })
  terminal.transient()
  const { test, sample, header, classes } = prediction
  return { test, sample, header, classes, rows, counted: counted(), isReadBack }
}

/** The lines of the result: each file with what it was held against. */
export function resultOf({ out, probabilities }: Task, { rows, classes, isReadBack, ...done }: Predicted): string[] {
  const compared = isReadBack ? `checked: ${comparedWith(classes, rows, done)}` : 'not checked: it cannot be read back'
  const labels = `${out}: ${many(rows, 'row')}, ${compared}`
  if (probabilities === undefined) return [labels]
  const each = `${many(rows, 'row')} of ${many(classes.length, 'probability', 'probabilities')}`
  return [labels, `${probabilities}: ${each} with the same ids${isReadBack ? ', read back' : ''}`]
}

/** The files that a task writes, the labels last. */
export const answersOf = ({ out, probabilities }: Pick<Task, 'out' | 'probabilities'>): Answer[] => [
  ...(probabilities === undefined ? [] : [{ content: 'probabilities', path: probabilities } as const]),
  { content: 'labels', path: out },
]

/** Their paths. */
export const outputsOf = (task: Pick<Task, 'out' | 'probabilities'>): string[] =>
  answersOf(task)
    .map(({ path }) => path)
    .reverse()
