// @ts-check
// A second, independent reader of the same files, for the fuzz test: strings and regular expressions, nothing shared with src/.
// It takes every option as given (header, label, id, drop, number of pixels), and says only whether and at which line it refuses.

/** Says at which line a file is wrong; 0 where that is the file as a whole. */
export class Refused extends Error {
  /** @param {number} row @param {string} why */
  constructor(row, why) {
    super(`row ${row}: ${why}`)
    this.row = row
  }
}

/** A cell and what ends it, by the separator. @type {Record<string, RegExp>} */
const CELLS = {
  ',': /[ \t]*(?:"((?:[^"\r\0]|"")*)"[ \t]*|([^",\r\0]*))(,|$)/y,
  ';': /[ \t]*(?:"((?:[^"\r\0]|"")*)"[ \t]*|([^";\r\0]*))(;|$)/y,
  '\t': / *(?:"((?:[^"\r\0]|"")*)" *|([^"\t\r\0]*))(\t|$)/y,
  ' ': /(?:"((?:[^"\r\0]|"")*)"|([^" \t\r\0]*))([ \t]+|$)/y,
}
const SIGNED = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/
const NUMBER = /^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/
const DIGITS = /^([-+]?\d+)(\.0*)?$/
const PRINTED = /^[-+]?\d(\.\d*)?e[-+]\d{2,}$/i

/**
 * @typedef {{ header: boolean, label: string | number | false, id: string | number | false, drop: string[], pixels: number, maxValue?: number, fractions?: boolean, dataType?: 'uint8' | 'float32' }} Given
 * @param {Uint8Array} bytes @param {Given} given
 * @returns {{ rows: number, pixels: number[], labels?: string[], ids?: string[], maxValue: number }}
 */
export function reference(bytes, given) {
  let text = Buffer.from(bytes).toString('latin1')
  if (text.startsWith('\xff\xfe') || text.startsWith('\xfe\xff')) throw new Refused(0, 'UTF-16')
  if (text.startsWith('\xef\xbb\xbf')) text = text.slice(3)
  const lines = text
    .split('\n')
    .map((line, i) => ({ row: i + 1, line: line.replace(/\r$/, '') }))
    .filter(({ line }) => !/^[ \t]*$/.test(line))
  const top = lines[0]
  if (!top) throw new Refused(0, 'no lines')
  let [separator, first] = [',', cellsOf(top)]
  const [only = '', second] = first
  for (const other of second === undefined ? [';', '\t', ' '] : []) {
    const cells = only.includes(other) ? cellsOf(top, other) : []
    if (cells.length < 2) continue
    separator = other
    first = cells
    break
  }
  const body = given.header ? lines.slice(1) : lines
  if (body.length === 0) throw new Refused(0, 'no rows')
  const columns = given.header ? fromHeader(first.map(utf8(top.row)), given) : fromPlaces(first.length, given)

  /** @type {number[]} */ const pixels = []
  /** @type {string[]} */ const labels = []
  /** @type {string[]} */ const ids = []
  for (const line of body) {
    const cells = cellsOf(line, separator)
    if (cells.length !== first.length) throw new Refused(line.row, 'cells')
    const inCell = (/** @type {number} */ column) =>
      (columns.packed ? cells[column]?.split(/[ \t]+/) : cells[column]) ?? []
    const texts = columns.pixels.flatMap(inCell)
    const wanted = columns.packed ? given.pixels : columns.pixels.length
    // The first row says how many pixels there are, so a wrong number there is one of the whole file.
    if (texts.length !== wanted) throw new Refused(line === body[0] ? 0 : line.row, 'number of pixels')
    for (const text of texts) {
      if (given.dataType === 'float32') {
        const float = SIGNED.test(text) ? Math.fround(Number(text)) : Number.NaN
        if (!Number.isFinite(float)) throw new Refused(line.row, `pixel ${text}`)
        pixels.push(float)
        continue
      }
      const value = NUMBER.test(text) ? Number(text) : -1
      const fraction = value > 0 && value < 1
      // White 1 and a fraction: the whole file is in fractions.
      if (fraction && given.maxValue === 1 && given.fractions === undefined) {
        return reference(bytes, { ...given, fractions: true })
      }
      const most = given.fractions ? 1 : (given.maxValue ?? 255)
      if (value < 0 || value > most || (!given.fractions && Math.floor(value) !== value)) {
        throw new Refused(line.row, `pixel ${text}`)
      }
      pixels.push(given.fractions ? Math.round(value * 255) : value)
    }
    for (const [column, list] of /** @type {const} */ ([
      [columns.label, labels],
      [columns.id, ids],
    ])) {
      if (column < 0) continue
      const cell = utf8(line.row)(cells[column] ?? '')
      if (cell === '') throw new Refused(line.row, 'empty text')
      list.push(cell)
    }
  }
  const max = Math.max(...pixels)
  return {
    rows: body.length,
    pixels,
    ...(columns.label >= 0 && { labels: labels.map(classOf) }),
    ...(columns.id >= 0 && { ids }),
    maxValue:
      given.dataType === 'float32'
        ? 1
        : given.fractions
          ? 255
          : (given.maxValue ?? (max <= 1 ? 1 : max <= 15 ? 15 : max <= 16 ? 16 : 255)),
  }
}

/** Whole numbers are classes by their value, all else by its text. @param {string} label */
function classOf(label) {
  const [, digits] = DIGITS.exec(label) ?? []
  if (digits === undefined && !PRINTED.test(label)) return label
  const value = digits === undefined ? Number(label) : Number(BigInt(digits.replace('+', '')))
  return Math.abs(value) <= 2 ** 53 - 1 && value % 1 === 0 ? `${value}` : label
}

/** @param {{ row: number, line: string }} line @param {string} [separator] @returns {string[]} cells, each character one byte */
function cellsOf({ row, line }, separator = ',') {
  const cells = []
  const cell = CELLS[separator] ?? /$/y
  const text = separator === ' ' ? line.replace(/^[ \t]+|[ \t]+$/g, '') : line
  cell.lastIndex = 0
  for (;;) {
    const match = cell.exec(text)
    if (!match) throw new Refused(row, 'quotes, NUL or CR')
    const found = match[1] === undefined ? (match[2] ?? '') : match[1].replace(/""/g, '"')
    cells.push(found.replace(/^[ \t]+|[ \t]+$/g, ''))
    if (match[3] === '') return cells
  }
}

/** @param {number} row @returns {(latin1: string) => string} */
function utf8(row) {
  return (latin1) => {
    const bytes = Buffer.from(latin1, 'latin1')
    const text = bytes.toString('utf8')
    if (!Buffer.from(text, 'utf8').equals(bytes)) throw new Refused(row, 'not UTF-8')
    return text
  }
}

/** @param {string[]} names @param {Given} given */
function fromHeader(names, given) {
  if (new Set(names).size < names.length) throw new Refused(1, 'twice the same name')
  /** @param {string | number} name */
  const find = (name) => {
    if (typeof name === 'number') return fromEnd(name, names.length)
    const exact = names.indexOf(name)
    const found = exact >= 0 ? exact : names.findIndex((other) => other.toLowerCase() === name.toLowerCase())
    if (found < 0) throw new Refused(1, `no column ${name}`)
    return found
  }
  const label = given.label === false ? -1 : find(given.label)
  const id = given.id === false ? -1 : find(given.id)
  const others = new Set([label, id, ...given.drop.map(find)])
  if (given.label === false) {
    // Nobody wants the labels, so a column of that name is no unknown one.
    for (const usual of ['label', 'class', 'target']) {
      const column = names.findIndex((name) => name.toLowerCase() === usual)
      if (column >= 0) {
        others.add(column)
        break
      }
    }
  }
  const rest = names.map((_, column) => column).filter((column) => !others.has(column))
  const cell = rest.findIndex((column) => names[column]?.toLowerCase() === 'pixels')
  if (cell >= 0 && rest.length > 1) refuse('columns beside the one with the pixels')
  if (cell >= 0) return { pixels: rest, label, id, packed: true }
  return {
    pixels: rest.length === given.pixels ? placed(names, rest) : refuse('number of pixels'),
    label,
    id,
    packed: false,
  }
}

/** The columns in the order of their pixels. @param {string[]} names @param {number[]} columns */
function placed(names, columns) {
  const parts = columns.map((column) => {
    const name = names[column] ?? ''
    const two = /^(.*?)(\d+)[xX_,:-](\d+)$/.exec(name)
    const one = two ?? /^(.*?)(\d+)$/.exec(name) ?? refuse(`name ${name}`)
    return {
      column,
      prefix: `${two ? 2 : 1}${one[1]?.toLowerCase()}`,
      a: Number(one[2]),
      b: Number(one[3] ?? 0),
      two: two !== null,
    }
  })
  if (new Set(parts.map(({ prefix }) => prefix)).size !== 1) refuse('prefixes')
  if (parts[0]?.two) {
    const width = new Set(parts.map(({ b }) => b)).size
    const [rows, cols] = [spread(parts.map(({ a }) => a)), spread(parts.map(({ b }) => b))]
    if (!rows || !cols || new Set(parts.map(({ a, b }) => `${a} ${b}`)).size !== parts.length) refuse('grid')
    if (parts.length !== width * new Set(parts.map(({ a }) => a)).size) refuse('grid with holes')
  } else if (!spread(parts.map(({ a }) => a)) || new Set(parts.map(({ a }) => a)).size !== parts.length) refuse('gap')
  return parts.sort((one, two) => one.a - two.a || one.b - two.b).map(({ column }) => column)
}

/** Whether the numbers are all of 0..n or all of 1..n. @param {number[]} numbers */
function spread(numbers) {
  const set = new Set(numbers)
  const base = set.has(0) ? 0 : 1
  return [...Array(set.size).keys()].every((i) => set.has(i + base))
}

/** @param {number} count @param {Given} given */
function fromPlaces(count, given) {
  /** @param {string | number | false} place */
  const find = (place) => (typeof place === 'number' ? fromEnd(place, count) : -1)
  const [label, id] = [find(given.label), find(given.id)]
  const pixels = [...Array(count).keys()].filter((column) => column !== label && column !== id)
  if (pixels.length !== given.pixels) refuse('number of pixels')
  return { pixels, label, id, packed: false }
}

/** @param {number} index @param {number} count */
function fromEnd(index, count) {
  const column = index < 0 ? count + index : index
  return column >= 0 && column < count ? column : refuse(`no column ${index}`)
}

/** Refuses the columns, wherever that is noticed. @param {string} why @returns {never} */
function refuse(why) {
  throw new Refused(0, why)
}
