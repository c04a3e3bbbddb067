import { load } from '@pixelrow/infer-node'
import type { Flags } from '../line/flags.ts'
import type { Context } from '../main.ts'
import { readLike, requireLabels, requireOrder } from '../tables/reading.ts'
import { type Column, count, many, row } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** How well a model does on labelled rows. */
interface Evaluation {
  rows: number
  accuracy: number
  classes: readonly string[]
  /** `confusion[label][predicted]`, in rows. */
  confusion: number[][]
}

/** `pixelrow eval MODEL.onnx LABELLED.csv`: accuracy, by class, and the confusion matrix. */
export async function evaluate(context: Context, flags: Flags, model: string, path: string): Promise<void> {
  const { terminal, signal } = context
  requireOrder('eval', flags, model, path)
  const classifier = await load(model, { device: flags.device, threads: flags.threads })
  try {
    const { classes, device } = classifier
    terminal.note(`Reading ${path}`)
    const table = requireLabels(path, await readLike(context, path, flags, classifier, { classes }))
    const onProgress = (rows: number) => terminal.transient(`predicting ${count(rows)} of ${many(table.rows, 'row')}`)
    const { labels } = await classifier.predict(table.pixels, { signal, onProgress })
    signal.throwIfAborted()
    const evaluation = compare(table.labels!, labels, classes)
    const perClass = classes.map((_, index) => ({
      label: classes[index],
      ...classNumbers(evaluation.confusion, index),
    }))
    terminal.json({ model, labelled: path, device, ...evaluation, perClass })
    tell(terminal, evaluation)
  } finally {
    await classifier.close()
  }
}

function compare(truth: Uint16Array, predicted: Uint16Array, classes: readonly string[]): Evaluation {
  const confusion = classes.map(() => new Array<number>(classes.length).fill(0))
  let right = 0
  for (let index = 0; index < truth.length; index++) {
    confusion[truth[index]!]![predicted[index]!]!++
    if (truth[index] === predicted[index]) right++
  }
  return { rows: truth.length, accuracy: right / truth.length, classes, confusion }
}

/** Rows of a class, how many of them are found, and how many of those taken for it are it; `null` where there are none. */
function classNumbers(confusion: number[][], index: number) {
  const right = confusion[index]![index]!
  const rows = confusion[index]!.reduce((sum, cell) => sum + cell, 0)
  const taken = confusion.reduce((sum, cells) => sum + cells[index]!, 0)
  return { rows, right, recall: rows ? right / rows : null, precision: taken ? right / taken : null }
}

function tell(terminal: Terminal, evaluation: Evaluation): void {
  const { bold } = terminal.resultColors
  terminal.result(`${bold(evaluation.accuracy.toFixed(4))} on ${many(evaluation.rows, 'row')}`)
  terminal.result()
  for (const line of classTable(evaluation, bold)) terminal.result(line)
  const matrix = confusionTable(evaluation, bold)
  terminal.result()
  if (Math.max(...matrix.map(({ length }) => length)) <= terminal.columns)
    for (const line of [bold('confusion matrix (rows: true class, columns: predicted)'), ...matrix])
      terminal.result(line)
  else for (const line of confusedPairs(evaluation)) terminal.result(line)
}

type Style = (text: string) => string

function classTable({ classes, confusion }: Evaluation, bold: Style): string[] {
  const columns: Column[] = [
    { heading: 'class', width: Math.max(...classes.map(({ length }) => length)), left: true },
    { heading: 'rows', width: 6 },
    { heading: 'right', width: 6 },
    { heading: 'recall', width: 6 },
    { heading: 'precision', width: 6 },
  ]
  const share = (value: number | null) => value?.toFixed(4) ?? '-'
  const lines = classes.map((name, index) => {
    const { rows, right, recall, precision } = classNumbers(confusion, index)
    return row(columns, [name, count(rows), count(right), share(recall), share(precision)])
  })
  return [headed(columns, bold), ...lines]
}

function headed(columns: readonly Column[], bold: Style): string {
  const headings = columns.map(({ heading }) => heading)
  return bold(row(columns, headings))
}

/** A row for each label, a column for each prediction. */
function confusionTable({ classes, confusion }: Evaluation, bold: Style): string[] {
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
