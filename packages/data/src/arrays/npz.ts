import { DataError } from '../error.ts'
import { tell } from '../note.ts'
import { listed, wantedPart } from '../pictures/folders.ts'
import type { Part, PixelTable, ReadOptions } from '../types.ts'
import { type ArrayLabels, arrayTable } from './array-table.ts'
import { npyNumbers } from './npy.ts'
import type { Numbers } from './numbers.ts'

/** An `.npz` file: its arrays by name, without `.npy`. */
export interface Npz {
  file: string
  names: readonly string[]
  bytes(name: string): Promise<Uint8Array>
}

const parts: Readonly<Record<Part, RegExp>> = {
  train: /^tr(ain(ing)?)?$/,
  validation: /^(val(id(ation)?)?|dev)$/,
  test: /^te(st(ing)?)?$/,
}

/** Words for the images and for their labels; `arr_0` and `arr_1` are what `numpy.savez(path, images, labels)` writes. */
const roles = {
  images: /^(x|arr0|data|imgs?|images?|pixels?|features?|inputs?)$/,
  labels: /^(y|arr1|labels?|targets?|class(es)?)$/,
}

/** What the name of an array says of it. */
interface Meant {
  name: string
  part?: Part | undefined
  role: keyof typeof roles
}

/**
 * The table of the images in an `.npz` file and of the labels beside them: `x_train` and `y_train`, `train_images` and `train_labels`, `x` and `y`, `arr_0` and
 * `arr_1`, and the like; of several parts the one that `part` says. `member` and `label` name other arrays, `beside` are labels of another file (KMNIST).
 */
export async function tableOfNpz(
  { file, names, bytes }: Npz,
  options: ReadOptions,
  beside?: ArrayLabels,
): Promise<PixelTable> {
  const meant = names.map(meaningOf).filter((one) => one !== undefined)
  const images = imagesIn(file, names, meant, options)
  const labels = beside ? undefined : labelsFor(file, names, meant, images, options)
  const read = async (name: string) => npyNumbers(await bytes(name), `${file}, ${name}`)
  const array = labels === undefined ? beside : { file: `${file}, ${labels}`, array: await read(labels) }
  return arrayTable(`${file}, ${images.name}`, await read(images.name), array, options)
}

/** The array of an `.npz` file that has no other. */
export async function onlyArray({ file, names, bytes }: Npz): Promise<Numbers> {
  const [name, second] = names
  if (name === undefined || second !== undefined)
    missing(file, names, undefined, 'one array of labels', 'a file that holds the labels alone')
  return npyNumbers(await bytes(name), `${file}, ${name}`)
}

/** `x_train`, `trainX`, `Train-Images`: a part, if any, and a word for what it is. */
function meaningOf(name: string): Meant | undefined {
  const words = name
    .replace(/arr_(?=\d)/, 'arr')
    .replace(/([a-z])(?=[A-Z])/g, '$1_')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
  const part = (Object.keys(parts) as Part[]).find((one) => words.some((word) => parts[one].test(word)))
  const rest = words.filter((word) => part === undefined || !parts[part].test(word)).join('')
  const role = roles.images.test(rest) ? 'images' : roles.labels.test(rest) ? 'labels' : undefined
  return role && { name, part, role }
}

/** The array that is named, the only one, or the images of the part that is wanted. */
function imagesIn(file: string, names: readonly string[], meant: readonly Meant[], options: ReadOptions): Meant {
  const { member, part, onNote } = options
  if (member !== undefined) return known(file, names, meant, member)
  const all = meant.filter(({ role }) => role === 'images')
  const isParted = all.some((one) => one.part !== undefined)
  const isAsked = typeof part === 'string'
  if (all.length === 1 && !(isAsked && isParted)) {
    if (isAsked) {
      const params = { part, folders: [] }
      const [expected, found] = [`arrays of the part ${part}`, listed(names)]
      throw new DataError({ code: 'DATA_PART_MISSING', params, file, expected, found, advice: 'Leave part out.' })
    }
    return all[0]!
  }
  if (all.length === 0 && names.length === 1) return { name: names[0]!, role: 'images' }
  const wanted = isParted ? wantedPart(part, (one) => all.some((each) => each.part === one)) : undefined
  const found = all.filter((one) => one.part === wanted)
  if (found.length !== 1) missing(file, names, wanted, 'images, such as x_train', 'member: the name of the images')
  if (isParted && !isAsked) tell(onNote, `read the array '${found[0]!.name}'`, 'part')
  return found[0]!
}

/** The labels that are named, or those of the same part as the images. */
function labelsFor(
  file: string,
  names: readonly string[],
  meant: readonly Meant[],
  images: Meant,
  { label }: ReadOptions,
): string | undefined {
  if (label === false) return undefined
  if (label !== undefined) return known(file, names, meant, String(label)).name
  const all = meant.filter(({ role, part, name }) => role === 'labels' && part === images.part && name !== images.name)
  if (all.length > 1) missing(file, names, images.part, 'one array of labels', 'label: its name, or false for none')
  return all[0]?.name
}

/** The array of a name that was asked for. */
function known(file: string, names: readonly string[], meant: readonly Meant[], name: string): Meant {
  if (!names.includes(name)) {
    const params = { member: name, files: names }
    throw new DataError({
      code: 'DATA_MEMBER_MISSING',
      params,
      file,
      expected: `an array ${name}`,
      found: listed(names),
    })
  }
  return { role: 'images', ...meant.find((one) => one.name === name), name }
}

function missing(file: string, arrays: readonly string[], part: Part | undefined, what: string, pass: string): never {
  const expected = part ? `${what} of the part ${part}` : what
  const params = { arrays, ...(part && { part }) }
  throw new DataError({
    code: 'DATA_ARRAY_MISSING',
    params,
    file,
    expected,
    found: listed(arrays),
    advice: `Pass ${pass}.`,
  })
}
