import { DataError } from '../error.ts'
import { shown } from './cells.ts'

/** Collects label texts as they come and turns them into class indices at the end. */
export interface LabelCollector {
  /** The provisional number of a label's text. */
  add(text: string, row: number): number
  /** Classes in order, and the class of each provisional number. */
  finish(numbers: readonly number[]): { classes: string[]; labels: Uint16Array }
}

const MAX_CLASSES = 65_535
/** A whole number as labels write it: `5`, `05`, `+5`, `5.0`, or as `%e` prints it, `5.000e+00`. */
const WHOLE = /^[-+]?(\d+(\.0*)?|\d(\.\d*)?e[-+]\d\d+)$/i
/** A class that is a number. */
const NUMBER = /^-?\d+$/

/**
 * The text of a label's class, whatever the source that the label is from: without spaces and tabs around it, and a whole number as plain digits,
 * so that `5`, `05`, `+5`, `5.0` and `5.000e+00` are one class; other texts as they stand.
 */
export function classText(label: string): string {
  const text = label.replace(/^[ \t]+|[ \t]+$/g, '')
  const number = WHOLE.test(text) ? Number(text) : Number.NaN
  // Adding 0 makes -0 a plain one.
  return Number.isSafeInteger(number) ? String(number + 0) : text
}

/** Classes in order: by number where all of them are whole numbers, else by code units. */
export function sortedClasses(labels: Iterable<string>): string[] {
  const classes = [...new Set(labels)]
  return classes.every((text) => NUMBER.test(text)) ? classes.sort((a, b) => Number(a) - Number(b)) : classes.sort()
}

/** Labels as the file writes them; `given` are the classes to map to, in order, where the caller knows them. */
export function collectLabels(
  file: string,
  name: string | number | undefined,
  given?: readonly string[],
): LabelCollector {
  const column = typeof name === 'string' ? shown(name) : name
  const numbers = new Map<string, number>()
  const texts: string[] = []
  const lookup = given && classLookup(given)
  const known: number[] = []
  return {
    add(text, row) {
      const found = numbers.get(text)
      if (found !== undefined) return found
      if (text === '') emptyLabel(file, column, row)
      // A digit is its own number, so that labels 0, 1, 2, … need no second look at the end.
      const number = /^\d$/.test(text) ? +text : Math.max(10, texts.length)
      if (lookup) known[number] = lookup(text) ?? unknownLabel(file, column, row, text, given)
      if (numbers.size >= MAX_CLASSES) tooMany(file, column, row)
      numbers.set(text, number)
      texts[number] = text
      return number
    },
    finish(found) {
      const { classes, index } = given ? { classes: [...given], index: known } : sortClasses(texts)
      const labels = new Uint16Array(found)
      // A loop, as `from` with a function takes ten times as long.
      if (index.some((place, number) => place !== number))
        for (let row = 0; row < labels.length; row++) labels[row] = index[found[row]!]!
      return { classes, labels }
    },
  }
}

/** Numbers nobody has are holes. */
function sortClasses(texts: string[]): { classes: string[]; index: number[] } {
  const names = texts.map(classText)
  const classes = sortedClasses(Object.values(names))
  const place = new Map(classes.map((name, i) => [name, i]))
  return { classes, index: names.map((name) => place.get(name)!) }
}

/** The class index of a label's text: of the class that is written so, else of the one that means the same. */
export function classLookup(classes: readonly string[]): (text: string) => number | undefined {
  const places = new Map(classes.map((name, i) => [name, i]))
  const meant = new Map([...classes.entries()].reverse().map(([i, name]) => [classText(name), i]))
  return (text) => places.get(text) ?? meant.get(classText(text))
}

/** Refuses a label that is not among the classes. */
export function unknownLabel(
  file: string,
  column: string | number | undefined,
  row: number,
  text: string,
  given: readonly string[],
): never {
  const some = given.length > 12 ? `${given.slice(0, 12).join(', ')}, … (${given.length} classes)` : given.join(', ')
  const advice = 'Is this another data set, or another label column?'
  const place = { file, row, ...(column !== undefined && { column }) }
  const data = { code: 'DATA_LABEL_UNKNOWN', params: { label: text, classes: given, folder: false } } as const
  const found = `label '${shown(text)}'`
  throw new DataError({ ...place, expected: `one of the classes ${some}`, found, advice, ...data })
}

function emptyLabel(file: string, column: string | number | undefined, row: number): never {
  const place = { file, row, ...(column !== undefined && { column }) }
  throw new DataError({ ...place, expected: 'a label', found: 'an empty cell', code: 'DATA_LABEL_EMPTY' })
}

function tooMany(file: string, column: string | number | undefined, row: number): never {
  const advice = 'Is this the label column? Pass label: its name or index.'
  const [params, expected] = [{ most: MAX_CLASSES }, `at most ${MAX_CLASSES} classes`]
  const place = { file, row, ...(column !== undefined && { column }) }
  throw new DataError({ code: 'DATA_CLASSES_MANY', params, ...place, expected, found: 'one more', advice })
}
