import { assignment, column, filled, oneOf, shape, whole } from '../parse.ts'
import { defineFlags, grouped, type OptionsOf, without } from './define.ts'

const dataTypes = ['uint8', 'float32'] as const
const channelOrders = ['interleaved', 'planar'] as const
const resizings = ['contain', 'cover', 'stretch'] as const
const colorings = ['grey', 'rgb'] as const
const parts = ['train', 'val', 'test'] as const

/** What a table may be, in the help of an argument. */
export const tableForms =
  'a CSV (also .gz), IDX images or .npy with their labels beside them, .npz, or a folder of pictures (one folder a class); also in a zip; - is standard input'

/** How a table is read. */
const tableFlags = grouped(
  'Reading (found out where not said):',
  defineFlags({
    label: {
      term: '--label <column>',
      help: 'the column with the labels: its name, or its place (0 first, -1 last)',
      example: '--label digit',
      parse: column('--label', 'digit'),
    },
    id: {
      term: '--id <column>',
      help: 'the column that names the rows: its name, or its place (0 first, -1 last)',
      example: '--id image_id',
      parse: column('--id', 'image_id'),
    },
    shape: {
      term: '--shape <size>',
      help: 'size of the images: height x width, or height x width x channels',
      example: '--shape 28x28',
      parse: shape('--shape'),
    },
    maxValue: {
      term: '--max-value <n>',
      help: 'the value that is white; 1 also for fractions',
      example: '--max-value 255',
      parse: whole('--max-value', 1, 255, 255),
    },
    dataType: {
      term: '--data-type <type>',
      help: 'what values are kept as: uint8 (whole numbers), or float32, of any scale',
      example: '--data-type float32',
      parse: oneOf('--data-type', dataTypes),
    },
    channels: {
      term: '--channels <order>',
      help: 'colours in a row: interleaved (rgbrgb) or planar (rr..gg..bb)',
      example: '--channels planar',
      parse: oneOf('--channels', channelOrders),
    },
    transpose: {
      term: '--transpose',
      help: 'the pictures are stored column after column, as in EMNIST: turn them',
      example: '--transpose',
      opposite: 'they are stored row after row',
    },
    drop: {
      term: '--drop <column>',
      help: 'a column (or folder of pictures) to leave out, by name or place; may be given several times',
      example: '--drop Usage',
      parse: column('--drop', 'Usage'),
      repeated: true,
    },
    rows: {
      term: '--rows <column=value>',
      help: 'only the rows with this text in a column of a CSV or of Parquet',
      example: '--rows Usage=Training',
      parse: assignment('--rows', 'Usage=Training'),
    },
    splitColumn: {
      term: '--split-column <column>',
      help: 'the column that says which rows are to train, to validate and to test on (Training, PublicTest, val, …)',
      example: '--split-column Usage',
      parse: column('--split-column', 'Usage'),
    },
    header: {
      term: '--header',
      help: 'the first line holds names',
      example: '--header',
      opposite: 'the first line holds pixels',
    },
  }),
)

/** How pictures are read. */
const pictureFlags = grouped(
  'Pictures:',
  defineFlags({
    resize: {
      term: '--resize <way>',
      help: 'how pictures come to the size: contain, cover (cut) or stretch',
      example: '--resize cover',
      parse: oneOf('--resize', resizings),
    },
    color: {
      term: '--color <kind>',
      help: 'pictures become grey or rgb',
      example: '--color rgb',
      parse: oneOf('--color', colorings),
    },
    background: {
      term: '--background <n>',
      help: 'grey value behind and around pictures, 0 to 255',
      example: '--background 255',
      parse: whole('--background', 0, 255, 255),
    },
    labels: {
      term: '--labels <file>',
      help: 'the labels of pictures: a CSV of file names and labels (--id and --label name the columns); or of IDX images or .npy',
      example: '--labels train.csv',
      parse: filled('--labels', "a file's path", 'train.csv'),
    },
    labelFrom: {
      term: '--label-from <pattern>',
      help: "the label from a picture's file name: what the first group of a regular expression matches",
      example: '--label-from ^([a-z]+)_',
      parse: filled('--label-from', 'a regular expression with a group', "'^(\\w+)_\\d+'"),
    },
    skipUnlabelled: {
      term: '--skip-unlabelled',
      help: 'leave out pictures without a label by --labels or --label-from, and rows of --labels without a picture',
      example: '--skip-unlabelled',
    },
    skipBroken: {
      term: '--skip-broken <n>',
      help: 'go on without up to so many pictures that cannot be read, and say which',
      example: '--skip-broken 10',
      parse: whole('--skip-broken', 0, 1_000_000_000, 10),
    },
    part: {
      term: '--part <name>',
      help: 'which part of a folder, zip or npz: train, val or test (default: what the command is for, and said)',
      example: '--part test',
      parse: oneOf('--part', parts),
    },
  }),
)

/** How a table or pictures are read. */
export const readingFlags = { ...tableFlags, ...pictureFlags }

/** How `run` reads: which part is which it knows. */
export const runReadingFlags = without(readingFlags, 'part')

/** Where a model knows size and type. */
export const evalFlags = without(readingFlags, 'shape', 'dataType')

/** Where there are no labels either, and each row has an answer. */
export const predictFlags = without(
  evalFlags,
  'label',
  'labels',
  'labelFrom',
  'skipUnlabelled',
  'skipBroken',
  'rows',
  'splitColumn',
)

/** What of that a model does not know by itself. */
export const csvPredictFlags = without(predictFlags, 'resize', 'color', 'background', 'part')

/** What keeps rows on one side where a table is split. */
export const groupFlags = defineFlags({
  group: {
    term: '--group <column>',
    help: 'a column of a CSV or of Parquet: its rows of one person (or patient, or writer) stay on one side of the validation split',
    example: '--group writer',
    parse: column('--group', 'writer'),
  },
})

/** The tables of a whole job. */
export const dataFlags = defineFlags({
  data: {
    term: '--data <path>',
    help:
      'folder or zip with train.csv, test.csv and perhaps sample_submission.csv, with pictures in train/ and test/, or IDX files; ' +
      'or an .npz (default: the embedded digits)',
    example: '--data digit-recognizer.zip',
    parse: filled('--data', "a folder's or a zip's path", 'digit-recognizer.zip'),
  },
})

/** The table that a submission belongs to. */
export const testFlags = defineFlags({
  test: {
    term: '--test <path>',
    help: 'the test.csv that was predicted (default: what the run beside it says)',
    example: '--test digit-recognizer/test.csv',
    parse: filled('--test', "a file's path", 'test.csv'),
  },
})

export type ReadingOptions = OptionsOf<typeof readingFlags>
export type PictureOptions = OptionsOf<typeof pictureFlags>
export type GroupOptions = OptionsOf<typeof groupFlags>
export type DataOptions = OptionsOf<typeof dataFlags>
export type TestOptions = OptionsOf<typeof testFlags>
