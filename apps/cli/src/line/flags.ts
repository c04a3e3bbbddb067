import { exportFlags, type inputKinds, type precisions } from './flags/export.ts'
import type { Flag } from './flags/flag.ts'
import { uploadFlags } from './flags/kaggle.ts'
import { outputFlags } from './flags/output.ts'
import { type channelOrders, type colorings, type parts, type resizings, tableFlags } from './flags/reading.ts'
import { setupFlags } from './flags/setup.ts'
import {
  type augmentations,
  type deviceNames,
  type engineNames,
  type recipeNames,
  trainingFlags,
} from './flags/training.ts'

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
  debug?: boolean
  dump?: boolean
  seed: number
  device: (typeof deviceNames)[number]
  engine: (typeof engineNames)[number]
  /** No flag: why that engine, where the choice was left to us. */
  engineReason?: string
  threads?: number
  label?: string | number
  id?: string | number
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
  test?: string
  competition: string
  kaggle?: boolean
  submit?: boolean
  message?: string
  yes?: boolean
  wait: number
  overwrite?: boolean
  only?: string
  limit?: number
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
  model?: string
  port: number
  probabilities?: string
  shard?: string
  gpu?: boolean
  remove?: boolean
  from?: string
  json?: boolean
  quiet?: boolean
}

/** Every flag of every command. */
export const flags = { ...trainingFlags, ...tableFlags, ...uploadFlags, ...outputFlags, ...exportFlags, ...setupFlags }

export type FlagName = keyof typeof flags

/** How a file is submitted. */
export const submitFlags: FlagName[] = ['competition', 'message', 'yes', 'wait']

/** What `run` does at Kaggle. */
export const kaggleFlags: FlagName[] = ['kaggle', 'submit', ...submitFlags]

/** How pictures are read. */
export const pictureFlags: FlagName[] = ['resize', 'color', 'background', 'part']

/** How a table is read. */
export const readingFlags: FlagName[] = [
  ...(['label', 'id', 'shape', 'maxValue', 'channels'] as const),
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
