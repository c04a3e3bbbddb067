import { mkdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { createGzip, gzipSync } from 'node:zlib'
import { csvText, DataError, formatShape, idxLabels, type PixelTable, readTable, writeIdx } from '@pixelrow/data'
import { writeFileAtomic } from '@pixelrow/files'
import type { Context } from '../../../context.ts'
import { inputsOf, requireApart } from '../../../files/destination.ts'
import { UsageError } from '../../../line/errors.ts'
import { readingFlags } from '../../../line/flags/reading.ts'
import { wordsOf } from '../../../line/words.ts'
import { tableAt } from '../../../tables/argument.ts'
import { isIdxName, labelsPath } from '../../../tables/idx.ts'
import { nameOf } from '../../../tables/place.ts'
import { read } from '../../../tables/reading.ts'
import { sampleOf } from '../../../tables/readings.ts'
import { many } from '../../../terminal/table.ts'
import type { Terminal } from '../../../terminal/terminal.ts'
import type { ConvertOptions } from './command.ts'

/** Writes a table and tells which files it wrote. */
type Write = (context: Context, path: string, table: PixelTable, flags: ConvertOptions) => Promise<string[]>

/** The formats by the names that files of theirs have. */
const formats: { fits: (path: string) => boolean; write: Write }[] = [
  { fits: (path) => /\.csv$/i.test(path), write: (_, path, table, flags) => writeOne(path, textOf(table, flags)) },
  {
    fits: (path) => /\.csv\.gz$/i.test(path),
    write: (_, path, table, flags) => writeOne(path, zipped(textOf(table, flags))),
  },
  { fits: isIdxName, write: writeIdxPair },
]

/** `pixelrow data convert FILE -o OUT`: the same table in another format. */
export async function run(context: Context, flags: ConvertOptions, file: string): Promise<void> {
  const { terminal, signal, kept } = context
  const { out } = flags
  const place = tableAt(file, 'pixelrow data convert - -o train.idx < train.csv')
  const write = writerFor(flags)
  if (out !== undefined && write) {
    const outputs = isIdxName(out) ? [out, labelsPath(out)] : [out]
    await requireApart(outputs, await inputsOf(file))
  }
  terminal.note(`Reading ${nameOf(place)}`)
  const table = await read(context, place, flags)
  signal.throwIfAborted()
  if (out === undefined || !write) {
    for (const text of textOf(table, flags)) await terminal.raw(text)
    return
  }
  await mkdir(dirname(out), { recursive: true })
  const written = await write(context, out, table, flags)
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
  await tellFlags(context, out, table)
}

const textOf = (table: PixelTable, { spreadsheetSafe = false }: ConvertOptions) => csvText(table, { spreadsheetSafe })

/** What writes the output; nothing for standard output. */
function writerFor({ out, json, spreadsheetSafe }: ConvertOptions): Write | undefined {
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
  if (format) return format.write
  throw new UsageError(`--out ${out}: its name tells no format`, 'end it in .csv, .csv.gz, .idx or .idx.gz', {
    code: 'CLI_FLAG_INVALID',
    params: { flag: '--out', expected: 'a name that ends in .csv, .csv.gz, .idx or .idx.gz', found: out },
  })
}

async function writeOne(path: string, content: Parameters<typeof writeFileAtomic>[1]): Promise<string[]> {
  await writeFileAtomic(path, content)
  return [path]
}

function zipped(text: Iterable<string>): AsyncIterable<Uint8Array> {
  return Readable.from(text).pipe(createGzip())
}

async function writeIdxPair({ terminal }: Context, path: string, table: PixelTable): Promise<string[]> {
  const { shape, rows, pixels, ids } = table
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
  const written = await writeOne(path, pack(writeIdx([rows, ...size], pixels)))
  if (labels) written.push(...(await writeOne(labelsPath(path), pack(writeIdx([rows], labels)))))
  return written
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

/** Says which flags the new file needs where it does not tell by itself what the table is. */
async function tellFlags({ terminal }: Context, path: string, table: PixelTable): Promise<void> {
  const { shape, maxValue, pixels } = table
  const idx = isIdxName(path)
  let most = 0
  for (const pixel of pixels) if (pixel > most) most = pixel
  const found = [1, 15, 16].find((white) => most <= white) ?? 255
  const words = wordsOf(readingFlags, {
    ...(!idx && !(await tellsShape(table)) && { shape: formatShape(shape) }),
    ...(!idx && shape.channels > 1 && { channels: shape.channelOrder }),
    ...(found !== maxValue && { maxValue }),
  })
  if (words.length) terminal.note(`To read it again just like this, add ${words.join(' ')}`)
}

/** Whether a CSV of these pictures is read in their shape without being told. */
async function tellsShape(table: PixelTable): Promise<boolean> {
  try {
    return formatShape((await readTable(sampleOf(table))).shape) === formatShape(table.shape)
  } catch (error) {
    if (error instanceof DataError) return false
    throw error
  }
}
