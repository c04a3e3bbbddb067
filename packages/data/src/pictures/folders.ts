import { partCalled, partWithin } from '../../../../common/parts.ts'
import { isPictureName, PICTURE_ENDINGS } from '../../../../common/pictures.ts'
import { classLookup, classText, sortedClasses } from '../csv/classes.ts'
import { DataError } from '../error.ts'
import { tell } from '../note.ts'
import { checkValue } from '../options.ts'
import type { Part, PictureOptions } from '../types.ts'

/** Where the pictures of a folder are, and what their folders say of them. */
export interface Arranged {
  /** In the order of their ids. */
  pictures: {
    /** Index into the paths. */
    index: number
    /** Path below the folder (of the part, where there are parts). */
    id: string
  }[]
  labels?: Uint16Array
  classes?: string[]
}

/** A file or, ending in an empty name, a folder. `picture` is the index of its path. */
interface Item {
  names: string[]
  picture?: number
}

const MAX_CLASSES = 65_535

/** Finds part, classes and order of the pictures among paths with `/` between names; `folders` are those that are known, empty ones too. */
export function arranged(
  file: string,
  paths: readonly string[],
  folders: readonly string[],
  options: PictureOptions,
): Arranged {
  const all = [...paths.map(itemOf), ...folders.map((path) => ({ names: [...namesIn(path), ''] }))]
  tellDropped(file, all, options)
  const items = all.filter(({ names }) => isVisible(names, options))
  requirePictures(file, items, options)
  const root = partOf(file, unwrapped(items, options), options)
  const pictures = root
    .flatMap(({ names, picture }) => (picture === undefined ? [] : { index: picture, id: names.join('/') }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const twice = pictures.find(({ id }, i) => id === pictures[i + 1]?.id)
  if (twice) {
    const { id } = twice
    throw new DataError({ code: 'DATA_PICTURE_DUPLICATE', params: { id }, file, problem: `has two pictures ${id}` })
  }
  if (options.label === false) return { pictures }
  if (picturesOf(root).every(({ names }) => names.length === 1)) return { pictures }
  requireClassFolders(file, root, options)
  return { pictures, ...labelled(file, pictures, options) }
}

function itemOf(path: string, index: number): Item {
  const names = namesIn(path)
  return isPictureName(path) ? { names, picture: index } : { names }
}

const namesIn = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')
const picturesOf = (items: Item[]): Item[] => items.filter(({ picture }) => picture !== undefined)

/** Files that operating systems and tools leave, which nobody means. */
export const isHidden = (name: string): boolean =>
  name.startsWith('.') || /^(__MACOSX|Thumbs\.db|desktop\.ini)$/i.test(name)

/** What is hidden and what the caller drops is not there. */
function isVisible(names: string[], { drop = [] }: PictureOptions): boolean {
  return !names.some(isHidden) && !names.slice(0, -1).some((name) => drop.includes(name))
}

/** Folders have no numbers; one that is not there may be in another part. */
function tellDropped(file: string, items: Item[], { drop = [], onNote }: PictureOptions): void {
  const number = drop.find((name) => typeof name === 'number')
  if (number !== undefined) checkValue(file, 'drop', drop, () => 'names of folders')
  const there = new Set(items.flatMap(({ names }) => names.slice(0, -1)))
  const missing = drop.map(String).filter((name) => !there.has(name))
  if (missing.length > 0) tell(onNote, `no folder ${listed(missing)} to leave out`)
}

function requirePictures(file: string, items: Item[], { onNote }: PictureOptions): void {
  const others = items.filter(({ names, picture }) => picture === undefined && names.at(-1) !== '')
  const kinds = [...new Set(others.map(({ names }) => /\.[^.]*$/.exec(names.at(-1)!)?.[0] ?? names.at(-1)!))].sort()
  const seen = `${counted(others.length, 'other file')} (${listed(kinds, '')})`
  if (picturesOf(items).length === 0) {
    const problem = `has no pictures (${PICTURE_ENDINGS})${others.length > 0 ? `, only ${seen}` : ''}`
    const tables = others
      .map(({ names }) => names.join('/'))
      .filter((path) => /\.csv(\.gz)?$/i.test(path))
      .sort()
    const which = tables.length === 1 ? 'that file' : 'one of them'
    const advice = tables.length
      ? `It holds ${listed(tables, '')}: name ${which}.`
      : 'Pass the folder that has the classes in it.'
    throw new DataError({
      code: 'DATA_PICTURES_NONE',
      params: { others: others.length, tables },
      file,
      problem,
      advice,
    })
  }
  if (others.length > 0) tell(onNote, `${seen} left out: pictures are ${PICTURE_ENDINGS}`)
}

/** Without the folder that everything lies in, as zips have it, unless it is a part. */
function unwrapped(items: Item[], options: PictureOptions): Item[] {
  const pictures = picturesOf(items)
  const [outer = ''] = pictures[0]!.names
  if (!pictures.every(({ names }) => names.length > 2 && names[0] === outer) || partCalled(outer)) return items
  tell(options.onNote, `all pictures lie in '${outer}', taken as the root`)
  return unwrapped(below(items, outer), options)
}

const below = (items: Item[], folder: string): Item[] =>
  items
    .filter(({ names }) => names.length > 1 && names[0] === folder)
    .map((item) => ({ ...item, names: item.names.slice(1) }))

const partNamed = (name: string): Part | undefined => partCalled(name) ?? partWithin(name)

/** What lies in the part that was asked for, or in all where there are none. */
function partOf(file: string, items: Item[], { part, onNote }: PictureOptions): Item[] {
  const folders = [...new Set(picturesOf(items).map(({ names }) => (names.length > 1 ? names[0]! : '')))].sort()
  // A class may be called `train`, too: beside other folders it is a part only with classes in it.
  const hasClasses = (folder: string) => picturesOf(below(items, folder)).every(({ names }) => names.length > 1)
  const isParted = folders.every(partCalled) || folders.some((name) => partNamed(name) === 'train' && hasClasses(name))
  const asked = typeof part === 'string'
  if (!isParted) {
    if (!asked) return items
    const params = { part, folders: folders.filter(Boolean) }
    const [expected, found] = [`a folder ${part}`, listed(params.folders) || 'pictures alone']
    throw new DataError({ code: 'DATA_PART_MISSING', params, file, expected, found, advice: 'Leave part out.' })
  }
  const parts = folders.filter(partNamed)
  const names = parts.map(partNamed)
  const wanted = names.length === 1 && !asked ? names[0]! : wantedPart(part, (one) => names.includes(one))
  const all = parts.filter((name) => partNamed(name) === wanted)
  const plain = all.filter(partCalled)
  // Beside `test` there may be a `test_stg2`.
  const [folder, second] = plain.length === 1 ? plain : all
  if (folder === undefined || second !== undefined) {
    const params = {
      part: wanted,
      source: 'pictures',
      names: second === undefined ? parts : [folder!, second],
    } as const
    const [expected, advice] = [`one folder ${wanted}`, 'Pass part, or the folder itself.']
    throw new DataError({ code: 'DATA_PART_UNCLEAR', params, file, expected, found: listed(params.names), advice })
  }
  if (!asked) tell(onNote, `read from the folder '${folder}'`, 'part')
  const beside = folders
    .filter((name) => name !== folder && (!partNamed(name) || partNamed(name) === wanted))
    .map((name) => name || 'pictures without a folder')
  if (beside.length > 0) tell(onNote, `left out, beside the folders of parts: ${listed(beside)}`)
  return innerOf(below(items, folder), folder)
}

/** What lies in a part, without the folder that some data sets pack it in once more: `seg_train/seg_train`, `test/images`. */
function innerOf(items: Item[], folder: string): Item[] {
  const pictures = picturesOf(items)
  const [inner = ''] = pictures[0]!.names
  const deep = (least: number) => pictures.every(({ names }) => names.length > least && names[0] === inner)
  return deep(2) || (inner === folder && deep(1)) ? innerOf(below(items, inner), folder) : items
}

/** The part that is asked for, of a list the first that is there; the training part where nothing is asked. */
export function wantedPart(part: PictureOptions['part'], isThere: (part: Part) => boolean): Part {
  const list = typeof part === 'string' ? [part] : (part ?? [])
  return list.find(isThere) ?? list[0] ?? 'train'
}

function requireClassFolders(file: string, root: Item[], { classes }: PictureOptions): void {
  const pictures = picturesOf(root)
  const wrong = pictures.filter(({ names }) => names.length !== 2).map(({ names }) => names.join('/'))
  const advice = 'Pass label: false to read pictures without classes.'
  if (wrong.length > 0) {
    const expected = 'each picture in the folder of its class'
    const params = { pictures: wrong }
    throw new DataError({ code: 'DATA_CLASS_FOLDER_MISSING', params, file, expected, found: listed(wrong), advice })
  }
  const full = new Set(pictures.map(({ names }) => names[0]!))
  const inFolders = root.filter(({ names }) => names.length > 1).map(({ names }) => names[0]!)
  const empty = [...new Set(inFolders)].filter((name) => !full.has(name)).sort()
  if (empty.length > 0) {
    const problem = `no pictures (${PICTURE_ENDINGS}) in ${listed(empty)}`
    throw new DataError({
      code: 'DATA_CLASS_FOLDER_EMPTY',
      params: { folders: empty },
      file,
      problem,
      advice: 'Each folder is a class: fill it, remove it, or pass drop: its name.',
    })
  }
  if (new Set([...full].map(classText)).size === 1 && !classes) {
    const params = { classes: [...full] }
    const [expected, found] = ['folders of at least two classes', `only ${listed(params.classes)}`]
    throw new DataError({ code: 'DATA_CLASSES_FEW', params, file, expected, found, advice })
  }
}

/** Folders as classes, by the texts that labels of other sources have; or as the given classes have them. */
function labelled(
  file: string,
  pictures: Arranged['pictures'],
  { classes: given, onNote }: PictureOptions,
): Required<Pick<Arranged, 'labels' | 'classes'>> {
  const folders = pictures.map(({ id }) => id.slice(0, id.indexOf('/')))
  const names = [...new Set(folders)].sort()
  const classes = given ? [...given] : sortedClasses(names.map(classText))
  if (classes.length > MAX_CLASSES) {
    const [params, expected] = [{ most: MAX_CLASSES }, `at most ${MAX_CLASSES} classes`]
    throw new DataError({ code: 'DATA_CLASSES_MANY', params, file, expected, found: `${classes.length}` })
  }
  const lookup = classLookup(classes)
  const places = new Map(names.map((name) => [name, lookup(name) ?? unknownFolder(file, name, classes)]))
  const firsts = new Map<number, string>()
  for (const [name, place] of places) {
    const first = firsts.get(place)
    if (first === undefined) firsts.set(place, name)
    else tell(onNote, `folders '${first}' and '${name}' are one class`)
  }
  return { labels: Uint16Array.from(folders, (name) => places.get(name)!), classes }
}

function unknownFolder(file: string, name: string, classes: readonly string[]): never {
  const advice = 'Is this another data set? Pass drop: its name to leave it out.'
  const data = { code: 'DATA_LABEL_UNKNOWN', params: { label: name, classes, folder: true } } as const
  const expected = `folders of the classes ${listed(classes, '')}`
  throw new DataError({ file, expected, found: `'${name}'`, advice, ...data })
}

/** The first ten, and how many more there are. */
export function listed(names: readonly string[], quote = "'"): string {
  const some = names.slice(0, 10).map((name) => `${quote}${name}${quote}`)
  const rest = names.length - some.length
  return some.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** `1 file`, `2 files`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`
