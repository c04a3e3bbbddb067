import { exportFlags, type inputKinds, type precisions } from './exportflags.ts'
import { column, decimal, duration, filled, oneOf, shape, whole } from './parse.ts'

/** One flag of the command line: how the help writes it, an example that is valid, and how its text becomes a value. */
export interface Flag<T> {
  term: string
  help: string
  example: string
  /** Not there for a flag that takes no value. */
  parse?: (text: string) => T
  /** It may be given several times; its value is the list. */
  repeated?: true
  default?: T
}

/** Must equal the names in @pixelrow/train's `recipes`, which the help must not load. */
export const recipeNames = ['linear', 'mlp', 'fast', 'cnn', 'best'] as const
export const augmentations = ['none', 'shift', 'photo'] as const
export const deviceNames = ['auto', 'cpu'] as const
export const engineNames = ['onnxruntime'] as const
export const channelOrders = ['interleaved', 'planar'] as const
export const resizings = ['contain', 'cover', 'stretch'] as const
export const colorings = ['grey', 'rgb'] as const
export const parts = ['train', 'val', 'test'] as const

/** What a call of any command may set; a flag that was not given and has no default is not there. */
export interface Flags {
  recipe: (typeof recipeNames)[number]
  epochs?: number
  steps?: number
  /** In seconds. */
  timeBudget?: number
  targetAccuracy?: number
  batchSize?: number
  learningRate?: number
  augment?: (typeof augmentations)[number]
  members?: number
  member?: number
  testShift?: number
  validation?: number
  seed: number
  device: (typeof deviceNames)[number]
  engine: (typeof engineNames)[number]
  threads?: number
  label?: string | number
  shape?: string
  maxValue?: number
  channels?: (typeof channelOrders)[number]
  transpose?: boolean
  drop?: (string | number)[]
  header?: boolean
  resize?: (typeof resizings)[number]
  color?: (typeof colorings)[number]
  background?: number
  part?: (typeof parts)[number]
  data?: string
  rows?: number
  precision: (typeof precisions)[number]
  check?: string
  maxLoss: number
  input?: (typeof inputKinds)[number]
  optimize?: boolean
  classes?: string
  scale?: number
  offset?: number
  out?: string
  probabilities?: string
  shard?: string
  json?: boolean
  quiet?: boolean
}

export const flags = {
  recipe: {
    term: '--recipe <name>',
    help: `what to train: ${recipeNames.join(', ')}`,
    example: '--recipe cnn',
    parse: oneOf('--recipe', recipeNames),
    default: 'fast',
  },
  epochs: {
    term: '--epochs <n>',
    help: "passes over the training rows (default: the recipe's)",
    example: '--epochs 8',
    parse: decimal('--epochs', (x) => x > 0 && x <= 10_000, 'a number above 0 and up to 10000', '8'),
  },
  steps: {
    term: '--steps <n>',
    help: 'steps in all, in place of epochs',
    example: '--steps 2000',
    parse: whole('--steps', 1, 100_000_000, 2000),
  },
  timeBudget: {
    term: '--time-budget <time>',
    help: 'as many steps as take about so long, by a short measurement: 60s, 10m, 1h',
    example: '--time-budget 60s',
    parse: duration('--time-budget', '60s'),
  },
  targetAccuracy: {
    term: '--target-accuracy <share>',
    help: 'end after the epoch that reaches it on the rows kept to validate on',
    example: '--target-accuracy 0.99',
    parse: decimal('--target-accuracy', (x) => x > 0 && x <= 1, 'a number above 0 and up to 1', '0.99'),
  },
  augment: {
    term: '--augment <how>',
    help: "vary images in training: none, shift, or photo, which mirrors too (default: the recipe's)",
    example: '--augment photo',
    parse: oneOf('--augment', augmentations),
  },
  members: {
    term: '--members <n>',
    help: "models that are trained and answer together (default: the recipe's)",
    example: '--members 5',
    parse: whole('--members', 1, 100, 5),
  },
  member: {
    term: '--member <n>',
    help: 'train this member of an ensemble alone, for merge',
    example: '--member 3',
    parse: whole('--member', 1, 100, 3),
  },
  testShift: {
    term: '--test-shift <n>',
    help: 'classify each image also moved by n pixels up, down, left and right',
    example: '--test-shift 1',
    parse: whole('--test-shift', 0, 16, 1),
  },
  batchSize: {
    term: '--batch-size <n>',
    help: "rows a step (default: the recipe's)",
    example: '--batch-size 128',
    parse: whole('--batch-size', 1, 65_536, 128),
  },
  learningRate: {
    term: '--learning-rate <x>',
    help: "highest learning rate (default: the recipe's)",
    example: '--learning-rate 0.1',
    parse: decimal('--learning-rate', (x) => x > 0 && x <= 1000, 'a number above 0 and up to 1000', '0.1'),
  },
  validation: {
    term: '--validation <share>',
    help: "share of the rows kept to validate on, 0 to 0.5 (default: the recipe's)",
    example: '--validation 0.1',
    parse: decimal('--validation', (x) => x >= 0 && x <= 0.5, 'a number from 0 to 0.5', '0.1'),
  },
  seed: {
    term: '--seed <n>',
    help: 'the same seed gives the same model',
    example: '--seed 1',
    parse: whole('--seed', 0, 4_294_967_295, 1),
    default: 0,
  },
  device: {
    term: '--device <name>',
    help: 'where to compute: auto or cpu',
    example: '--device cpu',
    // Nobody who writes gpu means cpu.
    parse: oneOf('--device', deviceNames, () => ''),
    default: 'auto',
  },
  engine: {
    term: '--engine <name>',
    help: 'what trains: onnxruntime',
    example: '--engine onnxruntime',
    parse: oneOf('--engine', engineNames),
    default: 'onnxruntime',
  },
  threads: {
    term: '--threads <n>',
    help: 'processor threads (default: one a core)',
    example: '--threads 2',
    parse: whole('--threads', 1, 256, 2),
  },
  label: {
    term: '--label <column>',
    help: 'the column with the labels: its name, or its place (0 first, -1 last)',
    example: '--label digit',
    parse: column('--label', 'digit'),
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
  },
  drop: {
    term: '--drop <column>',
    help: 'a column (or folder of pictures) to leave out, by name or place; may be given several times',
    example: '--drop Usage',
    parse: column('--drop', 'Usage'),
    repeated: true,
  },
  header: {
    term: '--header',
    help: 'the first line holds names',
    example: '--header',
  },
  noHeader: {
    term: '--no-header',
    help: 'the first line holds pixels',
    example: '--no-header',
  },
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
  part: {
    term: '--part <name>',
    help: 'which part of a folder or zip: train, val or test',
    example: '--part test',
    parse: oneOf('--part', parts),
  },
  data: {
    term: '--data <path>',
    help:
      'folder or zip with train.csv, test.csv and perhaps sample_submission.csv, or with pictures in train/ and test/ ' +
      '(default: the embedded digits)',
    example: '--data digit-recognizer.zip',
    parse: filled('--data', "a folder's or a zip's path", 'digit-recognizer.zip'),
  },
  rows: {
    term: '-n, --rows <n>',
    help: 'how many rows (default: as many as fill two lines of pictures)',
    example: '--rows 20',
    parse: whole('--rows', 1, 10_000, 20),
  },
  out: {
    term: '-o, --out <folder>',
    help: 'where everything goes (default: runs/<n>-<recipe>)',
    example: '--out runs/first',
    parse: filled('--out', "a folder's path", 'runs/first'),
  },
  file: {
    term: '-o, --out <file>',
    help: 'where the submission goes: a file, a folder/ for several, or - for standard output',
    example: '--out submission.csv',
    parse: filled('--out', "a file's path", 'submission.csv'),
  },
  ...exportFlags,
  model: {
    term: '-o, --out <file>',
    help: 'where the model goes',
    example: '--out model.onnx',
    parse: filled('--out', "a file's path", 'model.onnx'),
  },
  probabilities: {
    term: '--probabilities <file>',
    help: 'where the probability of each class goes: a file, or a folder/ for several',
    example: '--probabilities probabilities.csv',
    parse: filled('--probabilities', "a file's path", 'probabilities.csv'),
  },
  shard: {
    term: '--shard <part>',
    help: 'do one part of the files, so that several machines can share them',
    example: '--shard 3/16',
    parse: filled('--shard', 'a part of a whole', '3/16'),
  },
  table: {
    term: '-o, --out <file>',
    help: 'where the table goes: .csv, .csv.gz, .idx or .idx.gz; - is standard output, as CSV',
    example: '--out table.csv',
    parse: filled('--out', "a file's path", 'table.csv'),
  },
} as const satisfies Record<string, Flag<string | number>>

export type FlagName = keyof typeof flags

/** How pictures are read. */
export const pictureFlags: FlagName[] = ['resize', 'color', 'background', 'part']

/** How a table is read. */
export const readingFlags: FlagName[] = [
  ...(['label', 'shape', 'maxValue', 'channels'] as const),
  ...(['transpose', 'drop', 'header', 'noHeader'] as const),
  ...pictureFlags,
]

/** How `run` reads: which part is which it knows. */
export const runReadingFlags = readingFlags.filter((name) => name !== 'part')

/** Where a model knows the size. */
export const evalFlags = readingFlags.filter((name) => name !== 'shape')

/** Where there are no labels either. */
export const predictFlags = evalFlags.filter((name) => name !== 'label')

/** What of that a model does not know by itself. */
export const csvPredictFlags = predictFlags.filter((name) => !pictureFlags.includes(name))

/** The valid example of a flag as the user wrote it: `--epochs` → `--epochs 8`. */
export function exampleOf(flag: string): string | undefined {
  return Object.values(flags).find(({ term }) => term.split(/[ ,]+/).includes(flag))?.example
}

/** The words that set these flags again; those at their defaults are left out. */
export function wordsOf(given: Partial<Flags>, names: readonly string[] = Object.keys(given)): string[] {
  const known: Record<string, Flag<string | number>> = flags
  const values: Record<string, unknown> = { ...given }
  return names.flatMap((name) => {
    const [flag, value] = [known[name], values[name]]
    if (!flag || value === undefined || value === flag.default) return []
    const long = /--[a-z-]+/.exec(flag.term)![0]
    if (typeof value === 'boolean') return [value ? long : long.replace('--', '--no-')]
    return [value].flat().flatMap((one) => [long, String(one)])
  })
}
