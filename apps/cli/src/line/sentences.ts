import type { DataErrorCode, DataErrorParams, DataErrorPlace, Decision } from '@pixelrow/data'
import { asStarted, command, quoted } from './paste.ts'

/** Tells which flags a command has. */
export type Takes = (flag: string) => boolean

/** What the library advises is as true on the command line. */
const asAdvised = Symbol('as advised')

/** What to do, in flags; undefined where there is nothing to say. */
type Said = string | typeof asAdvised | undefined

/** What to do about an error of this code. */
type Fix<Code extends DataErrorCode> = (params: DataErrorParams[Code] & DataErrorPlace, takes: Takes) => Said

const noFix = () => undefined
const shapeFix = () => 'Add --shape, e.g. --shape 28x28x3.'
const noHeaderFix = () => 'If this line is no header, add --no-header.'
const classFoldersFix = () => 'Put the pictures of each class into a folder of its name.'
const otherWhite = 'is this another data set?'

/** What the command says to do about each error of `@pixelrow/data`. */
const dataFixes: { [Code in DataErrorCode]: Fix<Code> | typeof asAdvised } = {
  DATA_OPTION_UNKNOWN: noFix,
  DATA_OPTION_INVALID: noFix,
  DATA_OPTION_UNFIT: ({ option }) => `Leave ${flagOf(option)} away.`,
  DATA_OPTION_CONFLICT: asAdvised,
  DATA_SOURCE_INVALID: noFix,
  DATA_KIND_OTHER: asAdvised,
  DATA_FILE_MISSING: asAdvised,
  DATA_FILE_UNREADABLE: asAdvised,
  DATA_FILE_FOLDER: () => 'Name a file.',
  DATA_FILE_CHANGED: asAdvised,
  DATA_FILE_EMPTY: asAdvised,
  DATA_FILE_DAMAGED: asAdvised,
  DATA_FETCH_FAILED: asAdvised,
  DATA_FETCH_LIMIT: asAdvised,
  DATA_GZIP_LIMIT: asAdvised,
  DATA_ZIP_UNREADABLE: asAdvised,
  DATA_ZIP_EMPTY: asAdvised,
  DATA_MEMBER_MISSING: noFix,
  DATA_PART_UNCLEAR: ({ source }, takes) => {
    const way = source === 'zip' ? 'unpack it and name the file' : 'name the folder itself'
    return takes('part') ? `Add --part, or ${way}.` : `${way[0]!.toUpperCase()}${way.slice(1)}.`
  },
  DATA_PART_MISSING: ({ file = 'FOLDER' }, takes) =>
    takes('part') ? 'Leave --part away.' : `Train on all of it: ${command('train', file)}`,
  DATA_PICTURES_NONE: ({ tables, command }) =>
    tables.length > 0 || command ? asAdvised : 'Name the folder that has the classes in it.',
  DATA_PICTURE_DUPLICATE: noFix,
  DATA_PICTURE_BROKEN: ({ broken, pictures, command }, takes) => {
    if (command || !takes('skipBroken') || broken.length === pictures) return asAdvised
    return `Replace or remove them, or add --skip-broken ${broken.length} to go on without them.`
  },
  DATA_PICTURE_SIZES: () => 'Add --shape, e.g. --shape 28x28, and they are resized.',
  DATA_MEMORY_EXCEEDED: () => 'Add --shape with a smaller size.',
  DATA_DECODER_MISSING: asAdvised,
  DATA_CLASS_FOLDER_MISSING: classFoldersFix,
  DATA_CLASS_FOLDER_EMPTY: ({ command }) =>
    command ? asAdvised : 'Each folder is a class: fill it, remove it, or add --drop with its name.',
  DATA_CLASSES_FEW: classFoldersFix,
  DATA_CLASSES_MANY: ({ column }, takes) =>
    column === undefined || !takes('label') ? undefined : 'Is this the label column? Give --label its name or place.',
  DATA_HEADER_UNCLEAR: () => 'Add --header if it names the columns, --no-header if these are pixels.',
  DATA_ROWS_MISSING: asAdvised,
  DATA_SEPARATOR_INVALID: asAdvised,
  DATA_ENCODING_INVALID: asAdvised,
  DATA_LINE_TOO_LONG: asAdvised,
  DATA_CELL_INVALID: asAdvised,
  DATA_CELLS_COUNT: asAdvised,
  DATA_VALUES_COUNT: asAdvised,
  DATA_COLUMN_DUPLICATE: noHeaderFix,
  DATA_COLUMN_UNKNOWN: columnFix,
  DATA_COLUMN_MISSING: ({ names }) =>
    names.length > 0 ? 'Give one of these names, or a place: 0 first, -1 last.' : 'Give its place: 0 first, -1 last.',
  DATA_COLUMN_OUTSIDE: noFix,
  DATA_PIXEL_NAMES: ({ columns }) =>
    columns.every((name) => Number.isFinite(Number(name)))
      ? noHeaderFix()
      : 'Call the columns pixel0, pixel1, … in the first line; or are they rows of something else?',
  DATA_PIXEL_MISSING: asAdvised,
  DATA_PIXEL_DUPLICATE: noFix,
  DATA_COLOURS_UNEQUAL: noFix,
  DATA_PIXEL_INVALID: pixelFix,
  DATA_LABEL_UNCLEAR: () => 'Add --label 0 for the first, --label -1 for the last.',
  DATA_LABEL_EMPTY: noFix,
  DATA_LABEL_INVALID: noFix,
  DATA_LABEL_UNKNOWN: ({ folder }) =>
    folder ? 'Is this another data set? Add --drop with its name to leave it out.' : asAdvised,
  DATA_LABEL_UNWRITABLE: asAdvised,
  DATA_LABELS_COUNT: noFix,
  DATA_LABELS_UNMATCHED: (_, takes) =>
    takes('skipUnlabelled') ? 'Correct them, or add --skip-unlabelled to leave them out.' : undefined,
  DATA_LABELS_COLUMNS: () => 'Name the two columns: --id <column> for the file names, --label <column>.',
  DATA_LABELS_AMBIGUOUS: asAdvised,
  DATA_ID_EMPTY: noFix,
  DATA_ID_DUPLICATE: asAdvised,
  DATA_IDS_COUNT: noFix,
  DATA_INDEX_BROKEN: ({ place }) =>
    `Add --id ${place} if the first column names the rows, --drop ${place} to leave it out`,
  DATA_SUBMISSION_COLUMNS: () => 'A submission that is checked here has an id and a label in each line',
  DATA_CLASS_OUTSIDE: noFix,
  DATA_SHAPE_INVALID: noFix,
  DATA_SHAPE_MISSING: shapeFix,
  DATA_SHAPE_UNCLEAR: shapeFix,
  DATA_SHAPE_UNKNOWN: () => 'Give the size, e.g. --shape 28x28x3; or is a column missing, or one too many?',
  DATA_SHAPE_OTHER: ({ unlabelled }) => {
    const other = `That is the size in the model, in train.csv or of --shape: ${otherWhite}`
    return unlabelled ? `${other} Is this the test file? Then it is for predict, not to train on.` : other
  },
  DATA_IDX_INVALID: asAdvised,
  DATA_ARRAY_INVALID: asAdvised,
  DATA_ARRAY_TYPE: asAdvised,
  DATA_ARRAY_MISSING: asAdvised,
  DATA_ARRAY_DIMENSIONS: () => 'Is this the file of labels? Name the images; their labels are found beside them.',
  DATA_TABLE_INVALID: noFix,
  DATA_SPLIT_IMPOSSIBLE: ({ rows, pictures }, takes) => {
    if (takes('validation')) return 'Add --validation 0.'
    return pictures === undefined && rows > 1 ? 'Add --share 0.5.' : undefined
  },
  DATA_SPLIT_UNKNOWN: () => 'Choose rows by another column, or by one of these texts: --rows <column=value>.',
  DATA_TEXT_UNWRITABLE: noFix,
  DATA_PARSER_UNAVAILABLE: noFix,
}

/** What an error of a package says as data; `advice` is what it says to programs. */
interface Coded {
  code?: string
  params?: Readonly<Record<string, unknown>>
  advice?: string
}

/** What to do about an error, in flags that the command `takes`. */
export function fixOf({ code = '', params = {}, advice }: Coded, takes: Takes = () => true): string | undefined {
  if (code === 'TRAIN_DIVERGED') return divergedFix(params, takes)
  if (code === 'TRAIN_DEVICE_UNAVAILABLE') return deviceFix(params, advice)
  if (code === 'TRAIN_DEVICE_MEMORY') return memoryFix(params, takes)
  if (code === 'FILES_FOREIGN' && takes('force'))
    return 'Choose another name with -o, move it away, or add --force to replace it.'
  if (!isDataCode(code)) return advice
  // The code decides which params there are, which the compiler cannot follow through a table.
  const fix = dataFixes[code] as Fix<DataErrorCode> | typeof asAdvised
  const said = typeof fix === 'function' ? fix(params as Parameters<Fix<DataErrorCode>>[0], takes) : fix
  return said === asAdvised ? advice : said
}

const isDataCode = (code: string): code is DataErrorCode => Object.hasOwn(dataFixes, code)

/** What mends a device, as doctor says it; a training that goes on may do so elsewhere. */
function deviceFix({ wasBegun, fix }: NonNullable<Coded['params']>, advice: string | undefined): string | undefined {
  const mend = typeof fix === 'string' ? asStarted(fix) : undefined
  if (wasBegun !== true) return mend ?? advice
  return mend === undefined ? 'Go on elsewhere: add --device cpu' : `${mend}\n     Or go on elsewhere: add --device cpu`
}

function memoryFix({ fits }: NonNullable<Coded['params']>, takes: Takes): string {
  const smaller = typeof fits === 'number' && takes('batchSize') ? `--batch-size ${fits}, or ` : ''
  return `Add ${smaller}--device cpu.`
}

/** `first` is there where --debug found the first value that is not finite. */
function divergedFix({ first }: NonNullable<Coded['params']>, takes: Takes): string {
  const smaller = takes('learningRate')
    ? 'Add --learning-rate with a rate ten times smaller.'
    : 'Train again with a learning rate ten times smaller.'
  return first === undefined && takes('debug')
    ? `${smaller} With --debug the first value that is not finite is named.`
    : smaller
}

/** A decision of `readTable`, with the flag that decides otherwise. */
export function noted({ text, options }: Decision): string {
  const option = options.at(-1)
  return option === undefined
    ? text
    : `${text} (if that is wrong, add ${flagOf(option)}${option === 'dataType' ? ' uint8' : ''})`
}

/** The flag of an option: `--max-value` of `maxValue`. */
const flagOf = (option: string): string => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** What a column is called that says which part of the data set a row is of. */
const SPLITS = /^(usage|split|subset|partition|set)$/i

/** Which column is what: the flag for each that it may be. */
function columnFix({ columns, places, label, id }: DataErrorParams['DATA_COLUMN_UNKNOWN'], takes: Takes): string {
  // A column whose name nobody would type is meant by its place.
  const names = columns.map((name, index) => quoted(String(name && name.length <= 60 ? name : places[index])))
  const [first = ''] = names
  const part = columns.findIndex((name) => SPLITS.test(name))
  const roles = [
    part >= 0 &&
      takes('splitColumn') &&
      `--split-column ${names[part]} if it says which rows are to train and to test on`,
    label && takes('label') && `--label ${first} if ${names[1] ? `${first} is` : 'it is'} the label`,
    id && takes('id') && `--id ${first} if it names the rows`,
    `${names.map((name) => `--drop ${name}`).join(' ')} to leave ${names[1] ? 'them' : 'it'} out`,
  ].filter((role) => typeof role === 'string')
  return `Add ${roles.join(', ')}`
}

function pixelFix({ kind, max }: DataErrorParams['DATA_PIXEL_INVALID'], takes: Takes): Said {
  if (kind === 'float') {
    return takes('dataType')
      ? 'If such values are meant, add --data-type float32; else correct this one.'
      : 'Correct this one: the model was trained on whole numbers from 0 on.'
  }
  if (kind === 'white') return `White is ${max} in the model, in train.csv or by --max-value: ${otherWhite}`
  if (kind === 'header') return 'If the first line is a header, add --header.'
  if (kind !== 'fraction') return asAdvised
  return max === 1
    ? `The training values were 0 and 1 alone: ${otherWhite}`
    : `If the values are fractions 0..1, add --max-value 1${takes('dataType') ? '; of any other scale, --data-type float32' : ''}.`
}
