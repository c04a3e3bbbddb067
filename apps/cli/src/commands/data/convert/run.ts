import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { createGzip, gzipSync } from 'node:zlib'
import { csvText, idxLabels, type PixelTable, writeIdx } from '@pixelrow/data'
import type { FileData } from '@pixelrow/files'
import { areFloats } from '../../../../../../common/values.ts'
import type { Context } from '../../../context.ts'
import { claimOutput } from '../../../files/claiming.ts'
import { inputsOf, originOf, requireApart } from '../../../files/destination.ts'
import { JobError, UsageError } from '../../../line/errors.ts'
import { readingFlags } from '../../../line/flags/reading.ts'
import { wordsOf } from '../../../line/words.ts'
import { tableAt } from '../../../tables/argument.ts'
import { isIdxName, labelsPath } from '../../../tables/idx.ts'
import { nameOf, type Place } from '../../../tables/place.ts'
import { read } from '../../../tables/reading.ts'
import { tellFlags } from '../../../tables/readings.ts'
import { many } from '../../../terminal/table.ts'
import type { Terminal } from '../../../terminal/terminal.ts'
import type { ConvertOptions } from './command.ts'

/** Gives the content of the files that a table becomes, by path; the first is the one that was asked for. */
type Content = (
  context: Context,
  path: string,
  table: PixelTable,
  flags: ConvertOptions,
) => [path: string, data: FileData][]

/** The formats by the names that files of theirs have. */
const formats: { fits: (path: string) => boolean; content: Content }[] = [
  { fits: (path) => /\.csv$/i.test(path), content: (_, path, table, flags) => [[path, textOf(table, flags)]] },
  {
    fits: (path) => /\.csv\.gz$/i.test(path),
    content: (_, path, table, flags) => [[path, zipped(textOf(table, flags))]],
  },
  { fits: isIdxName, content: idxPair },
]

/** `pixelrow data convert FILE -o OUT`: the same table in another format. */
export async function run(context: Context, flags: ConvertOptions, file: string): Promise<void> {
  const { terminal, kept } = context
  const { out } = flags
  const place = tableAt(file, 'pixelrow data convert - -o train.idx < train.csv')
  const content = contentFor(flags)
  if (out === undefined || !content) return print(context, await readFrom(context, flags, place), flags)
  const outputs = isIdxName(out) ? [out, labelsPath(out)] : [out]
  await requireApart(outputs, await inputsOf(file))
  await using output = await claimOutput(context, out, { by: 'data convert', force: flags.force })
  const table = await readFrom(context, flags, place)
  const files = content(context, out, table, flags)
  for (const [path, data] of files) await output.write(path === out ? output.name : basename(path), data)
  await output.commit({ from: await originOf(file, wordsOf(readingFlags, flags)) })
  const written = files.map(([path]) => path)
  kept.push(...written)
  const { rows, shape, maxValue, classes = [] } = table
  terminal.json({
    input: file,
    output: out,
    ...(written[1] && { labels: written[1] }),
    ...{
      rows,
      shape: [shape.height, shape.width, shape.channels],
      channelOrder: shape.channelOrder,
      maxValue,
      classes,
    },
  })
  for (const path of written) terminal.result(`${path}: ${many(rows, path === out ? 'row' : 'label')}`)
  await tellFlags(terminal, table, isIdxName(out) ? 'idx' : 'csv')
}

async function readFrom(context: Context, flags: ConvertOptions, place: Place): Promise<PixelTable> {
  context.terminal.note(`Reading ${nameOf(place)}`)
  const table = await read(context, place, flags)
  context.signal.throwIfAborted()
  return table
}

const textOf = (table: PixelTable, { spreadsheetSafe = false }: ConvertOptions) => csvText(table, { spreadsheetSafe })

async function print({ terminal }: Context, table: PixelTable, flags: ConvertOptions): Promise<void> {
  for (const text of textOf(table, flags)) await terminal.raw(text)
}

/** What goes into the output; nothing for standard output. */
function contentFor({ out, json, spreadsheetSafe }: ConvertOptions): Content | undefined {
  if (out === undefined)
    throw new UsageError('Where shall the table go?', 'add -o table.csv, or -o - to see it here', {
      code: 'CLI_OUTPUT_MISSING',
      params: { command: 'data convert' },
    })
  if (out === '-' && json)
    throw new UsageError('--json and --out - both want standard output', 'name a file', {
      code: 'CLI_FLAG_CONFLICT',
      params: { flag: '--json', other: '--out -' },
    })
  if (out === '-') return undefined
  const format = formats.find(({ fits }) => fits(out))
  if (isIdxName(out) && spreadsheetSafe)
    throw new UsageError(`--spreadsheet-safe is for CSV, and ${out} is IDX`, 'leave --spreadsheet-safe away', {
      code: 'CLI_FLAG_UNUSED',
      params: { command: 'data convert', flag: '--spreadsheet-safe', needed: [] },
    })
  if (format) return format.content
  throw new UsageError(`--out ${out}: its name tells no format`, 'end it in .csv, .csv.gz, .idx or .idx.gz', {
    code: 'CLI_FLAG_INVALID',
    params: { flag: '--out', expected: 'a name that ends in .csv, .csv.gz, .idx or .idx.gz', found: out },
  })
}

function zipped(text: Iterable<string>): AsyncIterable<Uint8Array> {
  return Readable.from(text).pipe(createGzip())
}

function idxPair({ terminal }: Context, path: string, table: PixelTable): [path: string, data: FileData][] {
  const { shape, rows, pixels, ids } = table
  if (areFloats(pixels))
    throw new JobError(`${path}: IDX holds bytes, and these values are floats`, 'write CSV: -o table.csv', {
      code: 'CLI_VALUES_FLOATS',
      params: { file: path },
    })
  const { height, width, channels, channelOrder } = shape
  const size =
    channels === 1 ? [height, width] : channelOrder === 'planar' ? [channels, height, width] : [height, width, channels]
  const labels = labelBytes(terminal, path, table)
  if (labels && labelsPath(path) === path) {
    throw new UsageError(
      `--out ${path}: that is a name for labels`,
      'name the images, e.g. -o train-images-idx3-ubyte',
      { code: 'CLI_FLAG_INVALID', params: { flag: '--out', expected: 'a name for images', found: path } },
    )
  }
  if (ids) terminal.note(`${path}: IDX has no place for ids; they are left out`)
  const pack = (bytes: Uint8Array) => (path.endsWith('.gz') ? gzipSync(bytes) : bytes)
  const images = [path, pack(writeIdx([rows, ...size], pixels))] as [string, FileData]
  return labels ? [images, [labelsPath(path), pack(writeIdx([rows], labels))]] : [images]
}

/** The labels as IDX holds them; words are told by the numbers that stand for them. */
function labelBytes(terminal: Terminal, path: string, table: PixelTable): Uint8Array | undefined {
  const { labels, classes = [] } = table
  if (!labels) return undefined
  const bytes = idxLabels(table)
  if (classes.some((name) => !/^\d+$/.test(name))) {
    const names = classes.map((name, index) => `${index} for ${name}`).join(', ')
    terminal.note(`${basename(labelsPath(path))}: IDX holds numbers, so the labels are ${names}`)
  }
  return bytes
}
