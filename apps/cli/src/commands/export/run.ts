import { stat } from 'node:fs/promises'
import type { PixelTable } from '@pixelrow/data'
import {
  describe,
  fromOnnx,
  optimize,
  type PrecisionReport,
  reducePrecision,
  toFloat16,
  toOnnx,
} from '@pixelrow/export'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { load, open } from '@pixelrow/infer-node'
import { emptyLike } from '../../../../../common/values.ts'
import type { Context } from '../../context.ts'
import { readWhole } from '../../files/beside.ts'
import { inputsOf, requireApart } from '../../files/destination.ts'
import { findModel, type ModelPlace, withName } from '../../files/model.ts'
import { requireOpens } from '../../files/opened.ts'
import { claimModel, writeModel } from '../../files/passing.ts'
import type { Sum } from '../../files/sums.ts'
import { JobError, UsageError } from '../../line/errors.ts'
import { command, isUrl } from '../../line/paste.ts'
import {
  type Accuracy,
  accuracyFrom,
  accuracyText,
  caveat,
  firstsIn,
  type Sample,
  sampleOf,
} from '../../measuring/accuracy.ts'
import { tableAt } from '../../tables/argument.ts'
import type { TableOptions } from '../../tables/asrun.ts'
import { readLike } from '../../tables/like.ts'
import { recordOfModel, rowsOfRun, withRun } from '../../tables/ofrun.ts'
import type { Place } from '../../tables/place.ts'
import { nameOf } from '../../tables/place.ts'
import { isOther, type Report } from '../../tables/report.ts'
import { count, many, size } from '../../terminal/table.ts'
import type { ExportOptions } from './command.ts'

/** Rows that a smaller file is checked on, at most, and those that int8 takes its ranges from. */
const [checkedRows, calibrationRows] = [10_000, 512]

/** `pixelrow export SOURCE -o MODEL.onnx`: a model as an ONNX file of the form and precision that is asked for. */
export async function run(context: Context, flags: ExportOptions, source: string): Promise<void> {
  const { terminal } = context
  const out = flags.out
  if (out === undefined)
    throw new UsageError('Where shall the model go?', command('export', source, '-o', 'small.onnx'), {
      code: 'CLI_OUTPUT_MISSING',
      params: { command: 'export' },
    })
  const place = await placeOf(source)
  await requireApart(
    [out],
    [isUrl(place.path) ? undefined : place.path, ...(flags.check === undefined ? [] : await inputsOf(flags.check))],
  )
  await using output = await claimModel(context, out, { by: 'export', force: flags.force })
  const given = await withName(place.path, async () => shaped(await bytesOf(context, place, flags), flags))
  const reduced = await withName(place.path, () => smaller(context, flags, given, { ...place, source }))
  const { bytes, report, rows, seen } = reduced
  await requireOpens(out, bytes, flags.threads)
  await writeModel(context, place.tfjs ? [] : [place.path], { out, bytes, output })
  const { inputs, outputs } = describe(bytes)
  const size = { before: given.length, after: bytes.length }
  const { precision } = flags
  const found = measured(reduced)
  const intervals = found && { intervals: { before: found.before.interval, after: found.after.interval } }
  terminal.json({
    source,
    model: out,
    precision,
    bytes: size,
    inputs,
    outputs,
    ...report,
    ...intervals,
    checkedOn: rows,
    seen,
  })
  tell(context, out, { ...reduced, before: given.length, precision })
}

async function placeOf(source: string): Promise<ModelPlace> {
  const place = await findModel(source)
  if (place) return place
  if (isUrl(source)) return { path: source, tfjs: true }
  const there = await stat(source)
  if (there.isDirectory() || /\.(json|zip)$/i.test(source)) return { path: source, tfjs: true }
  throw new JobError(
    `${source}: expected an ONNX file, a run folder, or a model of TensorFlow.js`,
    'name a .onnx, a model.json, its zip or one of those folders',
    { code: 'CLI_MODEL_KIND', params: { file: source } },
  )
}

/** The model as it is, or put into ONNX. */
async function bytesOf(
  context: Context,
  { path, tfjs }: ModelPlace,
  { classes, scale, offset }: ExportOptions,
): Promise<Uint8Array> {
  if (!tfjs) {
    const flag = Object.entries({ '--classes': classes, '--scale': scale, '--offset': offset }).find(
      ([, value]) => value !== undefined,
    )?.[0]
    if (flag === undefined) return readWhole(context, path)
    throw new UsageError(
      `--classes, --scale and --offset are for models of TensorFlow.js; ${path} is an ONNX file`,
      undefined,
      { code: 'CLI_FLAG_UNUSED', params: { flag, file: path } },
    )
  }
  if (classes === undefined && (scale !== undefined || offset !== undefined))
    throw new UsageError(
      '--scale and --offset make a classifier of bytes, which needs its classes too',
      'add --classes cat,dog',
      {
        code: 'CLI_FLAG_UNUSED',
        params: { command: 'export', flag: scale === undefined ? '--offset' : '--scale', needed: ['--classes'] },
      },
    )
  const numbers = { ...(scale !== undefined && { scale }), ...(offset !== undefined && { offset }) }
  return tfjsToOnnx(path, classes === undefined ? {} : { classifier: { classes: classes.split(','), ...numbers } })
}

/** The file with another form of input, or with less in it, where that is asked for. */
function shaped(bytes: Uint8Array, { input, optimize: less }: ExportOptions): Uint8Array {
  const formed = input === undefined ? bytes : toOnnx(fromOnnx(bytes), { input })
  return less ? optimize(formed) : formed
}

interface Smaller {
  bytes: Uint8Array
  report?: PrecisionReport
  /** What it was checked on. */
  rows?: string
  sample?: Sample
  /** Whether the model was trained on those. */
  seen?: boolean
}

async function smaller(
  context: Context,
  flags: ExportOptions,
  bytes: Uint8Array,
  place: ModelPlace & { source: string },
): Promise<Smaller> {
  const { precision, maxLoss, threads } = flags
  if (precision === 'float32') return { bytes }
  const rows = await rowsFor(context, flags, place)
  if (!rows) return unchecked(context, precision, bytes, place)
  const { from, reading, before } = rows
  const { table, isChanged } = await readRows(context, { ...reading, threads }, bytes, { from, before })
  const onProgress = (rows: number) =>
    context.terminal.transient(`checking ${count(rows)} of ${many(table.rows, 'row')}`)
  const reduced = await reducePrecision(bytes, {
    precision,
    maxLoss,
    rows: { pixels: table.pixels, ...(table.labels && { labels: table.labels }) },
    calibration: { pixels: spread(table, calibrationRows).pixels },
    run: (file) => open(file, { device: 'cpu', threads }),
    signal: context.signal,
    onProgress,
  })
  context.terminal.transient()
  return { ...reduced, rows: nameOf(from), sample: sampleOf(firstsIn(table)), seen: before !== undefined && !isChanged }
}

/** Rows to check on, how they are read, and what they were when the model was trained on them. */
interface Rows {
  from: Place
  reading: TableOptions
  before?: Partial<Sum> | undefined
}

async function rowsFor(
  context: Context,
  flags: ExportOptions,
  { source, ...place }: ModelPlace & { source: string },
): Promise<Rows | undefined> {
  const found = await recordOfModel(context, source, place)
  const { check } = flags
  if (check !== undefined) {
    const from = tableAt(check, 'pixelrow export model.onnx -o small.onnx --precision int8 --check - < train.csv')
    return { from, reading: withRun(context, flags, found) }
  }
  const from = found && (await rowsOfRun(context, found))
  const { reading, inputs } = found?.record ?? {}
  return from && { from, reading: { ...reading, ...flags }, before: inputs?.train ?? {} }
}

function unchecked(
  { terminal }: Context,
  precision: 'float16' | 'int8',
  bytes: Uint8Array,
  { path }: ModelPlace,
): Smaller {
  if (precision === 'int8') {
    throw new UsageError(
      'int8 needs rows of pixels, for the range of the values between layers',
      command('export', path, '--precision', 'int8', '--check', 'train.csv', '-o', 'small.onnx'),
      { code: 'CLI_ROWS_MISSING', params: { file: path } },
    )
  }
  terminal.note('Not checked on any rows: add --check train.csv to see what float16 costs')
  return { bytes: toFloat16(bytes) }
}

async function readRows(
  context: Context,
  flags: TableOptions & Pick<ExportOptions, 'threads'>,
  bytes: Uint8Array,
  { from, before }: Pick<Rows, 'from' | 'before'>,
): Promise<{ table: PixelTable; isChanged: boolean }> {
  const { terminal } = context
  terminal.note(`Reading ${nameOf(from)}`)
  const classifier = await load(bytes, { device: 'cpu', threads: flags.threads })
  const { classes } = classifier
  let isChanged = false
  const onReport = (now: Report) => {
    isChanged = isOther(before, now)
  }
  try {
    const table = await readLike(context, from, flags, classifier, {
      classes: [...classes],
      ...(before && { onReport }),
    })
    if (isChanged) terminal.complain(`${nameOf(from)} has changed since the model was trained on it`)
    return { table: spread(table, checkedRows), isChanged }
  } finally {
    await classifier.close()
  }
}

/** So many rows, from all over the table: it may be sorted by class. */
function spread(table: PixelTable, most: number): PixelTable {
  const { rows, pixels, labels } = table
  if (rows <= most) return table
  const bytes = pixels.length / rows
  const places = Array.from({ length: most }, (_, at) => Math.floor((at * rows) / most))
  const some = emptyLike(pixels, most * bytes)
  places.forEach((place, at) => {
    some.set(pixels.subarray(place * bytes, (place + 1) * bytes), at * bytes)
  })
  return {
    ...table,
    rows: most,
    pixels: some,
    ...(labels && { labels: Uint16Array.from(places, (at) => labels[at]!) }),
  }
}

/** Accuracies with their intervals. */
function measured({
  report,
  sample,
}: Pick<Smaller, 'report' | 'sample'>): { before: Accuracy; after: Accuracy } | undefined {
  const { accuracy } = report ?? {}
  const [before, after] = [accuracyFrom(accuracy?.before, sample), accuracyFrom(accuracy?.after, sample)]
  return before && after && { before, after }
}

interface Result extends Smaller {
  before: number
  precision: ExportOptions['precision']
}

function tell({ terminal }: Context, out: string, result: Result): void {
  const { bytes, before, precision, report, rows, seen } = result
  const was = precision === 'float32' ? '' : `, ${precision}; ${size(before)} in float32`
  terminal.result(`${out}: ${size(bytes.length)}${was}`)
  if (!report) return
  const { changed } = report
  const accuracies = measured(result)
  const on = `on ${many(report.rows, 'row')} of ${rows}${seen ? ', on which it was trained' : ''}`
  const moved = changed.length ? `${many(changed.length, 'row')} changed the class` : 'no row changed its class'
  const known =
    accuracies &&
    `accuracy ${accuracyText(accuracies.after)} ${on}${caveat(accuracies.after)}, ${accuracyText(accuracies.before)} before; ${moved}`
  terminal.sentence(known ?? `${moved}, ${on}`)
}
