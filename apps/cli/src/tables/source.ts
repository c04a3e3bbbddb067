import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { settle } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { ifThere } from '../files/there.ts'
import { JobError } from '../line/errors.ts'
import { type SampleFile, sampleIn, sampleInZip } from '../submission/sample.ts'
import { digits, known } from './digits.ts'
import { isIdxName } from './idx.ts'
import { isNpzName, isZipName, kindOf, namesInZip } from './kind.ts'
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
export async function openSource(context: Context, data?: string): Promise<Source> {
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
    return fromFolder(context, data)
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

async function fromFolder(context: Context, folder: string): Promise<Source> {
  const names = await readdir(folder)
  const [train, test] = [tableIn(names, 'train'), tableIn(names, 'test')]
  if (!train && !test && hasPictures(names)) return fromPictures(context, folder)
  const images = train && test ? { train, test } : idxOf(names)
  if (!images) {
    const missing = [...(train ? [] : ['train.csv']), ...(test ? [] : ['test.csv'])].map((name) => join(folder, name))
    throw new JobError(`${missing.join(' and ')}: no such file (looked in ${resolve(folder)})`, advice(folder, names), {
      code: 'CLI_TABLE_MISSING',
      params: { path: folder, missing, found: names },
    })
  }
  const sample = await sampleIn(context, folder)
  const paths = [join(folder, images.train), join(folder, images.test)] as const
  const files = [...paths, sample ? sample.name : paths[1]]
  return { train: { path: paths[0] }, test: { path: paths[1] }, ...(sample && { sample }), name: folder, files }
}

/** `train.csv`, or packed, where it is among the names. */
export const tableIn = (names: readonly string[], name: string): string | undefined =>
  [`${name}.csv`, `${name}.csv.gz`, `${name}.csv.zip`].find((each) => names.includes(each))

/** MNIST's own files, whose labels lie beside them. */
function idxOf(names: readonly string[]): { train: string; test: string } | undefined {
  const images = names.filter((name) => isIdxName(name) && /images/i.test(name))
  const [train, test] = [/^train/i, /^(t10k|test)/i].map((part) => images.find((name) => part.test(name)))
  return train !== undefined && test !== undefined ? { train, test } : undefined
}

/** Pictures have their parts in folders of these names. */
function hasPictures(names: readonly string[]): boolean {
  const found = names.map((name) => name.toLowerCase())
  return ['train', 'test'].every((part) => found.includes(part) || found.includes(`${part}ing`))
}

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
  const [train, test] = ['train', 'test'].map((part) =>
    tableIn(
      names.map((name) => basename(name)),
      part,
    ),
  )
  if (train === undefined || test === undefined) {
    const missing = [...(train ? [] : ['train.csv']), ...(test ? [] : ['test.csv'])]
    const found = names.length ? `it holds ${names.slice(0, 5).join(', ')}` : 'it is empty'
    throw new JobError(
      `${path}: there is no ${missing.join(' and no ')} in it`,
      `--data wants a zip with both; ${found}`,
      { code: 'CLI_TABLE_MISSING', params: { path, missing, found: names } },
    )
  }
  return { train: { path, member: train }, test: { path, member: test }, ...more }
}

function advice(folder: string, names: readonly string[]): string {
  const zip = names.find(isZipName)
  if (zip) return `take the zip that is there: --data ${join(folder, zip)}`
  const csvs = names.filter((name) => name.endsWith('.csv'))
  const found = csvs.length ? `it holds ${csvs.slice(0, 5).join(', ')}` : 'it holds no CSV'
  return `--data wants a folder with train.csv and test.csv; ${found}`
}
