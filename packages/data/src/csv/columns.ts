import { DataError } from '../error.ts'
import type { ImageShape } from '../types.ts'
import { shown } from './cells.ts'

/** The columns that hold pixels: which place of the image each has, and what else the names tell. */
export interface PixelColumns {
  /** By column: the pixel's place in the row of pixels. */
  places: Map<number, number>
  size?: Partial<ImageShape>
}

interface Named {
  column: number
  name: string
  /** One number (`pixel17`), or row and column (`3x17`, `pixel_3_17`). */
  numbers: number[]
}

/** A prefix and one number, or two with a sign between. */
const NUMBERED = /^(.*?)(?:(\d+)[x_,:-])?(\d+)$/i
/** `r3c17`, `row3_col17`, also behind a prefix. */
const ROW_AND_COLUMN = /^(.*[^a-z])?r(?:ow)?_?(\d+)_?c(?:ol(?:umn)?)?_?(\d+)$/i
/** A letter or a name of a colour before the number, or behind it: `r17`, `pixel_R_17`, `17_red`. */
const COLOURED =
  /^(?:(.*[_. -])?(red|green|blue|alpha|[rgba])[_. -]?(\d.*)|(.*\d)[_. -]?(red|green|blue|alpha|[rgba]))$/i
const COLOURS = ['r', 'g', 'b', 'a']

/**
 * Finds the pixel columns among `columns` by name: the largest family of one prefix with counting numbers, from 0 or 1, without a gap, in any order;
 * or one such family for each of red, green and blue, and alpha perhaps. Throws a DataError that names the columns that are missing or twice there.
 */
export function pixelColumns(file: string, names: readonly string[], columns: readonly number[]): PixelColumns {
  if (areCounted(names, columns)) return { places: new Map(columns.map((column, place) => [column, place])) }
  const family = largestFamily(columns.map((column) => ({ column, name: names[column]! })))
  const coloured = colourFamilies(names, columns)
  const colours = coloured.reduce((count, { length }) => count + length, 0)
  return colours > family.length ? mixed(file, coloured, names) : placesOf(file, family, names)
}

const placesOf = (file: string, family: Named[], names: readonly string[]): PixelColumns =>
  family[0]?.numbers.length === 2 ? grid(file, family) : sequence(file, family, names)

/** The columns of red, green and blue, and of alpha where there are any; empty unless all three are there. */
function colourFamilies(names: readonly string[], columns: readonly number[]): Named[][] {
  const found: { column: number; name: string; bare: string }[][] = COLOURS.map(() => [])
  for (const column of columns) {
    const name = names[column]!
    const [, before = '', first, after, bare = before + after, colour = first] = COLOURED.exec(name) ?? []
    if (colour) found[COLOURS.indexOf(colour[0]!.toLowerCase())]!.push({ column, name, bare })
  }
  const families = found.map((each) => largestFamily(each))
  return families.slice(0, 3).every(({ length }) => length > 0) ? families.filter(({ length }) => length > 0) : []
}

/** Red, green and blue of each pixel after each other, wherever their columns are. */
function mixed(file: string, families: Named[][], names: readonly string[]): PixelColumns {
  const channels = families.length
  const parts = families.map((family) => placesOf(file, family, names))
  const sizes = parts.map(({ places, size }) => JSON.stringify([places.size, size]))
  if (new Set(sizes).size > 1) {
    const counts = parts.map(({ places }) => places.size)
    const [params, expected, found] = [{ counts }, 'as many columns of each colour', counts.join(', ')]
    throw new DataError({ code: 'DATA_COLOURS_UNEQUAL', params, file, row: 1, expected, found })
  }
  const places = parts.flatMap((part, channel) =>
    [...part.places].map(([column, place]): [number, number] => [column, place * channels + channel]),
  )
  return { places: new Map(places), size: { ...parts[0]!.size, channels, channelOrder: 'interleaved' } }
}

/** Whether the names are one prefix with 0, 1, 2, … or 1, 2, 3, …, as they mostly are: then there is nothing to sort out. */
function areCounted(names: readonly string[], columns: readonly number[]): boolean {
  const [, prefix, base] = /^(\D*)([01])$/.exec(names[columns[0]!] ?? '') ?? []
  return base !== undefined && columns.every((column, i) => names[column] === `${prefix}${+base + i}`)
}

/** The columns whose names, bare of colours, have one prefix and one or two numbers; of several such families the largest. */
function largestFamily(columns: readonly { column: number; name: string; bare?: string }[]): Named[] {
  const families = new Map<string, Named[]>()
  for (const { column, name, bare = name } of columns) {
    const match = ROW_AND_COLUMN.exec(bare) ?? NUMBERED.exec(bare)
    if (!match) continue
    const [, prefix = '', ...parts] = match
    const numbers = parts.filter(Boolean)
    const key = `${numbers.length} ${prefix.toLowerCase()}`
    const family = families.get(key) ?? []
    if (family.push({ column, name, numbers: numbers.map(Number) }) === 1) families.set(key, family)
  }
  return [...families.values()].reduce((best, family) => (family.length > best.length ? family : best), [])
}

/** `pixel0`, `pixel1`, … */
function sequence(file: string, family: Named[], names: readonly string[]): PixelColumns {
  const places = placed(file, family, ([number = 0]) => number)
  const base = places.has(0) ? 0 : 1
  const last = largest(family, 0)
  const count = last + 1 - base - family.length
  if (count > 0) missing(file, count, firstGaps(family, places, base, last), names)
  return { places: new Map(family.map(({ column, numbers: [number = 0] }) => [column, number - base])) }
}

/** `1x1`, `1x2`, …: row and column. */
function grid(file: string, family: Named[]): PixelColumns {
  const baseOf = (part: number) => (family.some(({ numbers }) => numbers[part] === 0) ? 0 : 1)
  const [rowBase, columnBase] = [baseOf(0), baseOf(1)]
  const height = largest(family, 0) + 1 - rowBase
  const width = largest(family, 1) + 1 - columnBase
  const place = ([row = 0, column = 0]: number[]): number => (row - rowBase) * width + column - columnBase
  const places = placed(file, family, place)
  if (family.length !== height * width) {
    let gap = 0
    while (places.has(gap)) gap++
    const name = `${Math.floor(gap / width) + rowBase}x${(gap % width) + columnBase}`
    missing(file, height * width - family.length, [`row and column ${name}`])
  }
  return { places: new Map(family.map(({ column, numbers }) => [column, place(numbers)])), size: { height, width } }
}

function largest(family: Named[], part: number): number {
  return family.reduce((most, { numbers }) => Math.max(most, numbers[part]!), 0)
}

/** The columns by place; two of one place are an error. */
function placed(file: string, family: Named[], place: (numbers: number[]) => number): Map<number, Named> {
  const places = new Map<number, Named>()
  for (const named of family) {
    const key = place(named.numbers)
    const other = places.get(key)
    if (other) {
      const problem = `means the same pixel as column ${shown(other.name)}`
      const params = { other: other.name }
      throw new DataError({ code: 'DATA_PIXEL_DUPLICATE', params, file, row: 1, column: shown(named.name), problem })
    }
    places.set(key, named)
  }
  return places
}

/** The names of the first few numbers that no column has. */
function firstGaps(family: Named[], places: Map<number, Named>, base: number, last: number): string[] {
  const prefix = family[0]!.name.replace(/\d+$/, '')
  const gaps = []
  for (let number = base; gaps.length < 3 && number < last; number++) {
    if (!places.has(number)) gaps.push(`${prefix}${number}`)
  }
  return gaps
}

/** Columns are not there, or are there and named as something else. */
function missing(file: string, count: number, gaps: string[], names: readonly string[] = []): never {
  const list = `${gaps.map((gap) => shown(gap)).join(', ')}${count > gaps.length ? ', …' : ''}`
  const named = gaps.some((gap) => names.includes(gap))
  const [is, columns] = count === 1 ? ['is', 'column'] : ['are', 'columns']
  throw new DataError({
    file,
    row: 1,
    problem: named
      ? `${list} ${is} among the pixels, and named as label, id or to leave out`
      : `${count} pixel ${columns} ${is} missing: ${list}`,
    advice: named ? 'Name a column that holds no pixels.' : 'The file is cut short or damaged: fetch it again.',
    code: 'DATA_PIXEL_MISSING',
    params: { columns: gaps, count, named },
  })
}
