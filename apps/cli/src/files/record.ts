import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { ColumnLayout, ColumnPlace, ImageShape } from '@pixelrow/data'
import { settle } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'
import { type FlagSet, isValueOf } from '../line/flags/define.ts'
import { type ReadingOptions, readingFlags } from '../line/flags/reading.ts'
import { absolute, isUrl, near } from '../line/paste.ts'
import { withoutSecrets } from '../line/secrets.ts'
import type { Kind } from '../tables/kind.ts'
import { exists } from './folder.ts'
import { isObject, parsed } from './json.ts'
import type { Sum } from './sums.ts'
import { ifThere } from './there.ts'

/** The form of run.json. What was written before it had one has none, and counts as 1. */
export const recordFormat = 2

/** No record is longer: 65,535 classes with names of a line each are. */
export const mostBytes = 2 ** 26

/** Where something lay that a run read: a path that means the same from everywhere, and another one from the run's folder, which moves with both. */
export interface Located {
  /** An address is without what may be secret; `embedded` stands for the embedded digits, `-` for standard input. */
  path: string
  fromRun?: string
}

/** A file that a run read. */
export type InputFile = Located & Partial<Sum>

/** A table that a run read, and how. */
export interface InputTable extends InputFile {
  /** The file in a zip. */
  member?: string
  /** The folder of pictures in a folder or zip that has several. */
  part?: 'train' | 'test'
  kind: Kind
  /** Of a folder: how many files of it were read. */
  files?: number
  /** The labels of IDX images. */
  labels?: InputFile
  /** What the columns of a CSV were taken for. */
  layout?: ColumnLayout
  /** What was taken for granted, in sentences. */
  noted: string[]
}

/** What a run read. */
export interface Inputs {
  /** What --data named. */
  data?: Located
  train?: InputTable
  test?: InputTable
  sample?: InputFile
}

/** A call of the command. */
export interface Call {
  /** The words as they were typed, without what may be secret. */
  line: string[]
  /** Where. */
  folder: string
  /** In ISO 8601. */
  started: string
  finished?: string
}

/** A call as it may be written down, so far. */
export function callOf({ argv }: Pick<Context, 'argv'>): Call {
  const line = argv.map((word) => withoutSecrets(word))
  return { line, folder: process.cwd(), started: new Date(performance.timeOrigin).toISOString() }
}

/** Whether what an interrupted training says of its first call is one. */
export const isCall = (value: unknown): value is Call => call(value, 'call') === undefined

/** What commands take from a run's record; everything else in it is for people. */
export interface RunRecord {
  format?: number
  command: 'run' | 'train'
  /** The flags of reading, as they were given. */
  reading?: ReadingOptions
  data?: { classes?: string[]; shape?: [number, number, number]; channelOrder?: ImageShape['channelOrder'] }
  /** `train`'s argument, and `run`'s --data or `embedded`, as they were given. */
  train?: string
  source?: string
  inputs?: Inputs
  /** The model that the run has left. */
  exported?: { sha256: string }
}

/** A record, and where it was found. */
export interface FoundRecord {
  folder: string
  file: string
  record: RunRecord
}

/** A place as a record keeps it. */
export function located(path: string, folder: string): Located {
  if (path === '-' || isUrl(path)) return { path: withoutSecrets(path) }
  return { path: absolute(path), fromRun: relative(resolve(folder), resolve(path)).replaceAll('\\', '/') || '.' }
}

/** Where that is now, as seen from here; undefined where it is not there any more, or was never a place. */
export async function findLocated({ path, fromRun }: Located, folder: string): Promise<string | undefined> {
  if (path === '-' || path === 'embedded') return undefined
  if (isUrl(path)) return path.includes('…') ? undefined : path
  const places = [path, ...(fromRun === undefined ? [] : [resolve(folder, fromRun)])]
  for (const place of places) if (await exists(place)) return near(place)
  return undefined
}

/** The record in a run's folder; undefined where there is none. What a killed process had begun to swap in is finished first. Throws a JobError for what is no record. */
export async function readRecord(folder: string): Promise<FoundRecord | undefined> {
  await settle(folder)
  const file = join(folder, 'run.json')
  const there = await ifThere(stat(file))
  if (!there) return undefined
  if (there.size > mostBytes) throw invalid(file, `${there.size} bytes`)
  const found = parsed(await readFile(file, 'utf8'))
  const fault = found === undefined ? 'no JSON' : faultIn(found)
  if (fault !== undefined) throw invalid(file, fault)
  return { folder, file, record: found as RunRecord }
}

/** The record beside a file that a run may have left. What is no record is passed over, which is said: the file was named, not the folder. */
export async function recordBeside({ terminal }: Context, path: string): Promise<FoundRecord | undefined> {
  try {
    return await readRecord(dirname(path))
  } catch (error) {
    if (!(error instanceof JobError) && (error as NodeJS.ErrnoException).code === undefined) throw error
    terminal.note(`Nothing is taken from ${join(dirname(path), 'run.json')}: it is not the record of a run`)
    return undefined
  }
}

function invalid(file: string, found: string): JobError {
  const fix = 'name a file in the folder instead of the folder: nothing is then taken from run.json'
  const message = `${file}: expected the record of a run, found ${found}`
  return new JobError(message, fix, { code: 'CLI_RECORD_INVALID', params: { file, found } })
}

/** Says what is wrong with a value: nothing, or where and what. */
type Check = (value: unknown, at: string) => string | undefined

const that =
  (expected: string, test: (value: unknown) => boolean): Check =>
  (value, at) =>
    test(value) ? undefined : value === undefined ? `no ${at}` : `${at} that is not ${expected}`

const kindOf = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `a ${typeof value}`

const text = that('a text', (value) => typeof value === 'string')
const whole = that('a whole number', (value) => Number.isSafeInteger(value) && (value as number) >= 0)
const flag = that('true or false', (value) => typeof value === 'boolean')
const sum = that('a SHA-256', (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))
const oneOf = (...words: string[]): Check =>
  that(`one of ${words.join(', ')}`, (value) => words.includes(value as string))

const maybe =
  (check: Check): Check =>
  (value, at) =>
    value === undefined ? undefined : check(value, at)

const listOf =
  (check: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) return value === undefined ? `no ${at}` : `${at} that is not a list`
    return firstOf(value.entries(), ([index, one]) => check(one, `${at}[${index}]`))
  }

/** An object's own fields: what it inherits, and fields that nobody knows, do not count. */
const fields =
  <T>(checks: { [Name in keyof Required<T>]: Check }): Check =>
  (value, at) => {
    if (!isObject(value)) return at === '' ? kindOf(value) : `${at} that is not an object`
    return firstOf(Object.entries<Check>(checks), ([name, check]) =>
      check(Object.hasOwn(value, name) ? value[name as never] : undefined, at === '' ? name : `${at}.${name}`),
    )
  }

function firstOf<T>(values: Iterable<T>, check: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const fault = check(value)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** A value that a flag's own text would give. */
const flagValue = ({ parse, repeated }: FlagSet[string]): Check => {
  if (!parse) return flag
  const one = that('what its option takes', (value) => isValueOf({ parse }, value))
  return repeated ? listOf(one) : one
}

const reading = fields<ReadingOptions>(
  Object.fromEntries(
    Object.entries<FlagSet[string]>(readingFlags).map(([name, each]) => [name, maybe(flagValue(each))]),
  ) as { [Name in keyof Required<ReadingOptions>]: Check },
)

const call = fields<Call>({ line: listOf(text), folder: text, started: text, finished: maybe(text) })
const channelOrder = maybe(oneOf('interleaved', 'planar'))
const placeFields = { path: text, fromRun: maybe(text) }
const inputFields = { ...placeFields, size: maybe(whole), sha256: maybe(sum) }
const inputFile = fields<InputFile>(inputFields)
const column = fields<ColumnPlace>({ place: whole, name: maybe(text) })
const layout = fields<ColumnLayout>({
  header: flag,
  columns: whole,
  label: maybe(column),
  id: maybe(column),
  dropped: listOf(column),
})
const inputTable = fields<InputTable>({
  ...inputFields,
  member: maybe(text),
  part: maybe(oneOf('train', 'test')),
  kind: oneOf('csv', 'idx', 'npy', 'npz', 'parquet', 'pictures', 'zip'),
  files: maybe(whole),
  labels: maybe(inputFile),
  layout: maybe(layout),
  noted: listOf(text),
})
const side = that('a size of images', (value) => Number.isSafeInteger(value) && (value as number) > 0)
const three = that('height, width and channels', (value) => Array.isArray(value) && value.length === 3)
const shape: Check = (value, at) => three(value, at) ?? listOf(side)(value, at)

const runRecord = fields<RunRecord>({
  format: maybe(
    that(`1 or ${recordFormat}, which this version reads`, (value) => value === 1 || value === recordFormat),
  ),
  command: that('run or train', (value) => value === 'run' || value === 'train'),
  reading: maybe(reading),
  data: maybe(
    fields<NonNullable<RunRecord['data']>>({ classes: maybe(listOf(text)), shape: maybe(shape), channelOrder }),
  ),
  train: maybe(text),
  source: maybe(text),
  inputs: maybe(
    fields<Inputs>({
      data: maybe(fields<Located>(placeFields)),
      train: maybe(inputTable),
      test: maybe(inputTable),
      sample: maybe(inputFile),
    }),
  ),
  exported: maybe(fields<NonNullable<RunRecord['exported']>>({ sha256: sum })),
})

/** What in a value is not as a run's record has it; undefined where it is one. */
function faultIn(value: unknown): string | undefined {
  return runRecord(value, '')
}
