import { partCalled } from '../../../../common/parts.ts'
import { classLookup, classText, sortedClasses, unknownLabel } from '../csv/classes.ts'
import { columnOf } from '../csv/layout.ts'
import { bare } from '../csv/roles.ts'
import type { Texts } from '../csv/texts.ts'
import { DataError } from '../error.ts'
import { tell } from '../note.ts'
import type { PictureOptions } from '../types.ts'
import { counted, listed } from './folders.ts'

/** A picture's label as a text, and where it is from; undefined for a picture that has none. */
export type LabelText = { text: string; row?: number } | undefined

/** Pictures by their paths, from the folder that was named on. */
export interface Named {
  file: string
  ids: readonly string[]
  /** The path of that folder. */
  root: string
}

const LABELS = ['label', 'class', 'category', 'target', 'classname', 'labelname']
const FILES = [
  'file',
  'filename',
  'image',
  'imageid',
  'imagename',
  'id',
  'path',
  'filepath',
  'imagepath',
  'img',
  'picture',
]

/**
 * The label that a table has for each picture. Rows name pictures with or without folders and endings; the column of names is the one whose texts are names of
 * pictures, that of the labels is called as such, or the only other one, unless `id` and `label` name them.
 */
export function labelsByTable(named: Named, table: Texts, options: PictureOptions): LabelText[] {
  const find = finder(named)
  const column = columnsOf(table, options, find)
  const labels = new Array<LabelText>(named.ids.length)
  const strangers: string[] = []
  for (const { line, cells } of table.rows) {
    const [name, text] = [cells[column.file]!, cells[column.label]!]
    const index = find(name, (several) => ambiguous(table, line, name, several))
    if (index === undefined) strangers.push(name)
    else labels[index] = agreed(table, labels[index], { text, row: line }, name)
  }
  requireMatch(named, labels, options, { rows: strangers, table: table.file })
  return labels
}

/** The label that each picture's file name has, as the first group of a regular expression finds it. */
export function labelsByName(named: Named, pattern: string | RegExp, options: PictureOptions): LabelText[] {
  const rule = new RegExp(pattern)
  const labels = named.ids.map((id): LabelText => {
    const text = rule.exec(id.slice(id.lastIndexOf('/') + 1))?.[1]
    return text === undefined || text === '' ? undefined : { text }
  })
  requireMatch(named, labels, options, { rows: [], pattern: String(rule) })
  return labels
}

/** Class indices of labels that are all there. */
export function indexed(
  file: string,
  labels: readonly NonNullable<LabelText>[],
  { classes: given, onNote }: PictureOptions,
): { labels: Uint16Array; classes: string[] } {
  const classes = given ? [...given] : sortedClasses(labels.map(({ text }) => classText(text)))
  if (classes.length > 65_535) {
    const [params, expected] = [{ most: 65_535 }, 'at most 65535 classes']
    throw new DataError({ code: 'DATA_CLASSES_MANY', params, file, expected, found: `${classes.length}` })
  }
  const lookup = classLookup(classes)
  const places = labels.map(({ text, row }) => lookup(text) ?? unknownLabel(file, undefined, row ?? 0, text, classes))
  if (!given) tell(onNote, `${counted(classes.length, 'class').replace(/classs$/, 'classes')}: ${listed(classes, '')}`)
  return { labels: Uint16Array.from(places), classes }
}

type Find = (name: string, several?: (ids: string[]) => never) => number | undefined

/** Finds pictures by names: with or without the folders above, and the ending. */
function finder({ ids, root }: Named): Find {
  const found = new Map<string, number[]>()
  const add = (key: string, index: number) => {
    const known = found.get(key)
    if (known?.at(-1) === index) return
    if (known) known.push(index)
    else found.set(key, [index])
  }
  for (const [index, id] of ids.entries()) {
    const names = [...namesIn(root), ...id.split('/')]
    for (let from = names.length - 1; from >= 0 && from >= names.length - 8; from--) {
      const key = names.slice(from).join('/')
      add(key, index)
      add(key.replace(ENDING, ''), index)
    }
  }
  return (name, several) => {
    const names = namesIn(name)
    for (let from = 0; from < names.length; from++) {
      const same = found.get(names.slice(from).join('/'))
      // A row of `test/1.png` is not the picture `1.png` of another part.
      const some = same?.filter((index) => !areApart(names, [...namesIn(root), ...ids[index]!.split('/')]))
      if (!some?.length) continue
      if (some.length > 1) several?.(some.map((index) => ids[index]!))
      return some[0]
    }
    return undefined
  }
}

const ENDING = /\.(png|jpe?g|jfif|webp)$/i

const namesIn = (path: string): string[] => path.split(/[/\\]/).filter((name) => name !== '' && name !== '.')

/** Whether two paths lie in folders of different parts. */
function areApart(names: readonly string[], others: readonly string[]): boolean {
  const [one, other] = [names, others].map((each) => each.slice(0, -1).map(partCalled).filter(Boolean).at(-1))
  return one !== undefined && other !== undefined && one !== other
}

/** Which column names the pictures, and which is the label. */
function columnsOf(table: Texts, { id, label }: PictureOptions, find: Find): { file: number; label: number } {
  const { file, names, rows } = table
  const at = (name: string | number) => columnOf(file, name, names.length, names)
  const places = names.map((_, place) => place)
  const called = (words: readonly string[], place: number) => words.includes(bare(names[place]!))
  const given = typeof label === 'string' || typeof label === 'number' ? at(label) : undefined
  // Whether it is the right column the first rows tell.
  const some = rows.slice(0, 1000)
  const matches = (place: number) => some.filter(({ cells }) => find(cells[place]!) !== undefined).length
  const best = places
    .filter((place) => place !== given)
    .map((place) => ({ place, count: matches(place) + (called(FILES, place) ? 0.5 : 0) }))
    .sort((a, b) => b.count - a.count)[0]
  const pictures = typeof id === 'string' || typeof id === 'number' ? at(id) : best?.place
  const others = places.filter((place) => place !== pictures && names[place] !== '')
  const labels = given ?? others.find((place) => called(LABELS, place)) ?? (others.length === 1 ? others[0] : undefined)
  if (pictures !== undefined && labels !== undefined) return { file: pictures, label: labels }
  const [expected, found] = ['a column of file names and one of labels', listed(names, '') || 'none']
  const advice = 'Pass label and id: the names of the two columns.'
  throw new DataError({
    code: 'DATA_LABELS_COLUMNS',
    params: { columns: names },
    file,
    row: 1,
    expected,
    found,
    advice,
  })
}

function ambiguous({ file }: Texts, row: number, name: string, pictures: string[]): never {
  const problem = `'${name}' may be ${listed(pictures.slice(0, 3), '')}`
  const advice = 'Write the folder before the name.'
  throw new DataError({ code: 'DATA_LABELS_AMBIGUOUS', params: { name, pictures }, file, row, problem, advice })
}

/** A label that comes again must be the same. */
function agreed({ file }: Texts, before: LabelText, now: NonNullable<LabelText>, name: string): LabelText {
  const { text, row } = now
  if (text === '')
    throw new DataError({ code: 'DATA_LABEL_EMPTY', file, row: row!, expected: 'a label', found: 'an empty cell' })
  if (!before || classText(before.text) === classText(text)) return now
  const problem = `'${name}' is ${text} here and ${before.text} in row ${before.row}`
  throw new DataError({
    code: 'DATA_LABELS_AMBIGUOUS',
    params: { name, labels: [before.text, text] },
    file,
    row: row!,
    problem,
  })
}

interface Unmatched {
  rows: readonly string[]
  table?: string
  pattern?: string
}

/** Pictures without a label, and rows without a picture, are refused unless they may be left out; then it is said how many are. */
function requireMatch(
  { file, ids }: Named,
  labels: readonly LabelText[],
  { skipUnlabelled = false, onNote }: PictureOptions,
  { rows, table, pattern }: Unmatched,
): void {
  const pictures = ids.filter((_, index) => labels[index] === undefined)
  if (pictures.length === 0 && rows.length === 0) return
  const where = pattern === undefined ? `without a row in ${table}` : `whose name does not match ${pattern}`
  const without = (list: readonly string[], of: number, what: string, why: string) =>
    list.length > 0 ? [`${list.length} of ${counted(of, what)} ${why}: ${listed(list, '')}`] : []
  const problem = [
    ...without(pictures, ids.length, 'picture', where),
    ...(rows.length > 0 ? [`${counted(rows.length, 'row')} of ${table} without a picture: ${listed(rows, '')}`] : []),
  ].join('; ')
  if (skipUnlabelled && pictures.length < ids.length) {
    tell(onNote, `left out: ${problem}`)
    return
  }
  const advice =
    pictures.length < ids.length ? 'Correct them, or pass skipUnlabelled: true to leave them out.' : undefined
  throw new DataError({
    code: 'DATA_LABELS_UNMATCHED',
    params: { pictures, rows },
    file,
    problem,
    ...(advice && { advice }),
  })
}
