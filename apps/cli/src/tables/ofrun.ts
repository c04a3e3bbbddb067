import { basename } from 'node:path'
import { type ColumnHints, type ColumnLayout, formatShape } from '@pixelrow/data'
import { inputOf } from '@pixelrow/files'
import type { Context } from '../context.ts'
import type { ModelPlace } from '../files/model.ts'
import { type FoundRecord, findLocated, type RunRecord, readRecord, recordBeside } from '../files/record.ts'
import { chosen } from '../line/flags/define.ts'
import { type ReadingOptions, readingFlags } from '../line/flags/reading.ts'
import { quoted } from '../line/paste.ts'
import { picked, wordsOf } from '../line/words.ts'
import { standardInput } from './argument.ts'
import type { RunReading, TableOptions } from './asrun.ts'
import type { Place } from './place.ts'
import { openSource } from './source.ts'

/** What a run's record says of how its rows were read: the flags that decide it, as they were given. */
export function readingRecord(flags: ReadingOptions): ReadingOptions {
  return picked(readingFlags, flags)
}

/** The flags that other tables are read by too. The rest a model knows by itself, or each table has its own. */
const remembered = chosen(
  readingFlags,
  'label',
  'id',
  'maxValue',
  'dataType',
  'transpose',
  'drop',
  'header',
  'labelFrom',
  'splitColumn',
)

/** The record of the run that left a model; undefined where none did, or the model was replaced since. */
export async function recordOfModel(
  context: Context,
  source: string,
  { path, tfjs }: ModelPlace,
): Promise<FoundRecord | undefined> {
  if (tfjs) return undefined
  const found = source === path ? await recordBeside(context, path) : await readRecord(source)
  const sum = found?.record.exported?.sha256
  // Any other model in the folder may have been made of the run's.
  if (sum === undefined || basename(path) !== 'model.onnx' || (await inputOf(path)).sha256 === sum) return found
  context.terminal.note(`Nothing is taken from ${found!.file}: ${path} is not the model of that run`)
  return undefined
}

/** A command's flags with what a run was told behind them; says what comes from the run, and what would but for a flag. */
export function withRun<F extends ReadingOptions>(
  { terminal }: Context,
  flags: F,
  found: FoundRecord | undefined,
): F & TableOptions {
  if (!found) return flags
  const { folder, record } = found
  const taken: string[] = []
  for (const [name, flag] of Object.entries(remembered)) {
    const [given, told] = [flags, record.reading ?? {}].map((options) =>
      wordsOf({ [name]: flag }, options)
        .map(quoted)
        .join(' '),
    )
    if (!given) taken.push(...(told ? [told] : []))
    else if (told && given !== told) terminal.note(`${given} is taken; the run in ${folder} had ${told}`)
  }
  if (taken.length > 0) terminal.note(`Read as by the run in ${folder}: ${taken.join(' ')}`)
  return { ...flags, asRun: readingOf(record) }
}

/** What a record says of other tables than its own. */
function readingOf({ reading = {}, data, inputs = {} }: RunRecord): RunReading {
  const { train, test } = inputs
  const { header, transpose, maxValue, dataType, drop, label, id, labelFrom, splitColumn } = reading
  const kind = train?.kind
  const [height, width, channels] = data?.shape ?? []
  const shape = height && width && channels ? formatShape({ height, width, channels }) : undefined
  if (kind === 'pictures') return { kind, flags: readingRecord(given({ shape, drop, labelFrom })), columns: {} }
  const columns = train?.layout ? columnsIn(train.layout, test?.layout) : given({ label, id, drop })
  const split = typeof splitColumn === 'string' ? { splitColumn } : {}
  return { kind, flags: given({ shape, header, transpose, maxValue, dataType }), columns, ...split }
}

/** Columns by their names or, in a table that had no header, by their places; the test table's by their names alone. */
function columnsIn(train: ColumnLayout, test?: ColumnLayout): ColumnHints {
  const hints = (layout: ColumnLayout | undefined, name: 'label' | 'id' | 'dropped') => {
    const found = [layout?.[name] ?? []].flat()
    return found.flatMap((column) => column.name ?? (layout === train ? column.place : []))
  }
  const both = (name: 'label' | 'id' | 'dropped') => [...new Set([...hints(train, name), ...hints(test, name)])]
  return { label: both('label'), id: both('id'), drop: both('dropped') }
}

/** The options that are there. */
function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const there = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(there) as { [K in keyof T]?: NonNullable<T[K]> }
}

/** The rows that a finished run was trained on; undefined where its record does not tell, or they are not there any more. */
export async function rowsOfRun(
  context: Context,
  { folder, record }: Pick<FoundRecord, 'folder' | 'record'>,
): Promise<Place | undefined> {
  const { train, source, inputs } = record
  if (source === 'embedded') return (await openSource(context)).train
  if (inputs?.train) {
    const { member, part } = inputs.train
    const path = await findLocated(inputs.train, folder)
    const where = { ...(member !== undefined && { member }), ...(part !== undefined && { part }) }
    return path === undefined ? undefined : { path, ...where }
  }
  if (train === standardInput) return undefined
  if (train !== undefined) return { path: train }
  return source === undefined ? undefined : (await openSource(context, source)).train
}
