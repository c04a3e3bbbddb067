import type { Context } from '../../context.ts'
import { modelAt } from '../../files/model.ts'
import { areAlike, readRowsSeen, rowsBeside, type SeenImages } from '../../files/rows.ts'
import {
  type Accuracy,
  accuracyOf,
  accuracyOfSome,
  accuracyText,
  caveat,
  firstsIn,
  intervalText,
  type Sample,
  sampleOf,
} from '../../measuring/accuracy.ts'

import { type BySeen, bySeen, type Rows, seenLines } from '../../measuring/seen.ts'
import { loadOn, tellDevice, tellLost } from '../../predicting/device.ts'
import { tellNumbering } from '../../predicting/model.ts'
import { tableAt } from '../../tables/argument.ts'
import { readLike } from '../../tables/like.ts'
import { recordOfModel, withRun } from '../../tables/ofrun.ts'
import { requireOrder } from '../../tables/order.ts'
import { nameOf } from '../../tables/place.ts'
import { heldOut, requireLabels } from '../../tables/reading.ts'
import { uncolored } from '../../terminal/colors.ts'
import { type Column, count, many, row } from '../../terminal/table.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { visibleName } from '../../terminal/visible.ts'
import { type EvalOptions, evalCommand } from './command.ts'

/** How well a model does on labelled rows. */
interface Evaluation extends Accuracy {
  classes: readonly string[]
  /** `confusion[label][predicted]`, in rows. */
  confusion: number[][]
  /** The same in different pictures: a row whose picture has come before does not count. */
  different: number[][]
}

/** Which of the rows the model has met before, or why that is not known. */
type Met = { known: true; parts: BySeen } | { known: false; reason: string }

/** `pixelrow eval MODEL.onnx LABELLED.csv`: accuracy, by class, and the confusion matrix. */
export async function run(context: Context, flags: EvalOptions, source: string, path: string): Promise<void> {
  const { terminal, signal } = context
  await requireOrder(evalCommand, flags, [source, path])
  const place = tableAt(path, 'pixelrow eval model.onnx - < labelled.csv')
  const found = await modelAt(source)
  const { path: model } = found
  const how = withRun(context, flags, await recordOfModel(context, source, found))
  const classifier = await loadOn(model, { device: flags.device, threads: flags.threads })
  try {
    tellDevice(terminal, classifier, flags.device)
    tellNumbering(terminal, model, classifier)
    const { classes } = classifier
    terminal.note(`Reading ${nameOf(place)}`)
    const more = { classes: [...classes], parts: heldOut }
    const table = requireLabels(nameOf(place), await readLike(context, place, how, classifier, more))
    const onProgress = (rows: number) => terminal.transient(`predicting ${count(rows)} of ${many(table.rows, 'row')}`)
    const { labels } = await classifier.predict(table.pixels, { signal, onProgress })
    signal.throwIfAborted()
    tellLost(terminal, classifier)
    const firsts = firstsIn(table)
    const evaluation = compare({ truth: table.labels, predicted: labels, firsts }, classes)
    const isRight = (row: number) => labels[row] === table.labels[row]
    const met = await metBefore(model, classifier, { table, firsts, isRight })
    const perClass = classes.map((label, index) => ({ label, ...classNumbers(evaluation, index) }))
    const seen = met.known ? { known: true, ...met.parts } : met
    const { different: _, ...numbers } = evaluation
    terminal.json({ model, labelled: path, device: classifier.device, ...numbers, seen, perClass })
    tell(terminal, model, evaluation, met)
  } finally {
    await classifier.close()
  }
}

/** Whether the rows were in the training of the model, by what the run has left beside it. */
async function metBefore(model: string, images: SeenImages, rows: Rows): Promise<Met> {
  const seen = await readRowsSeen(model)
  if (typeof seen === 'string') return { known: false, reason: seen }
  if (!areAlike(seen.images, images)) return { known: false, reason: `${rowsBeside(model)} is of other images` }
  return { known: true, parts: bySeen(seen, rows) }
}

/** What the rows are and are taken for, and which of them show a picture for the first time. */
interface Compared {
  truth: Uint16Array
  predicted: Uint16Array
  firsts: Uint8Array
}

function compare({ truth, predicted, firsts }: Compared, classes: readonly string[]): Evaluation {
  const matrix = () => classes.map(() => new Array<number>(classes.length).fill(0))
  const [confusion, different] = [matrix(), matrix()]
  let right = 0
  for (const [row, label] of truth.entries()) {
    confusion[label]![predicted[row]!]!++
    different[label]![predicted[row]!]! += firsts[row]!
    if (label === predicted[row]) right++
  }
  return { ...accuracyOfSome(right, sampleOf(firsts)), classes, confusion, different }
}

/** Rows of a class, how many of them are found, and how many of those taken for it are it; `null` where there are none. */
function classNumbers({ confusion, different }: Evaluation, index: number) {
  const right = confusion[index]![index]!
  const sample = (sum: (cells: number[][]) => number): Sample => ({ rows: sum(confusion), pictures: sum(different) })
  const ofClass = sample((cells) => cells[index]!.reduce((sum, cell) => sum + cell, 0))
  const answered = sample((cells) => cells.reduce((sum, row) => sum + row[index]!, 0))
  const [recall, precision] = [accuracyOf(right, ofClass), accuracyOf(right, answered)]
  const { rows } = ofClass
  return {
    rows,
    right,
    recall: recall?.accuracy ?? null,
    precision: precision?.accuracy ?? null,
    recallInterval: recall?.interval ?? null,
    precisionInterval: precision?.interval ?? null,
  }
}

function tell(terminal: Terminal, model: string, evaluation: Evaluation, met: Met): void {
  const { bold } = terminal.resultColors
  const { rows } = evaluation
  terminal.sentence(`${accuracyText(evaluation, bold)} on ${many(rows, 'row')}${caveat(evaluation)}`)
  if (!met.known) terminal.note(`Whether the model was trained on any of them is not known: ${met.reason}`)
  else {
    const lines = seenLines(met.parts)
    for (const line of lines) terminal.sentence(line)
    if (lines.length === 0)
      terminal.note(`None of them was in its training, by the row numbers in ${rowsBeside(model)}`)
  }
  terminal.result()
  for (const line of classTable(evaluation, bold)) terminal.result(line)
  const matrix = confusionTable(evaluation, bold)
  terminal.result()
  if (Math.max(...matrix.map((line) => uncolored(line).length)) <= terminal.columns)
    for (const line of [bold('confusion matrix (rows: true class, columns: predicted)'), ...matrix])
      terminal.result(line)
  else for (const line of confusedPairs(evaluation)) terminal.result(line)
}

type Style = (text: string) => string

function classTable(evaluation: Evaluation, bold: Style): string[] {
  const classes = evaluation.classes.map(visibleName)
  const columns: Column[] = [
    { heading: 'class', width: Math.max(...classes.map(({ length }) => length)), left: true },
    { heading: 'rows', width: 6 },
    { heading: 'right', width: 6 },
    { heading: 'recall', width: 6 },
    { heading: '95 % interval', width: 13 },
    { heading: 'precision', width: 6 },
    { heading: '95 % interval', width: 13 },
  ]
  const share = (value: number | null) => value?.toFixed(4) ?? '-'
  const between = (interval: [number, number] | null) => (interval ? intervalText(interval, '–') : '-')
  const lines = classes.map((name, index) => {
    const { rows, right, recall, recallInterval, precision, precisionInterval } = classNumbers(evaluation, index)
    const numbers = [share(recall), between(recallInterval), share(precision), between(precisionInterval)]
    return row(columns, [name, count(rows), count(right), ...numbers])
  })
  return [headed(columns, bold), ...lines]
}

function headed(columns: readonly Column[], bold: Style): string {
  const headings = columns.map(({ heading }) => heading)
  return bold(row(columns, headings))
}

/** A row for each label, a column for each prediction. */
function confusionTable({ confusion, ...evaluation }: Evaluation, bold: Style): string[] {
  const classes = evaluation.classes.map(visibleName)
  const widest = Math.max(...confusion.flat().map((cell) => String(cell).length))
  const first = { heading: '', width: Math.max(...classes.map(({ length }) => length)), left: true }
  const columns: Column[] = [first, ...classes.map((heading) => ({ heading, width: widest }))]
  const lines = confusion.map((cells, label) =>
    row(columns, [classes[label]!, ...cells.map((cell) => (cell ? String(cell) : '·'))]),
  )
  return [headed(columns, bold), ...lines]
}

/** The ten most frequent mistakes, where the matrix is too wide. */
function confusedPairs({ classes, confusion }: Evaluation): string[] {
  const pairs = confusion.flatMap((cells, label) =>
    cells.flatMap((rows, predicted) => (rows && label !== predicted ? [{ rows, label, predicted }] : [])),
  )
  pairs.sort((a, b) => b.rows - a.rows)
  const lines = pairs
    .slice(0, 10)
    .map(({ rows, label, predicted }) => `${classes[label]} predicted as ${classes[predicted]}: ${count(rows)}`)
  return lines.length ? ['Most frequent mistakes (--json has them all):', ...lines] : ['No mistakes']
}
