import { short } from '../../../common/short.ts'
import { formatSize } from './bytes.ts'
import { checkEntries } from './check.ts'
import { type Located, readDirectory } from './directory.ts'
import { findDirectory } from './end.ts'
import { contentOf, requireReadable } from './entry.ts'
import { FileError } from './error.ts'
import { fromCp437, fromUtf8 } from './names.ts'
import { check, entryRules } from './options.ts'
import type { Input } from './source.ts'
import type { Codec, Zip, ZipEntry, ZipOptions } from './types.ts'

const mostEntries = 2_000_000
const mostBytes = 2 ** 33

/** A zip over any bytes and any inflater: nothing here or below needs Node, so a page can have it with DecompressionStream('deflate-raw'). */
export async function zipOf(input: Input, codec: Codec, options: ZipOptions): Promise<Zip> {
  const place = await findDirectory(input)
  const { maxEntries = mostEntries } = options
  const all = await readDirectory(input, place, { maxEntries, crc32: codec.crc32 })
  checkEntries(input.name, all, place.start)
  const byName = new Map(all.map((located) => [located.entry.name, located]))
  const admit = admission(input.name, options)
  const open: Zip['open'] = (entry, settings = {}) => {
    check('open', settings, entryRules)
    const { signal } = settings
    const located = lookUp(input.name, byName, entry)
    admit(located.entry)
    return contentOf({ input, codec, signal }, located)
  }
  return {
    name: input.name,
    entries: all.map(({ entry }) => entry),
    comment: fromUtf8(place.comment) ?? fromCp437(place.comment),
    entry: (name) => byName.get(name)?.entry,
    open,
    bytes: async (entry, settings) => {
      const found = lookUp(input.name, byName, entry).entry
      return gathered(found, input.name, open(found, settings))
    },
    close: () => input.close(),
  }
}

function lookUp(file: string, byName: Map<string, Located>, wanted: ZipEntry | string): Located {
  const name = typeof wanted === 'string' ? wanted : wanted.name
  const located = byName.get(name)
  if (located) return located
  const some = [...byName.keys()].filter((each) => !each.endsWith('/')).slice(0, 5)
  const more = byName.size > some.length ? ' and more' : ''
  const problem = 'is not in this zip'
  const advice = `It has ${some.map((each) => short(each, 30)).join(', ') || 'no files'}${more}.`
  throw new FileError({ code: 'FILES_ENTRY_MISSING', params: { names: some }, file, entry: name, problem, advice })
}

/** Refuses entries that cannot be read, and one after which all that were opened would be too much. */
function admission(file: string, options: ZipOptions): (entry: ZipEntry) => void {
  const opened = new Set<ZipEntry>()
  let total = 0
  return (entry) => {
    requireReadable(file, entry, options)
    if (opened.has(entry)) return
    requireTotal(file, total + entry.size, options)
    opened.add(entry)
    total += entry.size
  }
}

/** Throws when so many unpacked bytes are more than `maxTotal`. */
export function requireTotal(file: string, total: number, { maxTotal = mostBytes }: ZipOptions): void {
  if (total <= maxTotal) return
  const problem = `unpacks to ${formatSize(total)}, more than the limit of ${formatSize(maxTotal)}`
  const params = { option: 'maxTotal', limit: maxTotal, found: total }
  const advice = 'If you trust the file, pass a larger maxTotal.'
  throw new FileError({ code: 'FILES_LIMIT', params, file, problem, advice })
}

async function gathered(entry: ZipEntry, file: string, chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const bytes = roomFor(entry, file)
  let at = 0
  for await (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** What the entry says is believed here: more than `maxRatio` times its packed bytes was refused before. */
function roomFor({ name, size }: ZipEntry, file: string): Uint8Array {
  try {
    return new Uint8Array(size)
  } catch (cause) {
    const problem = `its ${formatSize(size)} do not fit into memory at once`
    const about = { params: { bytes: size }, file, entry: name, advice: 'Read it with open(), chunk by chunk.' }
    throw new FileError({ code: 'FILES_MEMORY', ...about, problem }, { cause })
  }
}
