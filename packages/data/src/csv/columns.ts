import { DataError } from '../error.ts'

/** The columns that hold pixels: which place of the image each has, and the image's size where the names tell it. */
export interface PixelColumns {
  /** By column: the pixel's place in the row of pixels. */
  places: Map<number, number>
  size?: { height: number; width: number }
}

interface Named {
  column: number
  name: string
  /** One number (`pixel17`), or row and column (`3x17`, `pixel_3_17`). */
  numbers: number[]
}

/** A prefix and one number, or two with a sign between. */
const NUMBERED = /^(.*?)(?:(\d+)[x_,:-])?(\d+)$/i

/**
 * Finds the pixel columns among `columns` by name: the largest family of one prefix with counting numbers, from 0 or 1,
 * without a gap, in any order. Throws a DataError that names the columns that are missing or twice there.
 */
export function pixelColumns(file: string, names: readonly string[], columns: readonly number[]): PixelColumns {
  if (areCounted(names, columns)) return { places: new Map(columns.map((column, place) => [column, place])) }
  const family = largestFamily(names, columns)
  return family[0]?.numbers.length === 2 ? grid(file, family) : sequence(file, family, names)
}

/** Whether the names are one prefix with 0, 1, 2, … or 1, 2, 3, …, as they mostly are: then there is nothing to sort out. */
function areCounted(names: readonly string[], columns: readonly number[]): boolean {
  const [, prefix, base] = /^(\D*)([01])$/.exec(names[columns[0]!] ?? '') ?? []
  return base !== undefined && columns.every((column, i) => names[column] === `${prefix}${+base + i}`)
}

function largestFamily(names: readonly string[], columns: readonly number[]): Named[] {
  const families = new Map<string, Named[]>()
  for (const column of columns) {
    const name = names[column]!
    const match = NUMBERED.exec(name)
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
      const problem = `means the same pixel as column ${other.name}`
      throw new DataError({ file, row: 1, column: named.name, problem })
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
  const list = `${gaps.join(', ')}${count > gaps.length ? ', …' : ''}`
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
