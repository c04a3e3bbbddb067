import { DataError, type Decision, type PixelTable } from '@pixelrow/data'
import type { Context } from '../context.ts'
import { UsageError } from '../line/errors.ts'
import type { GroupOptions, ReadingOptions } from '../line/flags/reading.ts'
import { noted } from '../line/sentences.ts'
import { type Images, readLike } from './like.ts'
import { nameOf, type Place } from './place.ts'
import { type Reading, readLabelled } from './reading.ts'
import { into, type Report } from './report.ts'

/** The two tables of a main job. */
export interface Tables {
  train: PixelTable
  /** With the labels that it has, if they are classes of `train`. */
  test: PixelTable
  /** How both were read. */
  reports: { train?: Report; test?: Report }
}

/**
 * Reads train.csv and test.csv with the same flags: a column to drop may be in one of them alone, the ids in test.csv alone. `columns` are the names
 * that the sample gives to ids and labels. A place to drop is one of train.csv; in test.csv the column of that name goes.
 */
export async function readBoth(
  context: Context,
  { train, test }: { train: Place; test: Place },
  flags: ReadingOptions & Partial<GroupOptions>,
  columns: NonNullable<Reading['columns']>,
): Promise<Tables> {
  const { drop = [], id, ...rest } = flags
  if (typeof id === 'number') throw placeError('id', id)
  // The test table has a part to itself, and nobody splits it.
  const { rows: _, splitColumn: __, group: ___, ...testing } = rest
  const named = { ...columns, ...(typeof id === 'string' && { id }) }
  const reports: Tables['reports'] = {}
  const first = await dropping(drop, (some) =>
    readLabelled(context, train, { ...rest, ...some }, { columns: named, learning: true, ...into(reports, 'train') }),
  )
  const names = drop.map((column) => namedIn(reports.train, column))
  const second = await dropping(names, (some) =>
    readTest(context, test, { ...testing, ...some, ...(id !== undefined && { id }) }, first.table, {
      columns: named,
      ...into(reports, 'test'),
    }),
  )
  const nowhere = first.missing.find(({ name }) => second.missing.some((other) => other.name === name))
  if (nowhere) throw nowhere.error
  return { train: first.table, test: second.table, reports }
}

/** The name of a column that was dropped by its place. */
function namedIn(train: Report | undefined, column: string | number): string | number {
  if (typeof column === 'string') return column
  const { columns = 0, dropped = [] } = train?.layout ?? {}
  const found = dropped.find(({ place }) => place === (column < 0 ? columns + column : column))
  if (found?.name === undefined) throw placeError('drop', column)
  return found.name
}

/** A place is another column in test.csv, which has no label. */
const placeError = (name: 'drop' | 'id', place: number): UsageError =>
  new UsageError(
    `--${name} ${place}: in run it must be a name, since test.csv has other places`,
    `use train and predict, each with a --${name} of its own`,
    { code: 'CLI_COLUMN_PLACE', params: { flag: `--${name}`, place } },
  )

interface Dropped {
  table: PixelTable
  /** Names that the file has not. */
  missing: { name: string | number; error: DataError }[]
}

/** Reads with those of the names to drop that the file has. */
async function dropping(
  drop: readonly (string | number)[],
  work: (some: Pick<ReadingOptions, 'drop'>) => Promise<PixelTable>,
): Promise<Dropped> {
  const missing: Dropped['missing'] = []
  for (;;) {
    const names = drop.filter((name) => !missing.some((other) => other.name === name))
    try {
      return { table: await work(names.length > 0 ? { drop: names } : {}), missing }
    } catch (error) {
      const name = isDataError(error, 'DATA_COLUMN_MISSING') && names.find((each) => each === error.params?.name)
      if (name === false || name === undefined) throw error
      missing.push({ name, error: error as DataError })
    }
  }
}

const isDataError = (error: unknown, ...codes: DataError['code'][]): error is DataError =>
  error instanceof DataError && codes.includes(error.code)

/** Reads the test table with its labels where it has any that the model can know, else without. */
async function readTest(
  context: Context,
  place: Place,
  flags: ReadingOptions,
  images: Images,
  { columns, ...follow }: Pick<Reading, 'columns' | 'onReport'>,
): Promise<PixelTable> {
  // Rows that are predicted are not left out.
  const { label, skipBroken: _, skipUnlabelled: __, ...given } = flags
  const { labels: ___, labelFrom: ____, ...rest } = given
  const notes: string[] = []
  const onNote = (_: string, decision: Decision) => void notes.push(`${place.path}: ${noted(decision)}`)
  const named = typeof label === 'string' && given.labels === undefined ? { label } : {}
  const asked = typeof label === 'number' || given.labels !== undefined ? { label } : {}
  const more = { columns: { ...columns, ...named }, classes: [...(images.classes ?? [])], onNote, ...follow }
  try {
    const table = await readLike(context, place, { ...given, ...asked }, images, more)
    for (const note of notes) context.terminal.note(note)
    return table
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    const table = await readLike(context, place, rest, images, { columns: more.columns, label: false, ...follow })
    if (isDataError(error, 'DATA_LABEL_UNKNOWN', 'DATA_LABEL_EMPTY')) tellUnused(context, place, error)
    return table
  }
}

function tellUnused({ terminal }: Context, place: Place, { found, expected }: DataError): void {
  terminal.note(`${nameOf(place)}: its labels are left alone: expected ${expected}, found ${found}`)
}
