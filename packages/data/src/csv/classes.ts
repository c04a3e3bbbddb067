import { DataError } from '../error.ts'

/** Collects label texts as they come and turns them into class indices at the end. */
export interface LabelCollector {
  /** The provisional number of a label's text. */
  add(text: string, row: number): number
  /** Classes in order, and the class of each provisional number. */
  finish(numbers: readonly number[]): { classes: string[]; labels: Uint16Array }
}

const MAX_CLASSES = 65_535
/** A whole number as labels write it. */
export const WHOLE = /^-?\d+(\.0*)?$/

/** Labels as the file writes them; `given` are the classes to map to, in order, where the caller knows them. */
export function collectLabels(file: string, column: string | number, given?: readonly string[]): LabelCollector {
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

/** Numbers nobody has are holes. `5`, `05` and `5.0` are one class where every label is a whole number; words are classes as they stand. */
function sortClasses(texts: string[]): { classes: string[]; index: number[] } {
  const numeric = texts.every((text) => WHOLE.test(text) && Number.isSafeInteger(Number(text)))
  const names = numeric ? texts.map(whole) : texts
  const order = numeric ? (a: string, b: string) => Number(a) - Number(b) : undefined
  const classes = [...new Set(Object.values(names))].sort(order)
  const place = new Map(classes.map((name, i) => [name, i]))
  return { classes, index: names.map((name) => place.get(name)!) }
}

/** The class index of a label's text: the text itself, else the same whole number written otherwise. */
export function classLookup(classes: readonly string[]): (text: string) => number | undefined {
  const places = new Map(classes.map((name, i) => [name, i]))
  return (text) => places.get(text) ?? (WHOLE.test(text) ? places.get(whole(text)) : undefined)
}

/** `05.0` as `5`. */
function whole(text: string): string {
  return String(Number(text) + 0)
}

/** Refuses a label that is not among the classes. */
export function unknownLabel(
  file: string,
  column: string | number,
  row: number,
  text: string,
  given: readonly string[],
): never {
  const shown = given.length > 12 ? `${given.slice(0, 12).join(', ')}, … (${given.length} classes)` : given.join(', ')
  const advice = 'Is this another data set, or another label column?'
  const data = { code: 'DATA_LABEL_UNKNOWN', params: { label: text, classes: given } } as const
  const found = `label '${text}'`
  throw new DataError({ file, row, column, expected: `one of the classes ${shown}`, found, advice, ...data })
}

function emptyLabel(file: string, column: string | number, row: number): never {
  throw new DataError({ file, row, column, expected: 'a label', found: 'an empty cell', code: 'DATA_LABEL_EMPTY' })
}

function tooMany(file: string, column: string | number, row: number): never {
  const advice = 'Is this the label column? Pass label: its name or index.'
  throw new DataError({ file, row, column, expected: `at most ${MAX_CLASSES} classes`, found: 'one more', advice })
}
