import type { ReadOptions } from '../types.ts'

/** Usual names of the columns that hold no pixels, without spaces, `_`, `-` and capitals. */
const LABELS = ['label', 'class', 'target']
const IDS = ['id', 'imageid', 'rowid']

/** Columns that a header gives a part of their own; -1 where there is none. */
export interface Roles {
  label: number
  id: number
  /** Columns that nobody wants. */
  left: number[]
  /** The identifiers are an unnamed first column, which as far as is known counts the rows from 0 (`counting`) or does not. */
  index?: 'counting' | 'other'
}

/** What finds out about the columns besides their names. */
interface Row {
  /** The column that a name or index means. */
  at(name: string | number): number
  /** The text of a cell of the first row. */
  cell(column: number): string
}

/** Which column is the label, which the identifier, and which to leave out, by names and options. */
export function rolesOf(names: readonly string[], options: ReadOptions, { at, cell }: Row): Roles {
  const { columns = {} } = options
  const known = (list: (string | undefined)[]): number => {
    const found = list.map((name) => (name === undefined ? -1 : names.findIndex((each) => bare(each) === bare(name))))
    return found.find((column) => column >= 0) ?? -1
  }
  const pick = (option: ReadOptions['label'], usual: (string | undefined)[]): number =>
    option === undefined ? known(usual) : option === false ? -1 : at(option)
  const labels = [columns.label, ...LABELS]
  const label = pick(options.label, labels)
  const id = pick(options.id, [columns.id, ...IDS])
  const left = (options.drop ?? []).map(at)
  // `label: false` says that nobody wants the labels, so that a column of that name is no unknown one.
  if (options.label === false) left.push(known(labels))
  const free = (column: number) => column !== label && column !== id && !left.includes(column)
  const unnamed = indexColumns(names).filter(free)
  if (unnamed.length === 0) return { label, id, left }
  if (id >= 0 || options.id === false) return { label, id, left: [...left, ...unnamed] }
  // Saved twice, a table has two: one that does not count is worth more.
  const index = unnamed.find((column) => cell(column) !== '0') ?? unnamed[0]!
  const others = unnamed.filter((column) => column !== index)
  return { label, id: index, left: [...left, ...others], index: cell(index) === '0' ? 'counting' : 'other' }
}

/** The first columns without a name of their own: what `DataFrame.to_csv()` writes of an index, and what it makes of that when it has read it. */
function indexColumns(names: readonly string[]): number[] {
  const end = names.findIndex((name, column) => !(column === 0 && name === '') && !/^Unnamed: \d+(\.\d+)?$/.test(name))
  return names.slice(0, Math.max(end, 0)).map((_, column) => column)
}

const bare = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '')
