import { read } from '@pixelrow/onnx'
import { number, oneOf, type Rules } from '../../../common/options.ts'
import { classesIn, matched, requireLabels } from './classes.ts'
import { ExportError, rowsError } from './error.ts'
import { toFloat16 } from './float16.ts'
import { toInt8 } from './int8.ts'
import { checked, requireRun, rowsRule, scoreRules } from './options.ts'
import { type Rows, type Scores, score } from './score.ts'
import type { ScoreOptions } from './session.ts'
import { compare, type Verification } from './verify.ts'

/** Real rows, with the class of each where it is known; a PixelTable fits. */
export type LabelledRows = Rows & {
  /** The class of each row: its place in `classes`, or where those are not given in the file's own. */
  labels?: ArrayLike<number>
  /** What the labels mean. They meet the file's classes by text, in whatever order they come. */
  classes?: readonly string[]
}

/** Options of `reducePrecision`. */
export interface PrecisionOptions extends ScoreOptions {
  precision: 'float16' | 'int8'
  /** What the result is checked on: thousands where there are so many. */
  rows: LabelledRows
  /** What int8 takes the ranges of values from; default `rows`. A few hundred are enough; what they show does not matter. */
  calibration?: Rows
  /** The share of rows that may be lost, 0 to 1, default 0.01: see `PrecisionReport.loss`. */
  maxLoss?: number
}

/** What the smaller numbers cost. */
export interface PrecisionReport extends Verification {
  precision: 'float16' | 'int8'
  /** Size of the file before and after. */
  bytes: { before: number; after: number }
  /** Share of rows that are classified right; only where the classes are known. */
  accuracy?: { before: number; after: number }
  /** Accuracy lost, negative where it was won; the share of rows in another class where their classes are not known. */
  loss: number
}

/**
 * A file with its weights in float16 (half the bytes) or int8 (a quarter), and what that costs on real rows: both files are
 * run on all of them. Throws an `ExportError` where more than `maxLoss` is lost, and for what `toFloat16` or `toInt8` refuses.
 */
export async function reducePrecision(
  bytes: Uint8Array,
  options: PrecisionOptions,
): Promise<{ bytes: Uint8Array; report: PrecisionReport }> {
  checked('reducePrecision', options, rules)
  requireRun('reducePrecision', options)
  const { precision, rows, calibration = rows, maxLoss = 0.01, run, signal, onProgress } = options
  const running = { run, signal, onProgress }
  const labels = labelsFor(bytes, rows)
  const expected = await score(bytes, rows, running)
  const reduced = precision === 'float16' ? toFloat16(bytes) : await toInt8(bytes, calibration, running)
  const found = await score(reduced, rows, running)
  const report: PrecisionReport = {
    precision,
    bytes: { before: bytes.length, after: reduced.length },
    ...costs(expected, found, labels),
  }
  if (report.loss <= maxLoss) return { bytes: reduced, report }
  throw new ExportError(`${precision} loses too much: ${lossText(report)}; at most ${maxLoss} was asked for.`, {
    code: 'EXPORT_DIFFERS',
    params: { precision, loss: report.loss, maxLoss, rows: report.rows, accuracy: report.accuracy },
  })
}

const rules: Rules<PrecisionOptions> = {
  ...scoreRules,
  precision: oneOf('float16', 'int8'),
  rows: rowsRule,
  calibration: rowsRule,
  maxLoss: number({ least: 0, most: 1 }),
}

/** The rows' labels as places in the file's own classes. */
function labelsFor(bytes: Uint8Array, { labels, classes }: LabelledRows): ArrayLike<number> | undefined {
  if (!labels || !classes) return labels
  return matched(labels, classes, classesIn(read(bytes).metadata), 'the rows')
}

function costs(expected: Scores, found: Scores, labels?: ArrayLike<number>) {
  const { rows, maxDifference } = compare(expected.values, found.values, found.labels)
  const changed = Array.from(found.labels.keys()).filter((row) => found.labels[row] !== expected.labels[row])
  if (!labels) return { rows, maxDifference, changed, loss: changed.length / rows }
  if (labels.length !== rows)
    throw rowsError(`There are ${labels.length} labels for ${rows} rows.`, { labels: labels.length, rows })
  requireLabels(labels, expected.values.length / rows)
  const right = (scores: Scores) => scores.labels.filter((label, row) => label === labels[row]).length
  const accuracy = { before: right(expected) / rows, after: right(found) / rows }
  return { rows, maxDifference, changed, accuracy, loss: (right(expected) - right(found)) / rows }
}

function lossText({ accuracy, loss, rows }: PrecisionReport): string {
  if (!accuracy) return `${loss.toFixed(4)} of ${rows} rows change their class`
  return `accuracy ${accuracy.before.toFixed(4)} becomes ${accuracy.after.toFixed(4)} on ${rows} rows`
}
