import { access, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { JobError } from '../line/errors.ts'
import type { Context } from '../main.ts'
import { digits } from './digits.ts'
import { findSample } from './submission.ts'

/** The files of a main job. */
export interface Source {
  train: string
  test: string
  sample?: string
  /** The true labels of test.csv, for the embedded digits alone. */
  solution?: string
  /** The words for it in progress and results. */
  name: string
}

/** The files in the folder that was named, else the embedded digits. */
export function openSource(context: Context, data?: string): Promise<Source> {
  return data === undefined ? embedded(context) : fromFolder(data)
}

async function embedded({ terminal, signal }: Context): Promise<Source> {
  const onBuild = (folder: string) => terminal.note(`Unpacking the embedded digits to ${folder} (once, 130 MB)`)
  const { train, test, sampleSubmission, solution } = await digits({ signal, onBuild })
  return { train, test, sample: sampleSubmission, solution, name: 'the embedded digits' }
}

async function fromFolder(folder: string): Promise<Source> {
  const there = await stat(folder).catch(() => undefined)
  if (!there)
    throw new JobError(`--data ${folder}: no such folder`, 'name the folder that holds train.csv and test.csv')
  if (!there.isDirectory())
    throw new JobError(`--data ${folder} is a file, not a folder`, 'name the folder that holds it')
  const [train, test] = [join(folder, 'train.csv'), join(folder, 'test.csv')]
  const missing: string[] = []
  for (const path of [train, test]) await access(path).catch(() => missing.push(path))
  if (missing.length)
    throw new JobError(`${missing.join(' and ')}: no such file (looked in ${resolve(folder)})`, await advice(folder))
  const sample = await findSample(test)
  return { train, test, ...(sample && { sample }), name: folder }
}

async function advice(folder: string): Promise<string> {
  const names = await readdir(folder)
  const zip = names.find((name) => name.endsWith('.zip'))
  if (zip) return `unpack ${join(folder, zip)} first`
  const csvs = names.filter((name) => name.endsWith('.csv'))
  const found = csvs.length ? `it holds ${csvs.slice(0, 5).join(', ')}` : 'it holds no CSV'
  return `--data wants a folder with train.csv and test.csv; ${found}`
}
