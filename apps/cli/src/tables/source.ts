import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { isSampleName } from '@pixelrow/data'
import { settle } from '@pixelrow/files'
import { partCalled, partWithin, withoutPart } from '../../../../common/parts.ts'
import type { Context } from '../context.ts'
import { ifThere } from '../files/there.ts'
import { JobError } from '../line/errors.ts'
import type { PictureOptions } from '../line/flags/reading.ts'
import { command } from '../line/paste.ts'
import { type SampleFile, sampleIn, sampleInZip } from '../submission/sample.ts'
import { digits, known } from './digits.ts'
import { isIdxName } from './idx.ts'
import { isFolder, isNpzName, isZipName, kindOf, namesInZip } from './kind.ts'
import type { Place } from './place.ts'

/** The tables of a main job. */
export interface Source {
  train: Place
  test: Place
  sample?: SampleFile
  /** The true labels of test.csv, for the embedded digits alone. */
  solution?: string
  /** The words for it in progress and results. */
  name: string
  /** What is read, and must not be written over. */
  files: string[]
}

/** The tables in the folder or zip that was named, else the embedded digits. */
export async function openSource(
  context: Context,
  data?: string,
  { labels, labelFrom }: PictureOptions = {},
): Promise<Source> {
  const isPictures = labels !== undefined || labelFrom !== undefined
  if (data === undefined) return embedded(context)
  const there = await ifThere(stat(data))
  const params = { path: data }
  if (!there)
    throw new JobError(`--data ${data}: no such folder or zip (looked for ${resolve(data)})`, wanted, {
      code: 'CLI_DATA_MISSING',
      params,
    })
  if (there.isDirectory()) {
    // A download that was killed while its files were swapped in is finished first.
    await settle(data)
    return fromFolder(context, data, isPictures)
  }
  if (isZipName(data)) return fromZip(context, data)
  if (isNpzName(data))
    return { train: { path: data, part: 'train' }, test: { path: data, part: 'test' }, name: data, files: [data] }
  throw new JobError(`--data ${data} is a file, neither a folder, a zip nor an npz`, wanted, {
    code: 'CLI_DATA_KIND',
    params,
  })
}

const wanted = 'name the folder, or the zip, that holds train.csv and test.csv'

async function embedded({ terminal, signal }: Context): Promise<Source> {
  const onBuild = (folder: string) => terminal.note(`Unpacking the embedded digits to ${folder} (once, 130 MB)`)
  const { train, test, sampleSubmission, solution } = await digits({ signal, onBuild })
  const named = (path: string) => ({ path, name: `the embedded ${basename(path)}`, sum: known[basename(path)]! })
  const sample = { name: named(sampleSubmission).name, source: sampleSubmission }
  const files = [train, test, sampleSubmission, solution]
  return { train: named(train), test: named(test), sample, solution, name: 'the embedded digits', files }
}

async function fromFolder(context: Context, folder: string, isPictures: boolean): Promise<Source> {
  const { files: names, folders } = await namesIn(folder)
  const found = tablesAmong(names)
  // Beside pictures, tables may be lists of them.
  if ((isPictures || !found.some(isWholePair)) && hasPictures(folders)) return fromPictures(context, folder)
  const { train, test } = onePair(folder, found, names)
  const sample = await sampleIn(context, folder)
  const paths = [join(folder, train), join(folder, test)] as const
  const files = [...paths, sample ? sample.name : paths[1]]
  return { train: { path: paths[0] }, test: { path: paths[1] }, ...(sample && { sample }), name: folder, files }
}

/** The names of the files and folders in a folder; a link is what it leads to. */
export async function namesIn(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true })
  const isFolderAt = await Promise.all(
    entries.map((entry) =>
      entry.isSymbolicLink() ? isFolder(join(folder, entry.name)).catch(() => false) : entry.isDirectory(),
    ),
  )
  const some = (wanted: boolean) => entries.filter((_, at) => isFolderAt[at] === wanted).map(({ name }) => name)
  return { files: some(false), folders: some(true) }
}

/** The tables of one data set, as its site names them: the training table, the test table, or both. */
export interface Pair {
  train?: string
  test?: string
}

/**
 * The data sets among the names of files, the plainest first: `train.csv` and `test.csv`, also packed; `sign_mnist_train.csv` and `sign_mnist_test.csv`;
 * `Train.csv` and `Test.csv`; MNIST's own IDX files and KMNIST's npz, whose labels lie beside them.
 */
export function tablesAmong(names: readonly string[]): Pair[] {
  const found = new Map<string, Pair>()
  for (const name of names.filter(isTableName)) {
    const stem = basename(name)
      .replace(TABLE_ENDING, '')
      .replace(/^t10k(?=[^a-z])/i, 'test')
    const part = partWithin(stem)
    if (part !== 'train' && part !== 'test') continue
    // IDX files may be packed each in its own way, and other tables of one set too.
    const key = `${isIdxName(name) ? 'idx' : 'table'} ${withoutPart(stem).toLowerCase()}`
    const pair = found.get(key) ?? {}
    found.set(key, { ...pair, [part]: plainer(part, pair[part], name) })
  }
  const rank = ({ train = '', test = '' }: Pair) => (train && test ? 0 : 1000) + train.length + test.length
  return [...found.values()].sort((a, b) => rank(a) - rank(b))
}

/** What is read from a zip. */
export const isCsvName = (name: string): boolean => /\.csv(\.gz)?$/i.test(name)

const TABLE_ENDING = /(\.csv(\.gz|\.zip)?|\.parquet|\.npz|[.-]idx\d-ubyte(\.gz)?)$/i

const isTableName = (name: string): boolean =>
  TABLE_ENDING.test(name) &&
  !isHidden(name) &&
  !isSampleName(name) &&
  (!(isIdxName(name) || isNpzName(name)) || /images|imgs/i.test(basename(name)))

/** What Macs put into folders and zips. */
const isHidden = (name: string): boolean => /(^|\/)(\.|__MACOSX\/)/.test(name)

/** Whether both tables are there. */
export const isWholePair = (pair: Pair): pair is Required<Pair> => pair.train !== undefined && pair.test !== undefined

/** Of two names for one part, the one that is written as Kaggle does, else the shorter. */
function plainer(part: string, before: string | undefined, name: string): string {
  if (before === undefined || basename(name) === `${part}.csv`) return name
  return basename(before) === `${part}.csv` || before.length <= name.length ? before : name
}

/** The data set that a folder or zip holds; of several, the one called `train.csv` and `test.csv`. */
function onePair(path: string, found: readonly Pair[], names: readonly string[]): Required<Pair> {
  const whole = found.filter(isWholePair)
  const [first, second] = whole
  if (first && (!second || isPlain(first))) return first
  if (first) throw unclear(path, whole)
  const [{ train, test }] = [found[0] ?? {}]
  const missing = [...(train ? [] : ['train.csv']), ...(test ? [] : ['test.csv'])]
  const params = { path, missing, found: names }
  const message = isZipName(path)
    ? `${path}: there is no ${missing.join(' and no ')} in it`
    : `${missing.map((name) => join(path, name)).join(' and ')}: no such file (looked in ${resolve(path)})`
  throw new JobError(message, advice(path, names), { code: 'CLI_TABLE_MISSING', params })
}

const isPlain = ({ train }: Required<Pair>): boolean => /^train(ing)?\./i.test(basename(train))

/** Several data sets lie side by side, as EMNIST's do. */
function unclear(path: string, pairs: readonly Required<Pair>[]): JobError {
  const listed = pairs.map(({ train, test }) => `${train} and ${test}`)
  const { train, test } = pairs[0]!
  const inside = (name: string) => join(path, name)
  const fix = isZipName(path)
    ? 'unpack it, and put the two that you mean into a folder of their own'
    : `put the two that you mean into a folder of their own, or train and measure by themselves: ${command('train', inside(train), '-o', 'first')} && ${command('eval', 'first', inside(test))}`
  return new JobError(`${path} holds ${pairs.length} data sets: ${listed.join('; ')}`, fix, {
    code: 'CLI_TABLES_SEVERAL',
    params: { path, pairs },
  })
}

/** Pictures have their parts in folders of these names, or of names with these words: `seg_train`. */
function hasPictures(names: readonly string[]): boolean {
  const parts = names.map(partNamed)
  return parts.includes('train') && parts.includes('test')
}

/** The part that the name of a file or folder says. */
export const partNamed = (name: string) => partCalled(name) ?? partWithin(name)

/** Where test pictures have a sample, it lies above their folder. */
async function fromPictures(context: Context, path: string): Promise<Source> {
  const sample = await sampleIn(context, path)
  return {
    train: { path, part: 'train' },
    test: { path, part: 'test' },
    ...(sample && { sample }),
    name: path,
    files: [path],
  }
}

async function fromZip(context: Context, path: string): Promise<Source> {
  const sample = await sampleInZip(context, path)
  const more = { ...(sample && { sample }), name: path, files: [path] }
  if ((await kindOf(path)) === 'pictures')
    return { train: { path, part: 'train' }, test: { path, part: 'test' }, ...more }
  const names = await namesInZip(path)
  const { train, test } = onePair(path, tablesAmong(names.filter(isCsvName)), names)
  return { train: { path, member: train }, test: { path, member: test }, ...more }
}

function advice(path: string, names: readonly string[]): string {
  if (isZipName(path)) {
    const found = names.length ? `it holds ${names.slice(0, 5).join(', ')}` : 'it is empty'
    return names.some(isIdxName)
      ? 'unpack it: IDX files are read from a folder'
      : `--data wants a zip with both; ${found}`
  }
  const zip = names.find(isZipName)
  if (zip) return `take the zip that is there: --data ${join(path, zip)}`
  const tables = names.filter(isTableName)
  const [only, other] = tables
  // A table by itself is trained on, with some of its rows kept to validate on.
  if (only !== undefined && other === undefined && partNamed(only) !== 'test')
    return `train on ${only} alone: ${command('train', join(path, only))}`
  const found = only === undefined ? 'it holds no CSV' : `it holds ${tables.slice(0, 5).join(', ')}`
  return `--data wants a folder with both, such as train.csv and test.csv; ${found}`
}
