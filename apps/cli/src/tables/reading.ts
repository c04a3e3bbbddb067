import { addAbortSignal, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  formatShape,
  type ImageShape,
  type Part,
  type PixelTable,
  parseShape,
  type ReadOptions,
  readTable,
} from '@pixelrow/data'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'
import { type PictureOptions, type ReadingOptions, readingFlags } from '../line/flags/reading.ts'
import { noted } from '../line/sentences.ts'
import { picked } from '../line/words.ts'
import { standardInput } from './argument.ts'
import { joined, readingFor, type TableOptions } from './asrun.ts'
import { findLabels, hasLabelsBeside, labelsPath } from './idx.ts'
import { isNpzName, type Kind, kindOf, refuseMeaningless } from './kind.ts'
import { chosenRows, keptFor } from './parts.ts'
import { nameOf, type Place } from './place.ts'
import { explainReadings } from './readings.ts'
import { following, type Report } from './report.ts'

/** How a table is read, besides what the flags say. */
export interface Reading extends ReadOptions {
  /** Parts of a folder or zip that are taken where no flag names one: the first that is there. */
  parts?: readonly Part[]
  /** Which rows count where a column says which part each is of: those to train on with those to validate on, or as with `parts`. */
  learning?: boolean
  /** Told how the table was read, once it is. */
  onReport?: (report: Report) => void
}

/** What is measured or predicted is the part that nobody has trained on. */
export const heldOut: readonly Part[] = ['test', 'validation']

/** Reads a table as the flags say, telling what was taken for granted. IDX images and arrays come with the labels beside them. */
export async function read(
  context: Context,
  place: Place,
  flags: TableOptions,
  { onReport, learning = false, ...more }: Reading = {},
): Promise<PixelTable> {
  const { source, kind, options: asked } = await readingOf(context, place, flags, more)
  const follow = onReport && following(place, kind, asked.onNote)
  const options = { ...asked, ...follow?.options }
  const path = typeof source === 'string' ? source : nameOf(place)
  const { label = more.label, labels: named } = options
  const beside = named === undefined && hasLabelsBeside(path) && label !== false ? await findLabels(path) : undefined
  const labels = label === false ? undefined : (beside ?? (named as string | undefined))
  if (beside) context.terminal.note(`${path}: labels from ${beside}`)
  // A table whose shape is not clear is read twice.
  const input = typeof source === 'string' || options.shape ? source : await whole(source, context.signal)
  const all = await readTable(input, { ...options, ...(labels && { labels }) }).catch(async (error: unknown) => {
    throw await explainReadings(context.terminal, error, { source: input, name: path, options })
  })
  const table = chosenRows(context, path, all, { flags, learning, parts: more.parts })
  const { shape } = flags
  if (shape !== undefined && !leavesColorOpen(kind, shape)) {
    requireShape(path, table, parseShape(shape), '--shape says')
  }
  if (follow) onReport(await follow.report(labels))
  return table
}

/** All of a stream, to be read more than once. */
async function whole(stream: Readable, signal: AbortSignal): Promise<Uint8Array> {
  return buffer(addAbortSignal(signal, stream))
}

/** What the flags, and who reads, want of a table; `-` is standard input. */
export async function readingOf({ terminal, signal }: Context, place: Place, given: TableOptions, more: Reading) {
  const { path, member, part } = place
  const kind = await kindAt(place)
  const { flags, columns: hints } = readingFor(kind, given)
  const name = path === standardInput ? nameOf(place) : path
  refuseMeaningless(name, kind, flags)
  const { shape: _, part: __, rows, splitColumn, ...asked } = picked(readingFlags, flags)
  const keep = keptFor({ rows, splitColumn, group: given.group })
  const { parts, columns, learning: ___, ...others } = more
  const split = given.asRun?.splitColumn
  const known = split === undefined ? hints : { ...hints, keep: [split] }
  const isTable = kind === 'csv' || kind === 'zip' || kind === 'parquet'
  const isParted = member === undefined && (kind === 'pictures' || kind === 'zip' || kind === 'npz')
  const options: ReadOptions & Pick<Required<ReadOptions>, 'onNote'> = {
    ...(keep.length > 0 && { keep }),
    ...there({
      ...asked,
      member,
      part: part ?? (splitColumn === undefined ? partOf(flags) : undefined) ?? (isParted ? parts : undefined),
    }),
    ...(isTable && (columns || known) && { columns: joined(known, columns) }),
    ...sizeOf(kind, flags),
    onNote: (_, decision) => terminal.note(`${name}: ${noted(decision)}`),
    ...others,
    ...(path === standardInput && { name }),
    signal,
  }
  return { source: path === standardInput ? process.stdin : path, kind, options }
}

/** What kind of table lies at a place; standard input is CSV. */
export async function kindAt({ path, member }: Place): Promise<Kind> {
  return path === standardInput ? 'csv' : kindOf(path, member)
}

/** The part that --part names. */
export const partOf = ({ part }: PictureOptions): ReadOptions['part'] => (part === 'val' ? 'validation' : part)

/** For pictures a size without channels says nothing of colours. */
const leavesColorOpen = (kind: Kind, shape: string): boolean => kind === 'pictures' && shape.split('x').length === 2

function sizeOf(kind: Kind, { shape }: ReadingOptions): Pick<ReadOptions, 'shape' | 'size'> {
  // IDX says its size itself, and is compared with what is wanted afterwards.
  if (shape === undefined || kind === 'idx') return {}
  const { height, width, ...rest } = parseShape(shape)
  return leavesColorOpen(kind, shape) ? { size: [height, width] } : { shape: { height, width, ...rest } }
}

/** Reads a table that must have labels. */
export async function readLabelled(
  context: Context,
  place: Place,
  flags: TableOptions,
  more: Reading = {},
): Promise<PixelTable> {
  const name = nameOf(place)
  const table = requireLabels(name, await read(context, place, flags, more))
  if (table.classes?.length !== 1) return table
  throw new JobError(
    `${name} has 1 class; a classifier needs at least 2`,
    `every row is labelled ${table.classes[0]}: if that is not the label, name its column: --label <column>`,
    { code: 'CLI_CLASSES_FEW', params: { file: name, class: table.classes[0] } },
  )
}

/** A table whose rows are all labelled. */
export type LabelledTable = PixelTable & { labels: Uint16Array }

const isLabelled = (table: PixelTable): table is LabelledTable => table.labels !== undefined

/** Refuses a table without labels. */
export function requireLabels(path: string, table: PixelTable): LabelledTable {
  if (isLabelled(table)) return table
  const data = { code: 'CLI_LABELS_MISSING', params: { file: path } } as const
  if (table.preparation)
    throw new JobError(
      `${path} has no folders of classes`,
      'put the pictures of each class into one, or name a part that has them, e.g. --part val',
      data,
    )
  if (isNpzName(path) && !hasLabelsBeside(path))
    throw new JobError(
      `${path} has no labels beside its images`,
      'save them in it, as y_train beside x_train, or name their array: --label <name>',
      data,
    )
  throw hasLabelsBeside(path)
    ? new JobError(`${path} has no labels beside it`, `put them into ${labelsPath(path)}`, data)
    : new JobError(
        `${path} has no label column`,
        'name it: --label <column>; if this is the test file, pass the labelled one',
        data,
      )
}

/** Refuses images of another size. */
export function requireShape(
  path: string,
  { shape }: PixelTable,
  wanted: Omit<ImageShape, 'channelOrder'> | ReturnType<typeof parseShape>,
  who: string,
): void {
  const [found, expected] = [formatShape(shape), formatShape(wanted)]
  if (found === expected) return
  throw new JobError(`${path} holds images of ${found}, ${who} ${expected}`, undefined, {
    code: 'CLI_SHAPE_OTHER',
    params: { file: path, expected, found },
  })
}

function there<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
