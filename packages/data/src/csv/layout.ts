import { DataError } from '../error.ts'
import { tell } from '../note.ts'
import { shapesOf } from '../pictures/readings.ts'
import { formatShape, pixelCount, squareOf } from '../shape.ts'
import type { ColumnLayout, ImageShape, ReadOptions, ShapeOption } from '../types.ts'
import { cellText, cellTexts, type Line, shown, splitCells, type Where } from './cells.ts'
import { pixelColumns } from './columns.ts'
import { headLines, NUMBER, separatorIn, separatorNamed, separators, titlesIn } from './lines.ts'
import { hinted, rolesOf } from './roles.ts'

/** What each cell of a row is. */
export interface Layout extends Where {
  /** Cells of a row. */
  columns: number
  /** Column of the label and of the identifier; -1 where there is none. */
  label: number
  id: number
  /** Columns whose texts are kept, by what they are called in the table. */
  keep: Record<string, number>
  /** By column: its place in the row of pixels; -1 where it is none. */
  places: Int32Array
  /** The column whose one cell holds all pixels, with spaces between (FER2013); -1 where there is none. */
  packed: number
  /** What shapes the images may have; `channelOrder` may be open. */
  shapes: ShapeOption[]
  /** The order of the channels, where names tell it. */
  order?: ImageShape['channelOrder'] | undefined
  pixels: number
  /** Values are kept as 32-bit floats. */
  floats?: boolean
  /** The first row's line, after the header. */
  first: Line
  /** The identifiers are an unnamed column: it counts the rows from 0, or does not, as far as the first row tells. */
  index?: 'counting' | 'other'
  /** A column that was taken for a pixel because it is the same all along, where the label could also have been: it must stay so. */
  constant?: number
}

/** Finds out what the columns are from the first bytes of a file (`last`: these are all bytes) and the options. */
export function sniff(file: string, head: Uint8Array, last: boolean, options: ReadOptions): Layout {
  const lines = headLines(head, last)
  const above = separatorNamed(file, head, lines[0])
  if (above) lines.shift()
  const titles = titlesIn(file, head, lines, above, options)
  const line = lines[titles.length]
  lines.splice(0, titles.length)
  if (!line) {
    throw new DataError({ code: 'DATA_FILE_EMPTY', file, problem: 'is empty', advice: 'Is the path right?' })
  }
  const separator = above ?? separatorIn(head, line, { file })
  const words = separator && separators.get(separator)
  const where: Where = { file, ...(words && { separator: separator! }) }
  const cells = cellTexts(head, line, where)
  const header = options.header ?? isHeader(file, cells)
  const first = header ? lines[1] : line
  if (!first) {
    const [problem, advice] = ['has a header and no rows', 'Is it the right file?']
    throw new DataError({ code: 'DATA_ROWS_MISSING', file, problem, advice })
  }
  const rows = lines.slice(header ? 1 : 0)
  const layout = header ? named(where, cells, first, head, options) : unnamed(where, cells.length, rows, head, options)
  // What was taken for granted is said of a table, and not of what turns out to be none.
  if (words) tell(options.onNote, `cells are separated by ${words}`)
  const left = titles.map((text) => `'${shown(text)}'`).join(', ')
  if (left) tell(options.onNote, `left out, above the ${header ? 'header' : 'rows'}: ${left}`)
  return layout
}

/** What the columns were taken for, for who has asked to be told. */
export function told({ names, columns, label, id, places, packed }: Layout): ColumnLayout {
  const column = (place: number) => ({ place, ...(names && { name: names[place]! }) })
  const all = Array.from({ length: columns }, (_, place) => place)
  const dropped = all.filter((place) => places[place]! < 0 && ![label, id, packed].includes(place)).map(column)
  const roles = { ...(label >= 0 && { label: column(label) }), ...(id >= 0 && { id: column(id) }) }
  return { header: names !== undefined, columns, ...roles, dropped }
}

/**
 * Whether values are to be kept as floats: as asked, else where the first row holds more numbers that are no whole ones from 0 on than others but 0, and several.
 * One such number among others is a mistake, and stays one.
 */
export function holdsFloats(head: Uint8Array, layout: Layout, options: ReadOptions): boolean {
  const { dataType, maxValue, fractions, onNote } = options
  if ((dataType ?? maxValue ?? fractions) !== undefined) return dataType === 'float32'
  const cells = cellTexts(head, layout.first, layout)
  const pixels = cells.flatMap((cell, column) =>
    column === layout.packed ? cell.split(' ') : layout.places[column]! < 0 ? [] : cell,
  )
  const numbers = pixels.map(Number).filter((value) => value)
  const others = numbers.filter((value) => value < 0 || value % 1 !== 0).length
  if (others < 2 || 2 * others <= numbers.length) return false
  tell(onNote, 'values kept as float32: the first row holds fractions or negative numbers', 'dataType')
  return true
}

/** A first line is a header where it holds words, unless its numbers repeat: then the words are labels or identifiers. */
function isHeader(file: string, cells: string[]): boolean {
  const filled = cells[0] === '' ? cells.slice(1) : cells
  const numbers = filled.filter((cell) => NUMBER.test(cell))
  if (numbers.length < filled.filter((cell) => cell !== '').length) return new Set(numbers).size === numbers.length
  const counts = filled.length >= 9 && filled.every((cell, i) => cell === String(i) || cell === String(i + 1))
  if (counts) {
    const advice = 'Pass header: true if it names the columns, header: false if these are pixels.'
    const problem = 'counts 0, 1, 2, … and may be a header or an image'
    throw new DataError({ code: 'DATA_HEADER_UNCLEAR', file, row: 1, problem, advice })
  }
  return false
}

/** The layout that a header tells. */
function named(at: Where, names: string[], first: Line, head: Uint8Array, options: ReadOptions): Layout {
  const { file } = at
  const seen = new Set<string>()
  const twice = names.find((name) => name !== '' && seen.size === seen.add(name).size)
  if (twice !== undefined) {
    const advice = 'If this line is no header, pass header: false.'
    const place = { file, row: 1, column: shown(twice) }
    throw new DataError({ code: 'DATA_COLUMN_DUPLICATE', ...place, problem: 'two columns have this name', advice })
  }
  const where = { ...at, names }
  const roles = rolesOf(names, options, {
    at: (name) => columnOf(file, name, names.length, names),
    cell: (column) => cellTexts(head, first, where)[column] ?? '',
  })
  const { label, id } = roles
  const taken = new Set([label, id, ...roles.left])
  const rest = names.map((_, column) => column).filter((column) => !taken.has(column))
  const packed = rest.find((column) => names[column]!.toLowerCase() === 'pixels') ?? -1
  const { places, size } = packed >= 0 ? { places: new Map<number, number>() } : pixelColumns(file, names, rest)
  const others = rest.filter((column) => column !== packed && !places.has(column))
  refuseOthers(
    file,
    others.map((place) => ({ name: names[place]!, place })),
    {
      pixels: places.size,
      label: label < 0 && options.label === undefined,
      id: id < 0 && options.id === undefined,
    },
  )
  const pixels = packed >= 0 ? packedCount({ ...where, names }, head, first, packed) : places.size
  const shapes = shapesFor(file, pixels, options, size)
  const byColumn = Int32Array.from(names, (_, column) => places.get(column) ?? -1)
  const found = {
    columns: names.length,
    label,
    id,
    keep: roles.keep,
    places: byColumn,
    packed,
    shapes,
    order: size?.channelOrder,
  }
  const layout: Layout = { ...where, ...found, pixels, first }
  return roles.index ? { ...layout, index: roles.index } : layout
}

/** What is known of a file's columns: how many hold pixels, and whether there may be a label or an identifier that nobody named. */
interface Known {
  pixels: number
  label: boolean
  id: boolean
}

/** Refuses columns, by name with their places, that hold neither pixels nor anything else that is known. */
export function refuseOthers(
  file: string,
  columns: readonly { name: string; place: number }[],
  { pixels, label, id }: Known,
): void {
  const others = columns.map(({ name }) => name)
  if (pixels === 0 && others.length > 3) {
    const advice = 'If this line is no header, pass header: false.'
    const expected = 'names such as pixel0, pixel1, … or 1x1, 1x2, …'
    const params = { columns: others.slice(0, 3) }
    const found = `${params.columns.map((name) => shown(name)).join(', ')}, …`
    throw new DataError({ code: 'DATA_PIXEL_NAMES', params, file, row: 1, expected, found, advice })
  }
  if (others.length === 0) return
  // The sentence says each of them up to four times.
  const most = Math.max(12, Math.floor(45 / others.length))
  const said = (name: string) => `'${shown(name, most)}'`
  // A column without a name, or with one that nobody would type, is meant by its place.
  const list = columns.map(({ name, place }) => (name === '' || name.length > 60 ? String(place) : said(name)))
  const first = (texts: readonly string[]) => `${texts.slice(0, 5).join(', ')}${texts.length > 5 ? ', …' : ''}`
  const some = first(list)
  const found = first(columns.map(({ name, place }) => (name === '' ? String(place) : said(name))))
  const roles = [...(label ? [['label', 'the label']] : []), ...(id ? [['id', 'what names the rows']] : [])]
  const advice = list[1]
    ? `Pass drop: [${some}] to leave them out${roles.map(([option, what]) => `, or ${option}: ${list[0]} if that is ${what}`).join('')}.`
    : `${roles.map(([option, what]) => `Is it ${what}? Then pass ${option}: ${some}. `).join('')}Pass drop: [${some}] to leave it out.`
  const params = { columns: others, places: columns.map(({ place }) => place), label, id }
  const problem = `neither pixel, label nor id: ${found}`
  throw new DataError({ file, row: 1, problem, found, advice, code: 'DATA_COLUMN_UNKNOWN', params })
}

/** How many pixels the one cell of the first row holds. */
function packedCount(where: Where & { names: string[] }, head: Uint8Array, first: Line, packed: number): number {
  const { file, names } = where
  const cells = splitCells(head, first, where)
  if (cells.count === names.length) return cellText(head, cells, packed, first, where).split(/[ \t]+/).length
  const [expected, found] = [`${names.length} cells`, String(cells.count)]
  throw new DataError({ code: 'DATA_CELLS_COUNT', file, row: first.number, expected, found })
}

/** The layout of a file without a header: told by the number of columns, and by which end column varies. */
function unnamed(where: Where, columns: number, rows: Line[], head: Uint8Array, options: ReadOptions): Layout {
  const { file } = where
  const at = (name: string | number): number => columnOf(file, name, columns)
  const pick = (option: ReadOptions['label']): number => (option === undefined || option === false ? -1 : at(option))
  const wanted = options.shape ? pixelCount({ channels: 1, ...options.shape }) : undefined
  const hints = wanted && options.columns ? hinted(columns, wanted, options) : { left: [] }
  const id = options.id === undefined ? (hints.id ?? -1) : pick(options.id)
  const keep = Object.fromEntries((options.keep ?? []).map((name) => [String(name), at(name)]))
  const dropped = new Set([id, ...(options.drop ?? []).map(at), ...Object.values(keep), ...hints.left])
  const rest = Array.from({ length: columns }, (_, column) => column).filter((column) => !dropped.has(column))
  const fits = (pixels: number): boolean => (wanted ? pixels === wanted : squareOf(pixels) !== undefined)
  let label = options.label === undefined ? (hints.label ?? -1) : pick(options.label)
  let constant: number | undefined
  if (options.label === undefined && label < 0 && !fits(rest.length) && fits(rest.length - 1)) {
    const ends = [rest[0]!, rest.at(-1)!] as const
    const texts = rows.map((line) => cellTexts(head, line, where))
    label = labelEnd(file, ends, texts)
    // Words cannot be pixels: only between two columns of numbers may the wrong one have been taken.
    if (NUMBER.test(texts[0]![label]!)) constant = ends.find((end) => end !== label)
  }
  const pixelsAt = rest.filter((column) => column !== label)
  const shapes = shapesFor(file, pixelsAt.length, options)
  const places = new Int32Array(columns).fill(-1)
  for (const [place, column] of pixelsAt.entries()) places[column] = place
  const layout: Layout = {
    ...where,
    columns,
    label,
    id,
    keep,
    places,
    packed: -1,
    shapes,
    pixels: pixelsAt.length,
    first: rows[0]!,
  }
  return constant === undefined ? layout : { ...layout, constant }
}

/** Which end column is the label: one that holds words, or the one that varies and repeats while the other stays the same. */
function labelEnd(file: string, ends: readonly [number, number], rows: string[][]): number {
  const whole = rows.filter((row) => row.length === rows[0]!.length)
  const values = ends.map((end) => new Set(whole.map((row) => row[end]!)))
  const words = ends.findIndex((_, i) => [...values[i]!].every((text) => text !== '' && !NUMBER.test(text)))
  if (words >= 0) return ends[words]!
  const label = ends.findIndex((_, i) => values[i]!.size > 1 && values[1 - i]!.size === 1)
  if (label >= 0 && 2 * values[label]!.size <= whole.length) return ends[label]!
  return labelUnknown(file)
}

/** The column that a name or index means. */
export function columnOf(file: string, name: string | number, columns: number, names?: readonly string[]): number {
  if (typeof name === 'number') {
    const column = name < 0 ? columns + name : name
    if (Number.isInteger(column) && column >= 0 && column < columns) return column
    const [params, expected] = [{ place: name, columns }, `a column index 0..${columns - 1}`]
    throw new DataError({ code: 'DATA_COLUMN_OUTSIDE', params, file, expected, found: String(name) })
  }
  const lower = name.toLowerCase()
  const column = names
    ? names.includes(name)
      ? names.indexOf(name)
      : names.findIndex((n) => n.toLowerCase() === lower)
    : -1
  if (column >= 0) return column
  const some =
    names &&
    `${names
      .slice(0, 5)
      .map((name) => shown(name))
      .join(', ')}${names.length > 5 ? `, … ${shown(names.at(-1)!)}` : ''}`
  const found = names ? `columns ${some}` : 'no header'
  const advice = names ? 'Pass one of these names, an index, or false for none.' : 'Pass its 0-based index.'
  const data = { code: 'DATA_COLUMN_MISSING', params: { name, names: names ?? [] } } as const
  throw new DataError({ file, row: 1, expected: `a column '${name}'`, found, advice, ...data })
}

/** The shape that was asked for or that names tell, else those that so many pixels may have. */
export function shapesFor(
  file: string,
  pixels: number,
  options: ReadOptions,
  named: Partial<ImageShape> = {},
): ShapeOption[] {
  const { height, width, channels = 1 } = named
  const shape = options.shape ?? (height && width ? { height, width, channels } : undefined)
  const shapes = shape ? [shape] : shapesOf(pixels, named.channels)
  if (shapes.length === 0) {
    const advice = 'Pass the shape; or is a column missing, or one too many?'
    const [expected, found] = ['a square image, or three squares (RGB)', `${pixels} pixel columns`]
    throw new DataError({ code: 'DATA_SHAPE_UNKNOWN', params: { pixels }, file, expected, found, advice })
  }
  const wanted = pixelCount({ channels: 1, ...shapes[0]! })
  if (wanted === pixels) return shapes
  const unlabelled = wanted === pixels + 1
  const [expected, found] = [`${wanted} pixel columns for ${formatShape(shapes[0]!)}`, `${pixels}`]
  const advice = `Pass the shape that the file has.${unlabelled ? ' Is this test.csv? Then pass label: false.' : ''}`
  const params = { pixels, unlabelled }
  throw new DataError({ code: 'DATA_SHAPE_OTHER', params, file, row: 1, expected, found, advice })
}

/** Refuses a file without a header in which two columns may be the label. */
export function labelUnknown(file: string): never {
  const advice = 'Pass label: 0 for the first, label: -1 for the last.'
  const problem = 'has no header, and its first or its last column may be the label'
  throw new DataError({ code: 'DATA_LABEL_UNCLEAR', file, problem, advice })
}
