import { UsageError } from './errors.ts'
import { didYouMean } from './suggest.ts'

/** One flag of the command line: how the help writes it, an example that is valid, and how its text becomes a value. */
export interface Flag<T> {
  term: string
  help: string
  example: string
  parse: (text: string) => T
  default?: T
}

/** Must equal the names in @pixelrow/train's `recipes`, which the help must not load. */
export const recipeNames = ['mlp', 'linear'] as const
export const deviceNames = ['auto', 'cpu'] as const
export const engineNames = ['onnxruntime'] as const

/** What a call of any command may set; a flag that was not given and has no default is not there. */
export interface Flags {
  recipe: (typeof recipeNames)[number]
  epochs?: number
  batchSize?: number
  learningRate?: number
  validation: number
  seed: number
  device: (typeof deviceNames)[number]
  engine: (typeof engineNames)[number]
  threads?: number
  label?: string | number
  data?: string
  out?: string
  json?: boolean
  quiet?: boolean
}

function refuse(flag: string, expected: string, example: string, found: string, hint = ''): never {
  throw new UsageError(`${flag} must be ${expected}, e.g. ${flag} ${example}; found ${JSON.stringify(found)}${hint}`)
}

function whole(flag: string, least: number, most: number, example: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    return refuse(flag, `a whole number from ${least} to ${most}`, String(example), text)
  }
}

/** A decimal number in plain or e-notation; `fits` and `expected` say which. */
function decimal(flag: string, fits: (value: number) => boolean, expected: string, example: string) {
  return (text: string): number => {
    const value = Number(text)
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && fits(value)) return value
    return refuse(flag, expected, example, text)
  }
}

function oneOf<T extends string>(flag: string, known: readonly T[]): (text: string) => T {
  return (text) => {
    const value = known.find((name) => name === text)
    const choice = known.length > 1 ? `one of ${known.join(', ')}` : known[0]!
    return value ?? refuse(flag, choice, known.at(-1)!, text, flag === '--recipe' ? didYouMean(text, known) : '')
  }
}

function filled(flag: string, expected: string, example: string): (text: string) => string {
  return (text) => (text.trim() ? text : refuse(flag, expected, example, text))
}

/** A column's name, or its place: from 0, or from the end as -1, -2, … */
function column(flag: string): (text: string) => string | number {
  return (text) => (/^-?\d+$/.test(text) ? Number(text) : filled(flag, "a column's name or its place", 'digit')(text))
}

const folder = filled('--out', "a folder's path", 'runs/first')

export const flags = {
  recipe: {
    term: '--recipe <name>',
    help: 'what to train: mlp or linear',
    example: '--recipe linear',
    parse: oneOf('--recipe', recipeNames),
    default: 'mlp',
  },
  epochs: {
    term: '--epochs <n>',
    help: "passes over the training rows (default: the recipe's)",
    example: '--epochs 8',
    parse: whole('--epochs', 1, 10_000, 8),
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
    help: 'share of the rows kept to validate on, 0 to 0.5',
    example: '--validation 0.1',
    parse: decimal('--validation', (x) => x >= 0 && x <= 0.5, 'a number from 0 to 0.5', '0.1'),
    default: 0.1,
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
    parse: oneOf('--device', deviceNames),
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
    parse: column('--label'),
  },
  data: {
    term: '--data <folder>',
    help: 'folder with train.csv, test.csv and perhaps sample_submission.csv (default: the embedded digits)',
    example: '--data digit-recognizer',
    parse: filled('--data', "a folder's path", 'digit-recognizer'),
  },
  out: {
    term: '-o, --out <folder>',
    help: 'where everything goes (default: runs/<n>-<recipe>)',
    example: '--out runs/first',
    parse: folder,
  },
  file: {
    term: '-o, --out <file>',
    help: 'where the submission goes; - is standard output',
    example: '--out submission.csv',
    parse: filled('--out', "a file's path", 'submission.csv'),
  },
} as const satisfies Record<string, Flag<string | number>>

/** The valid example of a flag as the user wrote it: `--epochs` → `--epochs 8`. */
export function exampleOf(flag: string): string | undefined {
  return Object.values(flags).find(({ term }) => term.split(/[ ,]+/).includes(flag))?.example
}

/** The words that set these flags again; those at their defaults are left out. */
export function wordsOf(given: Flags, names = Object.keys(given) as (keyof Flags)[]): string[] {
  const known: Record<string, Flag<string | number>> = flags
  return names.flatMap((name) => {
    const [flag, value] = [known[name], given[name]]
    return flag && value !== undefined && value !== flag.default ? [long(flag), String(value)] : []
  })
}

/** `--epochs` of `--epochs <n>`. */
function long({ term }: { term: string }): string {
  return /--[a-z-]+/.exec(term)![0]
}
