import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { readZip } from '@pixelrow/files'
import { exists } from '../files/folder.ts'
import { JobError } from '../line/errors.ts'
import type { Context } from '../main.ts'
import { findSample, type Sample } from '../submission/frame.ts'
import { digits } from './digits.ts'
import { isZipName, kindOf, namesInZip } from './kind.ts'
import type { Place } from './place.ts'

/** The tables of a main job. */
export interface Source {
  train: Place
  test: Place
  sample?: Sample
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
  const there = await stat(data).catch(() => undefined)
  if (!there) throw new JobError(`--data ${data}: no such folder or zip (looked for ${resolve(data)})`, wanted)
  if (there.isDirectory()) return fromFolder(data)
  if (isZipName(data)) return fromZip(data)
  throw new JobError(`--data ${data} is a file, neither a folder nor a zip`, wanted)
}

const wanted = 'name the folder, or the zip, that holds train.csv and test.csv'

async function embedded({ terminal, signal }: Context): Promise<Source> {
  const onBuild = (folder: string) => terminal.note(`Unpacking the embedded digits to ${folder} (once, 130 MB)`)
  const { train, test, sampleSubmission, solution } = await digits({ signal, onBuild })
  const sample = { name: sampleSubmission, source: sampleSubmission }
  const files = [train, test, sampleSubmission, solution]
  return { train: { path: train }, test: { path: test }, sample, solution, name: 'the embedded digits', files }
}

async function fromFolder(folder: string): Promise<Source> {
  const [train, test] = [join(folder, 'train.csv'), join(folder, 'test.csv')]
  const missing: string[] = []
  for (const path of [train, test]) if (!(await exists(path))) missing.push(path)
  if (missing.length === 2 && (await hasPictures(folder))) return fromPictures(folder)
  if (missing.length) {
    throw new JobError(`${missing.join(' and ')}: no such file (looked in ${resolve(folder)})`, await advice(folder))
  }
  const path = await findSample(test)
  const sample = path === undefined ? {} : { sample: { name: path, source: path } }
  return { train: { path: train }, test: { path: test }, ...sample, name: folder, files: [train, test, path ?? test] }
}

/** Pictures have their parts in folders of these names. */
async function hasPictures(folder: string): Promise<boolean> {
  const names = (await readdir(folder)).map((name) => name.toLowerCase())
  return ['train', 'test'].every((part) => names.includes(part) || names.includes(`${part}ing`))
}

/** Where test pictures have a sample, it may lie above their folder or in it. */
async function fromPictures(path: string): Promise<Source> {
  const sample = join(path, 'sample_submission.csv')
  return {
    train: { path, part: 'train' },
    test: { path, part: 'test' },
    ...((await exists(sample)) && { sample: { name: sample, source: sample } }),
    name: path,
    files: [path],
  }
}

async function fromZip(path: string): Promise<Source> {
  if ((await kindOf(path)) === 'pictures') {
    return {
      train: { path, part: 'train' },
      test: { path, part: 'test' },
      ...(await sampleIn(path)),
      name: path,
      files: [path],
    }
  }
  const names = await namesInZip(path)
  const missing = ['train.csv', 'test.csv'].filter((name) => !names.some((one) => basename(one) === name))
  if (missing.length) {
    const found = names.length ? `it holds ${names.slice(0, 5).join(', ')}` : 'it is empty'
    throw new JobError(
      `${path}: there is no ${missing.join(' and no ')} in it`,
      `--data wants a zip with both; ${found}`,
    )
  }
  const [train, test] = [
    { path, member: 'train.csv' },
    { path, member: 'test.csv' },
  ]
  return { train, test, ...(await sampleIn(path)), name: path, files: [path] }
}

/** The sample in a zip, where there is one. */
async function sampleIn(path: string): Promise<{ sample?: Sample }> {
  const zip = await readZip(path)
  try {
    const entry = zip.entries.find(({ name }) => basename(name) === 'sample_submission.csv')
    return entry ? { sample: { name: `${path}, ${entry.name}`, source: await zip.bytes(entry) } } : {}
  } finally {
    await zip.close()
  }
}

async function advice(folder: string): Promise<string> {
  const names = await readdir(folder)
  const zip = names.find(isZipName)
  if (zip) return `take the zip that is there: --data ${join(folder, zip)}`
  const csvs = names.filter((name) => name.endsWith('.csv'))
  const found = csvs.length ? `it holds ${csvs.slice(0, 5).join(', ')}` : 'it holds no CSV'
  return `--data wants a folder with train.csv and test.csv; ${found}`
}
