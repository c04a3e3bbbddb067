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
  /** Columns whose texts are kept, by what they are called there; pixels they are none. */
  keep: Record<string, number>
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
  const known = (list: readonly string[]): number =>
    list.map((name) => placeOf(names, name)).find((column) => column >= 0) ?? -1
  const pick = (option: ReadOptions['label'], usual: readonly string[]): number =>
    option === undefined ? known(usual) : option === false ? -1 : at(option)
  const labels = [...namesOf(columns.label), ...LABELS]
  const label = pick(options.label, labels)
  const id = pick(options.id, [...namesOf(columns.id), ...IDS])
  const keep = Object.fromEntries((options.keep ?? []).map((name) => [String(name), at(name)]))
  for (const name of columns.keep ?? []) if (placeOf(names, name) >= 0) keep[name] ??= placeOf(names, name)
  const left = [...(options.drop ?? []).map(at), ...Object.values(keep)]
  left.push(...namesOf(columns.drop).map((name) => placeOf(names, name)))
  // `label: false` says that nobody wants the labels, so that a column of that name is no unknown one.
  if (options.label === false) left.push(known(labels))
  const free = (column: number) => column !== label && column !== id && !left.includes(column)
  const unnamed = indexColumns(names).filter(free)
  if (unnamed.length === 0) return { label, id, left, keep }
  if (id >= 0 || options.id === false) return { label, id, left: [...left, ...unnamed], keep }
  // Saved twice, a table has two: one that does not count is worth more.
  const index = unnamed.find((column) => cell(column) !== '0') ?? unnamed[0]!
  const others = unnamed.filter((column) => column !== index)
  return { label, id: index, left: [...left, ...others], keep, index: cell(index) === '0' ? 'counting' : 'other' }
}

const namesOf = (hint: Hint): string[] => [hint].flat().filter((each) => typeof each === 'string')

/** The column of a name, else of one that is written otherwise. */
function placeOf(names: readonly string[], name: string): number {
  const place = names.indexOf(name)
  return place >= 0 ? place : names.findIndex((each) => bare(each) === bare(name))
}

/**
 * The places of columns in a table without a header, by hints and beside those that the options give: where there are as many columns as all of them and the
 * pixels make, or one fewer where no label is wanted. Of any other number nothing is known.
 */
export function hinted(columns: number, pixels: number, options: ReadOptions): Hinted {
  const { label, id, drop } = options.columns ?? {}
  const given = placesIn([options.label, options.id, options.drop].flat()).map((one) => (one < 0 ? columns + one : one))
  const [at] = options.label === undefined || options.label === false ? placesIn(label) : []
  const [named] = options.id === undefined ? placesIn(id) : []
  const left = placesIn(drop)
  const fits = (places: readonly (number | undefined)[]) =>
    new Set([...given, ...places.filter((place) => place !== undefined)]).size === columns - pixels
  if (fits([at, named, ...left]))
    return options.label === false ? { id: named, left: [...left, ...placesIn(at)] } : { label: at, id: named, left }
  if (at === undefined || options.label !== false) return { left: [] }
  const here = (place: number) => (place > at ? place - 1 : place)
  const bare = { id: named === undefined ? undefined : here(named), left: left.map(here) }
  return fits([bare.id, ...bare.left]) ? bare : { left: [] }
}

const placesIn = (hint: Hint | readonly unknown[]): number[] => [hint].flat().filter((one) => typeof one === 'number')

/** Columns that hints mean. */
export interface Hinted {
  label?: number | undefined
  id?: number | undefined
  left: number[]
}

type Hint = string | number | readonly (string | number)[] | undefined

/** The first columns without a name of their own: what `DataFrame.to_csv()` writes of an index, and what it makes of that when it has read it. */
function indexColumns(names: readonly string[]): number[] {
  const end = names.findIndex((name, column) => !(column === 0 && name === '') && !/^Unnamed: \d+(\.\d+)?$/.test(name))
  return names.slice(0, Math.max(end, 0)).map((_, column) => column)
}

/** A name as it is compared: without spaces, `_`, `-` and capitals. */
export const bare = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '')
