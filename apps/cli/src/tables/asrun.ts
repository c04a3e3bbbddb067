import type { ColumnHints } from '@pixelrow/data'
import { chosen } from '../line/flags/define.ts'
import { type GroupOptions, type ReadingOptions, readingFlags } from '../line/flags/reading.ts'
import { picked } from '../line/words.ts'
import type { Kind } from './kind.ts'

/** How a run read its rows, for who reads others like them. */
export interface RunReading {
  /** What it read; not known by a record of an older version. */
  kind?: Kind | undefined
  /** What counts for every table of that kind. */
  flags: ReadingOptions
  /** What counts where a table has such columns. */
  columns: ColumnHints
  /** The column that says which rows are which part. */
  splitColumn?: string | undefined
}

/** How a table is read: by the flags that are given and, behind them, as a run read its own. */
export type TableOptions = ReadingOptions & Partial<GroupOptions> & { asRun?: RunReading | undefined }

/** The flags for a table of some kind, and what its columns may be. */
export interface Merged {
  flags: ReadingOptions
  columns?: ColumnHints
}

const isTable = (kind: Kind): boolean => kind === 'csv' || kind === 'zip' || kind === 'parquet'

/** What each kind of table can be told. */
const takenBy: Record<Kind, readonly (keyof ReadingOptions)[]> = {
  csv: ['shape', 'header', 'transpose', 'maxValue', 'dataType'],
  zip: ['shape', 'header', 'transpose', 'maxValue', 'dataType'],
  // Its size it says itself.
  idx: ['transpose', 'maxValue', 'dataType'],
  npy: ['shape', 'transpose', 'maxValue', 'dataType'],
  npz: ['shape', 'transpose', 'maxValue', 'dataType'],
  parquet: ['shape', 'transpose', 'maxValue', 'dataType'],
  pictures: ['shape', 'drop', 'labelFrom'],
}

/** What is read so in a table of some kind: a flag that is given goes before what the run was told. */
export function readingFor(kind: Kind, { asRun, ...given }: TableOptions): Merged {
  const other = asRun?.kind ?? kind
  if (!asRun || !(other === kind || (isTable(other) && isTable(kind)))) return { flags: given }
  const told = picked(chosen(readingFlags, ...takenBy[kind]), asRun.flags)
  const flags = { ...told, ...picked(readingFlags, given) }
  if (!isTable(kind)) return { flags }
  const { drop, ...columns } = asRun.columns
  return { flags, columns: { ...columns, ...(drop && given.drop === undefined && { drop }) } }
}

/** The hints of both, those of the run first. */
export function joined(run: ColumnHints = {}, other: ColumnHints = {}): ColumnHints {
  const both = (name: keyof ColumnHints) => [run[name] ?? [], other[name] ?? []].flat()
  const keep = [...(run.keep ?? []), ...(other.keep ?? [])]
  return { id: both('id'), label: both('label'), drop: both('drop'), ...(keep.length > 0 && { keep }) }
}
