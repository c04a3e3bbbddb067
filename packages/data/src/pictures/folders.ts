import { DataError } from '../error.ts'
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
const KINDS = 'png, jpg, jpeg or webp'
const PARTS: Record<Part, RegExp> = {
  train: /^train(ing)?$/i,
  validation: /^val(id(ation)?)?$/i,
  test: /^test(ing)?$/i,
}

/** Finds part, classes and order of the pictures among paths with `/` between names; `folders` are those that are known, empty ones too. */
export function arranged(
  file: string,
  paths: readonly string[],
  folders: readonly string[],
  options: PictureOptions,
): Arranged {
  const all = [...paths.map(itemOf), ...folders.map((path) => ({ names: [...namesIn(path), ''] }))]
  const items = all.filter(({ names }) => isVisible(names, options))
  requirePictures(file, items, options)
  const root = partOf(file, unwrapped(items, options), options)
  const pictures = root
    .flatMap(({ names, picture }) => (picture === undefined ? [] : { index: picture, id: names.join('/') }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const twice = pictures.find(({ id }, i) => id === pictures[i + 1]?.id)
  if (twice) throw new DataError({ file, problem: `has two pictures ${twice.id}` })
  if (options.label === false) return { pictures }
  if (options.label !== undefined) {
    throw new RangeError('label: pictures have their labels from their folders. Leave it out, or pass false for none.')
  }
  if (picturesOf(root).every(({ names }) => names.length === 1)) return { pictures }
  requireClassFolders(file, root, options)
  return { pictures, ...labelled(file, pictures, options) }
}

function itemOf(path: string, index: number): Item {
  const names = namesIn(path)
  return isPicture(path) ? { names, picture: index } : { names }
}

const namesIn = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')
const picturesOf = (items: Item[]): Item[] => items.filter(({ picture }) => picture !== undefined)

/** Files that operating systems and tools leave, which nobody means. */
export const isHidden = (name: string): boolean =>
  name.startsWith('.') || /^(__MACOSX|Thumbs\.db|desktop\.ini)$/i.test(name)

/** By the name. */
export const isPicture = (path: string): boolean => /\.(png|jpe?g|webp)$/i.test(path)

/** What is hidden and what the caller drops is not there. */
function isVisible(names: string[], { drop = [] }: PictureOptions): boolean {
  return !names.some(isHidden) && !names.slice(0, -1).some((name) => drop.includes(name))
}

function requirePictures(file: string, items: Item[], { onNote }: PictureOptions): void {
  const others = items.filter(({ names, picture }) => picture === undefined && names.at(-1) !== '')
  const kinds = [...new Set(others.map(({ names }) => /\.[^.]*$/.exec(names.at(-1)!)?.[0] ?? names.at(-1)!))].sort()
  const seen = `${counted(others.length, 'other file')} (${listed(kinds, '')})`
  if (picturesOf(items).length === 0) {
    const problem = `has no pictures (${KINDS})${others.length > 0 ? `, only ${seen}` : ''}`
    const tables = others.map(({ names }) => names.join('/')).filter((path) => /\.csv(\.gz)?$/i.test(path))
    const which = tables.length === 1 ? 'that file' : 'one of them'
    const advice = tables.length
      ? `It holds ${listed(tables.sort(), '')}: name ${which}.`
      : 'Pass the folder that has the classes in it.'
    throw new DataError({ file, problem, advice })
  }
  if (others.length > 0) onNote?.(`${seen} left out: pictures are ${KINDS}`)
}

/** Without the folder that everything lies in, as zips have it, unless it is a part. */
function unwrapped(items: Item[], options: PictureOptions): Item[] {
  const pictures = picturesOf(items)
  const [outer = ''] = pictures[0]!.names
  if (!pictures.every(({ names }) => names.length > 2 && names[0] === outer) || partNamed(outer)) return items
  options.onNote?.(`all pictures lie in '${outer}', taken as the root`)
  return unwrapped(below(items, outer), options)
}

const below = (items: Item[], folder: string): Item[] =>
  items
    .filter(({ names }) => names.length > 1 && names[0] === folder)
    .map((item) => ({ ...item, names: item.names.slice(1) }))

const partNamed = (name: string): Part | undefined =>
  (Object.keys(PARTS) as Part[]).find((part) => PARTS[part].test(name))

/** What lies in the part that was asked for, or in all where there are none. */
function partOf(file: string, items: Item[], { part, onNote }: PictureOptions): Item[] {
  const folders = [...new Set(picturesOf(items).map(({ names }) => (names.length > 1 ? names[0]! : '')))].sort()
  // A class may be called `train`, too: beside other folders it is a part only with classes in it.
  const hasClasses = (folder: string) => picturesOf(below(items, folder)).every(({ names }) => names.length > 1)
  const isParted = folders.every(partNamed) || folders.some((name) => partNamed(name) === 'train' && hasClasses(name))
  const asked = typeof part === 'string'
  if (!isParted) {
    if (!asked) return items
    const found = listed(folders.filter(Boolean)) || 'pictures alone'
    throw new DataError({ file, expected: `a folder ${part}`, found, advice: 'Leave part out.' })
  }
  const parts = folders.filter(partNamed)
  const names = parts.map(partNamed)
  const wanted = names.length === 1 && !asked ? names[0]! : wantedPart(part, (one) => names.includes(one))
  const [folder, second] = parts.filter((name) => partNamed(name) === wanted)
  if (folder === undefined || second !== undefined) {
    const found = listed(second === undefined ? parts : [folder!, second])
    throw new DataError({ file, expected: `one folder ${wanted}`, found, advice: 'Pass part, or the folder itself.' })
  }
  if (!asked) onNote?.(`read from the folder '${folder}' (option part)`)
  const beside = folders.filter((name) => !partNamed(name)).map((name) => name || 'pictures without a folder')
  if (beside.length > 0) onNote?.(`left out, beside the folders of parts: ${listed(beside)}`)
  return below(items, folder)
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
    throw new DataError({ file, expected, found: `${listed(wrong)}`, advice })
  }
  const full = new Set(pictures.map(({ names }) => names[0]!))
  const inFolders = root.filter(({ names }) => names.length > 1).map(({ names }) => names[0]!)
  const empty = [...new Set(inFolders)].filter((name) => !full.has(name)).sort()
  if (empty.length > 0) {
    const problem = `no pictures (${KINDS}) in ${listed(empty)}`
    throw new DataError({
      file,
      problem,
      advice: `Each folder is a class: fill it, remove it, or pass drop: its name.`,
    })
  }
  if (full.size === 1 && !classes) {
    const found = `only ${listed([...full])}`
    throw new DataError({ file, expected: 'folders of at least two classes', found, advice })
  }
}

/** Folders as classes: by number where all of them are whole numbers, else by code units; or as the given classes have them. */
function labelled(
  file: string,
  pictures: Arranged['pictures'],
  { classes: given }: PictureOptions,
): Required<Pick<Arranged, 'labels' | 'classes'>> {
  const folders = pictures.map(({ id }) => id.slice(0, id.indexOf('/')))
  const found = [...new Set(folders)].sort()
  const classes = given ? [...given] : found.every(isWhole) ? found.sort((a, b) => Number(a) - Number(b)) : found
  if (classes.length > MAX_CLASSES) {
    throw new DataError({ file, expected: `at most ${MAX_CLASSES} classes`, found: `${classes.length}` })
  }
  const places = new Map(found.map((name) => [name, placeOf(file, name, classes)]))
  return { labels: Uint16Array.from(folders, (name) => places.get(name)!), classes }
}

const isWhole = (name: string): boolean => /^\d{1,15}$/.test(name)

/** By the name, else by the number that it is: `05` may be class `5`. */
function placeOf(file: string, name: string, classes: string[]): number {
  const exact = classes.indexOf(name)
  if (exact >= 0) return exact
  const place = classes.findIndex((each) => isWhole(each) && isWhole(name) && Number(each) === Number(name))
  if (place >= 0) return place
  const advice = 'Is this another data set? Pass drop: its name to leave it out.'
  const data = { code: 'DATA_LABEL_UNKNOWN', params: { label: name, classes } } as const
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
