import { type Part, type PixelTable, selectRows, splitByColumn } from '@pixelrow/data'
import { partCalled } from '../../../../common/parts.ts'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'
import type { GroupOptions, ReadingOptions } from '../line/flags/reading.ts'
import { count, many } from '../terminal/table.ts'
import type { TableOptions } from './asrun.ts'

/** The columns that flags go by, which the table has to keep. */
export function keptFor({
  rows,
  splitColumn,
  group,
}: Pick<ReadingOptions, 'rows' | 'splitColumn'> & Partial<GroupOptions>): (string | number)[] {
  const columns = [rows?.slice(0, rows.indexOf('=')), splitColumn, group].filter((column) => column !== undefined)
  return [...new Set(columns)]
}

/** What decides which rows of a table count. */
interface Choice {
  flags: TableOptions
  learning: boolean
  parts: readonly Part[] | undefined
}

/** The rows of a table that --rows names and, where a column says which part each is of, those of the part that is meant; says which. */
export function chosenRows(context: Context, path: string, table: PixelTable, choice: Choice): PixelTable {
  const { rows } = choice.flags
  const some = rows === undefined ? table : matching(path, table, rows)
  return ofPart(context, path, some, choice)
}

function matching(path: string, table: PixelTable, rows: string): PixelTable {
  const at = rows.indexOf('=')
  const [column, value] = [rows.slice(0, at), rows.slice(at + 1)]
  const texts = table.kept![column]!
  const some = texts.flatMap((text, row) => (text === value ? [row] : []))
  if (some.length > 0) return selectRows(table, some)
  const values = [...new Set(texts)].slice(0, 10)
  const params = { file: path, column, value, values }
  throw new JobError(
    `${path} has no row with ${value} in column ${column}`,
    `its texts there are ${values.join(', ')}`,
    {
      code: 'CLI_ROWS_NONE',
      params,
    },
  )
}

function ofPart(
  { terminal }: Context,
  path: string,
  table: PixelTable,
  { flags, learning, parts = [] }: Choice,
): PixelTable {
  const { splitColumn = flags.asRun?.splitColumn, part } = flags
  // A table of another kind of data may lack the column of the run.
  if (splitColumn === undefined || table.kept?.[splitColumn] === undefined) return table
  const found = splitByColumn(table, String(splitColumn))
  const asked = part === 'val' ? 'validation' : part
  const first = parts.find((each) => found[each])
  const wanted: Part[] = asked ? [asked] : learning ? ['train', 'validation'] : first ? [first] : []
  if (wanted.length === 0) return table
  const there = wanted.filter((each) => found[each])
  if (there.length === 0 || (learning && !found.train)) {
    const fix = `its parts are ${Object.keys(found).join(', ')}`
    const params = { file: path, column: splitColumn, part: wanted[0], parts: Object.keys(found) }
    throw new JobError(`${path} has no rows of the part ${wanted[0]} in column ${splitColumn}`, fix, {
      code: 'CLI_ROWS_NONE',
      params,
    })
  }
  const told = there.map((each) => `${count(found[each]!.rows)} of ${each}`).join(' and ')
  const left = table.rows - there.reduce((sum, each) => sum + found[each]!.rows, 0)
  terminal.note(
    `${path}: by column ${splitColumn} rows ${told}${left > 0 ? `; ${many(left, 'other row')} left aside` : ''}`,
  )
  const isMeant = new Set<Part>(there)
  return selectRows(table, rowsOf(table, String(splitColumn), isMeant))
}

/** The rows of some parts, in the table's order. */
function rowsOf(table: PixelTable, column: string, parts: ReadonlySet<Part>): number[] {
  const rows: number[] = []
  for (const [row, text] of table.kept![column]!.entries()) if (parts.has(partCalled(text)!)) rows.push(row)
  return rows
}
