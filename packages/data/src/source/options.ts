import { isA } from '../../../../common/kinds.ts'
import {
  anything,
  callback,
  checkOptions,
  either,
  flag,
  like,
  listOf,
  number,
  type OptionProblem,
  oneOf,
  optionsOf,
  type Rule,
  type Rules,
  signal,
  text,
  whole,
} from '../../../../common/options.ts'
import { boundRules } from '../../../../common/within.ts'
import type { DataErrorDetail } from '../error.ts'
import { sizeRule } from '../pictures/size.ts'
import { conflictOf, detailOf } from '../problem.ts'
import type { ColumnHints, PictureOptions, ReadOptions, RowOptions, ShapeOption } from '../types.ts'

// What options a reader takes, and what kind of source each is for. Apart from the readers, as a page that passes none does not load it; so it
// imports no class of an error, which would not be the package's own, but is given what makes one.

const column = either(text, number({ whole: true }))
const columnOrNone: Rule = either(
  column,
  like('false', (value) => value === false),
)

const hint = either(column, listOf('a list of those', column))

const shapeFields: Rules<ShapeOption> = {
  height: whole(1),
  width: whole(1),
  channels: whole(1),
  channelOrder: oneOf('interleaved', 'planar'),
}

const shape: Rule = (value) => {
  const fault = optionsOf(shapeFields)(value)
  if (fault) return fault
  const { height, width } = value as Partial<ShapeOption>
  return height && width ? undefined : 'height and width, and channels where there are several'
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

const part = oneOf('train', 'validation', 'test')

/** Repetitions inside a repetition, as of `(a+)+`: to find that such a pattern does not match takes time that doubles with each letter. */
const NESTED = /\([^()]*[+*}][^()]*\)[+*{]/

/** A regular expression with a group, or its text. */
const pattern: Rule = (value) => {
  const source = typeof value === 'string' ? value : isA(value, 'RegExp') ? value.source : undefined
  const expected = 'a regular expression of at most 200 characters with a group, e.g. ^(\\w+)_\\d+'
  if (source === undefined || source.length > 200) return expected
  try {
    // It matches nothing as well, and says then how many groups it has.
    const groups = new RegExp(`${source}|`).exec('')!.length - 1
    if (groups === 0) return expected
  } catch {
    return expected
  }
  return NESTED.test(source) ? `${expected}, and without a repetition inside another` : undefined
}

const pictureRules: Rules<PictureOptions> = {
  part: either(part, listOf('a list of those', part)),
  size: sizeRule,
  shape,
  resize: oneOf('contain', 'cover', 'stretch'),
  color: oneOf('grey', 'rgb'),
  background: whole(0, { most: 255 }),
  maxValue: whole(1, { most: 255 }),
  label: columnOrNone,
  id: columnOrNone,
  labels: anything,
  labelFrom: pattern,
  skipUnlabelled: flag,
  skipBroken: whole(0),
  onBroken: callback,
  drop: listOf('a list of names or column indices', column),
  classes: like('a list of texts that differ', (value) => isTexts(value) && new Set(value).size === value.length),
  name: text,
  onNote: callback,
  ...boundRules(),
  maxRatio: number({ above: 0 }),
  signal,
}

const readRules: Rules<ReadOptions> = {
  ...pictureRules,
  columns: optionsOf<ColumnHints>({
    id: hint,
    label: hint,
    drop: listOf('a list of names or column indices', column),
    keep: listOf('a list of names', text),
  }),
  keep: listOf('a list of names or column indices', column),
  channels: oneOf('interleaved', 'planar'),
  header: flag,
  fractions: flag,
  dataType: oneOf('uint8', 'float32'),
  transpose: flag,
  parser: oneOf('simd', 'plain', 'strict'),
  member: text,
  onLayout: callback,
  onBytes: callback,
}

const rowRules: Rules<RowOptions> = { ...readRules, batch: whole(1) }

/** Makes an error of what is wrong. */
export type Refuse = (detail: DataErrorDetail) => Error

/** Checks the options of a reader: their names, kinds and ranges, and that no two say different things. */
export function checkReading(where: Reader, options: RowOptions, refuse: Refuse): void {
  const fail = (problem: OptionProblem) => refuse(detailOf(problem))
  if (where === 'readTable') checkOptions<ReadOptions>(where, options, readRules, fail)
  else if (where === 'readRows') checkOptions(where, options, rowRules, fail)
  else checkOptions<PictureOptions>(where, options, pictureRules, fail)
  const { member, part, fractions, maxValue, dataType } = options
  if (member !== undefined && part !== undefined) throw refuse(conflictOf(where, 'member', 'part'))
  const asked = fractions ? 'fractions' : maxValue === undefined ? undefined : 'maxValue'
  if (dataType === 'float32' && asked) throw refuse(conflictOf(where, 'dataType', asked))
  if (fractions && ![undefined, 1, 255].includes(maxValue)) throw refuse(conflictOf(where, 'fractions', 'maxValue'))
  if (options.labels !== undefined && options.labelFrom !== undefined)
    throw refuse(conflictOf(where, 'labels', 'labelFrom'))
}

/** A function that reads. */
export type Reader = 'readTable' | 'readRows' | 'readPictures'

/** What a table is read from; a CSV in a zip is two of them. */
export type SourceKind = 'csv' | 'idx' | 'npy' | 'npz' | 'parquet' | 'pictures' | 'zip'

const everywhere: readonly SourceKind[] = ['csv', 'idx', 'npy', 'npz', 'parquet', 'pictures', 'zip']

/** What each option is for. */
const takenBy: Record<keyof RowOptions, readonly SourceKind[]> = {
  label: ['csv', 'npz', 'parquet'],
  id: ['csv', 'parquet'],
  columns: ['csv', 'parquet'],
  keep: ['csv', 'parquet'],
  drop: ['csv', 'parquet', 'pictures'],
  shape: ['csv', 'idx', 'npy', 'npz', 'parquet', 'pictures'],
  channels: ['csv', 'npy', 'npz', 'parquet'],
  header: ['csv'],
  maxValue: ['csv', 'idx', 'npy', 'npz', 'parquet'],
  fractions: ['csv', 'npy', 'npz', 'parquet'],
  dataType: ['csv', 'idx', 'npy', 'npz', 'parquet'],
  transpose: ['csv', 'idx', 'npy', 'npz', 'parquet'],
  classes: everywhere,
  parser: ['csv'],
  labels: ['idx', 'npy', 'npz', 'pictures'],
  labelFrom: ['pictures'],
  skipUnlabelled: ['pictures'],
  skipBroken: ['pictures'],
  onBroken: everywhere,
  part: ['npz', 'pictures', 'zip'],
  member: ['npz', 'zip'],
  size: ['parquet', 'pictures'],
  resize: ['parquet', 'pictures'],
  color: ['parquet', 'pictures'],
  background: ['parquet', 'pictures'],
  name: everywhere,
  onNote: everywhere,
  onLayout: everywhere,
  onBytes: everywhere,
  maxBytes: everywhere,
  maxRatio: everywhere,
  stallTimeout: everywhere,
  signal: everywhere,
  batch: everywhere,
}

const list = new Intl.ListFormat('en-GB')

const words: Record<SourceKind, string> = {
  csv: 'CSV',
  idx: 'IDX',
  npy: 'npy',
  npz: 'npz',
  parquet: 'Parquet',
  pictures: 'pictures',
  zip: 'zips',
}

/** What is wrong with options that mean nothing for a source of these kinds: whoever passes one takes it for another. */
export function unfit(file: string, kinds: readonly SourceKind[], options: RowOptions): DataErrorDetail | undefined {
  for (const [option, value] of Object.entries(options) as [keyof RowOptions, unknown][]) {
    const isTaken = takenBy[option].some((kind) => kinds.includes(kind))
    if (isTaken || asksNothing(option, value)) continue
    const [source, sources] = [kinds[0]!, takenBy[option]]
    const what = source === 'pictures' ? 'holds pictures, which take' : `is ${words[source]}, which takes`
    const problem = `${what} no option ${option}: it is for ${list.format(sources.map((kind) => words[kind]))}`
    const advice = `Leave ${option} out${(option === 'label' && instead[source]) || ''}.`
    return { code: 'DATA_OPTION_UNFIT', params: { option, source, sources }, file, problem, advice }
  }
  return undefined
}

/** Where labels come from without a column of theirs. */
const instead: Partial<Record<SourceKind, string>> = {
  idx: ': labels are a file of their own, passed as labels',
  npy: ': labels are a file of their own, passed as labels',
  pictures: ', or pass false for none: labels are the names of the folders',
}

/** No label, no id, nothing to drop, what is not to be done, and the white that pictures have. */
const asksNothing = (option: keyof RowOptions, value: unknown): boolean =>
  value === undefined ||
  (value === false && option !== 'header') ||
  (option === 'maxValue' && value === 255) ||
  (Array.isArray(value) && value.length === 0)
