import type { FileMetaData, SchemaTree } from 'hyparquet'
import { DataError } from '../error.ts'
import { MOST_RATIO } from '../source/gunzip.ts'
import type { ReadOptions } from '../types.ts'

/** A Parquet file that was opened: what it says of itself, and its columns, read when they are asked for. */
export interface Parquet {
  file: string
  rows: number
  /** The columns at the top: those with columns below them are records. */
  columns: readonly SchemaTree[]
  /** What Hugging Face's datasets say of their columns. */
  features: Readonly<Record<string, Feature>>
  /** All values of some columns: `take` is given each piece of a column as it is read. */
  read(names: readonly string[], take: (name: string, values: ArrayLike<unknown>, row: number) => void): Promise<void>
}

/** What a column holds, in the words of Hugging Face's datasets: `ClassLabel` has the `names` of the classes. */
interface Feature {
  _type?: unknown
  names?: unknown
}

type Library = typeof import('hyparquet')
type Compressors = typeof import('hyparquet-compressors')

/** Up to so many unpacked bytes nobody asks what they were packed in. */
const FREE = 1 << 24

/** Opens a Parquet file that is in memory. */
export async function openParquet(file: string, bytes: Uint8Array, options: ReadOptions): Promise<Parquet> {
  const library = await needed<Library>('hyparquet', file, (require) => require.resolve('hyparquet'))
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  const metadata = explained(file, () => library.parquetMetadata(buffer))
  const schema = explained(file, () => library.parquetSchema(metadata))
  requireColumns(file, metadata, schema)
  const columns = schema.children
  const rows = Number(metadata.num_rows)
  requireBound(file, bytes.length, metadata, options)
  const compressors = await compressorsFor(file, bytes.length, metadata, library, options)
  return {
    file,
    rows,
    columns,
    features: featuresIn(metadata),
    async read(names, take) {
      if (rows === 0) return
      const counts = new Map<string, number>()
      try {
        await library.parquetRead({
          file: buffer,
          metadata,
          columns: [...names],
          // Pictures are bytes; texts say themselves that they are texts.
          utf8: false,
          geoparquet: false,
          compressors,
          onChunk({ columnName, columnData, rowStart }) {
            take(columnName, columnData, rowStart)
            counts.set(columnName, (counts.get(columnName) ?? 0) + columnData.length)
          },
        })
      } catch (cause) {
        if (cause instanceof DataError) throw cause
        damaged(file, cause)
      }
      const wrong = names.find((name) => counts.get(name) !== rows)
      if (wrong !== undefined) damaged(file, `column ${wrong} has ${counts.get(wrong) ?? 0} of ${rows} rows`)
    },
  }
}

/** Finds a package by the way that its caller writes out, so that tools that gather an app's files see the name. */
type Way = (require: NodeJS.Require) => string

/** A package that reads what ours do not; the error says why it does not, and which one to install. What is Node's is loaded here alone. */
async function needed<T>(name: string, file: string, way: Way): Promise<T> {
  const { default: nodeModule } = await import('node:module')
  const { pathToFileURL } = await import('node:url')
  const { locate } = await import('../../../../common/locate.ts')
  const entry = locate(name, () => way(nodeModule.createRequire(import.meta.url)))
  if (typeof entry !== 'string') throw missing(name, file, entry.reason)
  try {
    // By its path, as bundlers refuse a name that is not installed.
    return (await import(/* webpackIgnore: true */ pathToFileURL(entry).href)) as T
  } catch (cause) {
    const [line] = (cause as Error).message.split('\n')
    throw missing(name, file, `is installed (${entry}) and cannot be loaded: ${line}`, cause)
  }
}

function missing(name: string, file: string, reason: string, cause?: unknown): DataError {
  const problem = `is read by the package ${name}, which ${reason}`
  const about = { params: { package: name, reason }, file, problem, advice: `Run: npm i ${name}` }
  return new DataError({ code: 'DATA_DECODER_MISSING', ...about }, { cause })
}

function explained<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    return damaged(file, cause)
  }
}

function damaged(file: string, cause: unknown): never {
  const advice = 'The file is cut short or damaged: fetch it again.'
  throw new DataError({ code: 'DATA_FILE_DAMAGED', file, problem: 'is Parquet that cannot be read', advice }, { cause })
}

/** Refuses what would fill the memory from a few bytes. */
function requireBound(
  file: string,
  size: number,
  { num_rows, row_groups }: FileMetaData,
  { maxRatio = MOST_RATIO }: ReadOptions,
) {
  const values = row_groups.reduce(
    (sum, { columns }) => sum + columns.reduce((all, { meta_data }) => all + Number(meta_data?.num_values ?? 0), 0),
    0,
  )
  const bytes = row_groups.reduce((sum, { total_byte_size }) => sum + Number(total_byte_size), 0)
  const most = Math.max(FREE, maxRatio * size)
  if (Number(num_rows) <= most && values <= most && bytes <= most) return
  tooMuch(file, maxRatio)
}

/**
 * Refuses a file whose groups of rows name columns that there are not, or one twice: the library begins to read what it then never waits for, and an error in that
 * would end the process.
 */
function requireColumns(file: string, { row_groups }: FileMetaData, schema: SchemaTree): void {
  for (const { columns } of row_groups) {
    const paths = columns.map(({ meta_data }) => meta_data?.path_in_schema ?? [])
    const isKnown = paths.every((path) => isLeaf(schema, path))
    const isOnce = new Set(paths.map((path) => path.join('\0'))).size === paths.length
    if (!isKnown || !isOnce) damaged(file, 'a group of rows has other columns than the schema')
  }
}

function isLeaf(schema: SchemaTree, path: readonly string[]): boolean {
  let at: SchemaTree | undefined = schema
  for (const name of path) at = at?.children.find(({ element }) => element.name === name)
  return at !== undefined && at.children.length === 0
}

function tooMuch(file: string, maxRatio: number): never {
  const problem = `unpacks to more than ${maxRatio} times its bytes, as bombs do`
  const about = { params: { option: 'maxRatio', limit: maxRatio }, file, problem } as const
  throw new DataError({ code: 'DATA_GZIP_LIMIT', ...about, advice: 'If you trust the file, pass a larger maxRatio.' })
}

/** What unpacks the pages: snappy comes with hyparquet, the rest with a package beside it. */
async function compressorsFor(
  file: string,
  size: number,
  { row_groups }: FileMetaData,
  library: Library,
  options: ReadOptions,
) {
  const { maxRatio = MOST_RATIO } = options
  const codecs = new Set(row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec)))
  const isPlain = [...codecs].every((codec) => codec === undefined || codec === 'UNCOMPRESSED' || codec === 'SNAPPY')
  const others = isPlain
    ? {}
    : (await needed<Compressors>('hyparquet-compressors', file, (require) => require.resolve('hyparquet-compressors')))
        .compressors
  const snappy = (input: Uint8Array, length: number) => {
    const output = new Uint8Array(length)
    library.snappyUncompress(input, output)
    return output
  }
  const most = Math.max(FREE, maxRatio * size)
  const all = Object.entries({ ...others, SNAPPY: snappy }).map(([codec, unpack]) => {
    // A page says by itself how large it becomes, whatever the file says of all.
    const bounded = (input: Uint8Array, length: number) =>
      length > most ? tooMuch(file, maxRatio) : unpack(input, length)
    return [codec, bounded] as const
  })
  return Object.fromEntries(all)
}

/** `{ image: { _type: 'Image' }, label: { _type: 'ClassLabel', names: […] } }`, where the file has it. */
function featuresIn({ key_value_metadata = [] }: FileMetaData): Parquet['features'] {
  const text = key_value_metadata.find(({ key }) => key === 'huggingface')?.value
  try {
    const features: unknown = JSON.parse(text ?? '{}')?.info?.features
    return typeof features === 'object' && features !== null ? (features as Parquet['features']) : {}
  } catch {
    return {}
  }
}
