import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isSampleName, type ReadOptions, readSample, type Sample } from '@pixelrow/data'
import { readZip } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'

/** A competition's sample of a submission that was found: what errors call it, and the file or its bytes. */
export interface SampleFile {
  name: string
  source: string | Uint8Array
}

/** The same, read. */
export interface NamedSample extends Sample {
  name: string
  source?: SampleFile['source']
}

/** The sample in a folder, where there is one. */
export async function sampleIn(context: Context, folder: string): Promise<SampleFile | undefined> {
  const names = await readdir(folder).catch(() => [])
  const name = chosenSample(context, folder, names)
  return name === undefined ? undefined : { name: join(folder, name), source: join(folder, name) }
}

/** The sample in a zip. */
export async function sampleInZip(context: Context, path: string): Promise<SampleFile | undefined> {
  const zip = await readZip(path)
  try {
    const files = zip.entries.filter(({ directory }) => !directory).map(({ name }) => name)
    const name = chosenSample(context, path, files)
    return name === undefined ? undefined : { name: `${path}, ${name}`, source: await zip.bytes(name) }
  } finally {
    await zip.close()
  }
}

/** The sample beside a competition's test table. Other tables beside it have other rows. */
export async function sampleBeside(context: Context, test: string): Promise<SampleFile | undefined> {
  return isTestName(test) ? sampleIn(context, dirname(test)) : undefined
}

/** Whether a file or folder is called as competitions call their test table: `test`, `test.csv`, `Test.csv.gz`. */
export const isTestName = (path: string): boolean => /^test(ing)?(\.csv(\.gz)?)?$/i.test(basename(path))

/** The name of a sample among the names in a place: the plainest; that there are others is said. */
export function chosenSample({ terminal }: Context, place: string, names: readonly string[]): string | undefined {
  const found = names.filter(isSampleName).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  const usual = found.find((name) => basename(name) === 'sample_submission.csv') ?? found[0]
  const others = found.filter((name) => name !== usual)
  if (usual !== undefined && others.length > 0)
    terminal.note(`${place} holds several samples: ${usual} is taken, and not ${others.join(' or ')}`)
  return usual
}

/** Reads a sample of one label a row, or of a probability for each class. */
export async function openSample({ signal }: Context, { name, source }: SampleFile): Promise<NamedSample> {
  return { name, source, ...(await readSample(source, { name, signal })) }
}

/** Refuses a sample that wants a probability for each class where labels are written. */
export function requireLabelSample({ name, header }: NamedSample, fix: string): void {
  if (header.length === 2) return
  const [id, ...columns] = header
  const shown = columns.length > 5 ? `${columns.slice(0, 5).join(', ')}, …` : columns.join(', ')
  throw new JobError(
    `${name} wants a probability for each class (${id}, then ${shown}), not a label for each row`,
    fix,
    { code: 'CLI_SAMPLE_PROBABILITIES', params: { file: name, id, columns } },
  )
}

/** What a sample's header says of the columns in the tables that it belongs to. */
export function columnsBy(sample: Pick<Sample, 'header'> | undefined): NonNullable<ReadOptions['columns']> {
  const [id, label, ...more] = sample?.header ?? []
  // A number is what pixels and classes are called.
  const isName = (name: string | undefined): name is string => name !== undefined && !/^\d*$/.test(name)
  return { ...(isName(id) && { id }), ...(isName(label) && more.length === 0 && { label }) }
}
