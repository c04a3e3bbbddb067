import type { SchemaTree } from 'hyparquet'
import { arrayTable } from '../arrays/array-table.ts'
import type { Numbers } from '../arrays/numbers.ts'
import { collectLabels } from '../csv/classes.ts'
import { pixelColumns } from '../csv/columns.ts'
import { columnOf, refuseOthers } from '../csv/layout.ts'
import { rolesOf } from '../csv/roles.ts'
import { DataError } from '../error.ts'
import { openedDecoder, tableOfRows } from '../pictures/picture-table.ts'
import type { WholeFile } from '../source/formats.ts'
import type { PixelTable, ReadOptions } from '../types.ts'
import { openParquet, type Parquet } from './columns.ts'

/** Names of columns in which pandas keeps what it calls an index. */
const INDEX = /^__index_level_\d+__$/

/**
 * The table in a Parquet file: of pictures, as Hugging Face's datasets have them (`{ image: { bytes, path }, label }`, with the names of the classes beside it), or
 * of a column for each pixel, named as in a CSV.
 */
export async function tableOfFile({ file, bytes }: WholeFile, options: ReadOptions): Promise<PixelTable> {
  const parquet = await openParquet(file, bytes, options)
  if (parquet.rows === 0) throw new DataError({ code: 'DATA_ROWS_MISSING', file, problem: 'has no rows' })
  const pictures = parquet.columns.find(isPictures)
  return pictures ? tableOfPictures(parquet, pictures, options) : tableOfPixels(parquet, options)
}

const nameOf = ({ element }: SchemaTree): string => element.name

/** A record of bytes, or a column of bytes that are no text. */
const isPictures = ({ element, children }: SchemaTree): boolean =>
  children.length > 0 ? children.some((child) => nameOf(child) === 'bytes') : isBytes(element)

const isBytes = ({ type, converted_type, logical_type }: SchemaTree['element']): boolean =>
  type === 'BYTE_ARRAY' && converted_type === undefined && logical_type === undefined

/** Which columns are label and identifier; the rest, without what nobody wants. */
function rolesIn({ file, columns }: Parquet, options: ReadOptions, without: readonly SchemaTree[] = []) {
  const names = columns.map(nameOf)
  const skipped = new Set(without.map(nameOf))
  const at = (name: string | number) => columnOf(file, name, names.length, names)
  const { label, id, left, keep } = rolesOf(names, options, { at, cell: () => '' })
  const taken = new Set([label, id, ...left])
  const rest = names.map((_, column) => column)
  const free = rest.filter(
    (column) => !taken.has(column) && !skipped.has(names[column]!) && !INDEX.test(names[column]!),
  )
  return {
    names,
    label: names[label],
    id: names[id],
    rest: free,
    keep: Object.entries(keep).map(([name, at]) => [name, names[at]!] as const),
  }
}

/** Texts of a column, one for each row; a class that is a number is called as the file says, where it does. */
function textsOf({ features }: Parquet, name: string): { add: Take; texts: string[]; names: string[] | undefined } {
  const texts: string[] = []
  const { names } = features[name] ?? {}
  const isNamed = Array.isArray(names) && names.every((each) => typeof each === 'string')
  const add: Take = (values, start) => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      texts[start + i] = (isNamed ? names[Number(value)] : undefined) ?? textOf(value)
    }
  }
  return { add, texts, names: isNamed ? names : undefined }
}

type Take = (values: ArrayLike<unknown>, row: number) => void

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  return value === null || value === undefined ? '' : String(value)
}

/** Classes and labels, by their texts. */
function labelled(parquet: Parquet, name: string, { texts, names }: ReturnType<typeof textsOf>, options: ReadOptions) {
  const isUsable = names && new Set(names).size === names.length
  const collected = collectLabels(parquet.file, name, options.classes ?? (isUsable ? names : undefined))
  return collected.finish(texts.map((text, row) => collected.add(text, row + 1)))
}

async function tableOfPictures(parquet: Parquet, column: SchemaTree, options: ReadOptions): Promise<PixelTable> {
  const { file, rows } = parquet
  const { label, id, keep } = rolesIn(parquet, options, [column])
  const files: { bytes: Uint8Array<ArrayBuffer>; path: string }[] = []
  const [labels, ids] = [label, id].map((name) => (name === undefined ? undefined : textsOf(parquet, name)))
  const kept = keptOf(parquet, keep)
  const wanted = new Set([nameOf(column), label, id, ...kept.columns].filter((name) => name !== undefined))
  await parquet.read([...wanted], (name, values, row) => {
    kept.add(name, values, row)
    if (name === label) labels!.add(values, row)
    if (name === id) ids!.add(values, row)
    if (name === nameOf(column)) for (let i = 0; i < values.length; i++) files[row + i] = pictureOf(values[i])
  })
  const named = labels && labelled(parquet, label!, labels, options)
  const source = { file, paths: [], folders: [], bytes: async (index: number) => files[index]!.bytes }
  const pictures = files.map(({ path }, index) => ({ index, id: path || `row ${index + 1}` }))
  const { ids: _, decoded: __, ...table } = await tableOfRows(source, pictures, await openedDecoder(file), options)
  const paths = new Set(files.map(({ path }) => path))
  const own = ids?.texts ?? (paths.size === rows && !paths.has('') ? files.map(({ path }) => path) : undefined)
  return { ...table, ...named, ...(own && { ids: own }), ...kept.texts() }
}

/** The texts of the columns that are kept. */
function keptOf(parquet: Parquet, keep: readonly (readonly [string, string])[]) {
  const found = keep.map(([name, column]) => ({ name, column, ...textsOf(parquet, column) }))
  return {
    columns: found.map(({ column }) => column),
    add(name: string, values: ArrayLike<unknown>, row: number): void {
      for (const { column, add } of found) if (column === name) add(values, row)
    },
    texts: () => (found.length > 0 ? { kept: Object.fromEntries(found.map(({ name, texts }) => [name, texts])) } : {}),
  }
}

function pictureOf(value: unknown): { bytes: Uint8Array<ArrayBuffer>; path: string } {
  const { bytes, path } =
    value instanceof Uint8Array ? { bytes: value, path: '' } : ((value ?? {}) as { bytes?: unknown; path?: unknown })
  // What is none is told with the others that cannot be decoded.
  return {
    bytes: bytes instanceof Uint8Array ? new Uint8Array(bytes) : new Uint8Array(),
    path: typeof path === 'string' ? path : '',
  }
}

async function tableOfPixels(parquet: Parquet, options: ReadOptions): Promise<PixelTable> {
  const { file, rows } = parquet
  const { names, label, id, rest, keep } = rolesIn(parquet, options)
  const { places, size } = pixelColumns(file, names, rest)
  const others = rest.filter((column) => !places.has(column))
  refuseOthers(
    file,
    others.map((place) => ({ name: names[place]!, place })),
    {
      pixels: places.size,
      label: label === undefined && options.label === undefined,
      id: id === undefined && options.id === undefined,
    },
  )
  const columns = new Map([...places].map(([column, place]) => [names[column]!, place]))
  const values = Array.from({ length: places.size }, () => new Uint8Array(rows) as Uint8Array | Float64Array)
  const [labels, ids] = [label, id].map((name) => (name === undefined ? undefined : textsOf(parquet, name)))
  const kept = keptOf(parquet, keep)
  const wanted = new Set([...columns.keys(), label, id, ...kept.columns].filter((name) => name !== undefined))
  await parquet.read([...wanted], (name, piece, row) => {
    kept.add(name, piece, row)
    if (name === label) labels!.add(piece, row)
    if (name === id) ids!.add(piece, row)
    const place = columns.get(name)
    if (place !== undefined) values[place] = filled(values[place]!, piece, row)
  })
  const images: Numbers = {
    dims: [rows, places.size],
    ...(parquet.columns.some(isFloats(columns)) && { isFloat: true }),
    number: (index) => values[index % places.size]![Math.floor(index / places.size)]!,
    text: (index) => String(images.number(index)),
  }
  const { height, width, channels = 1, channelOrder } = size ?? {}
  const told = height && width ? { height, width, channels, ...(channelOrder && { channelOrder }) } : undefined
  const shape = options.shape ?? told
  const table = arrayTable(file, images, undefined, { ...options, ...(shape && { shape }) })
  const named = labels && labelled(parquet, label!, labels, options)
  return { ...table, ...named, ...(ids && { ids: ids.texts }), ...kept.texts() }
}

/** Whether a column is one of these and holds floats. */
const isFloats =
  (columns: ReadonlyMap<string, number>) =>
  ({ element: { name, type } }: SchemaTree): boolean =>
    columns.has(name) && (type === 'FLOAT' || type === 'DOUBLE')

/** A column with some more of its values: bytes as long as all are. What is no number becomes NaN, which is no pixel. */
function filled(column: Uint8Array | Float64Array, values: ArrayLike<unknown>, row: number): Uint8Array | Float64Array {
  let to = column
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    const number =
      typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : Number.NaN
    if (to instanceof Uint8Array && !(Number.isInteger(number) && number >= 0 && number <= 255))
      to = Float64Array.from(to)
    to[row + i] = number
  }
  return to
}
