import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { DataError } from './error.ts'
import { gunzipped } from './gunzip.ts'
import { tableOf } from './read.ts'
import { openSource } from './source.ts'
import type { PixelTable, ReadOptions, TableSource } from './types.ts'

/**
 * Reads a table of pixel rows from a CSV file (plain or gzip): a path, a `file:` or `http(s):` URL, bytes, a blob or a stream.
 * Header, label column, shape and the value of white are found out unless given. Throws a DataError for anything that is not exactly right.
 */
export async function readTable(source: TableSource, options: ReadOptions = {}): Promise<PixelTable> {
  const { name, chunks } = await open(source, options)
  return tableOf(gunzipped(chunks, name), name, options)
}

async function open(source: TableSource, options: ReadOptions) {
  const text = source instanceof URL ? source.href : source
  if (typeof text !== 'string' || /^https?:/i.test(text)) return openSource(source, options.name, options.signal)
  const path = /^file:/i.test(text) ? fileURLToPath(text) : text
  const name = options.name ?? path
  const info = await stat(path).catch((cause: unknown) => {
    throw new DataError(
      { file: name, problem: 'cannot be opened', expected: 'a file', found: String(cause), advice: 'Check the path.' },
      { cause },
    )
  })
  if (info.isDirectory())
    throw new DataError({ file: name, expected: 'a file', found: 'a folder', advice: 'Pass the path of a CSV file.' })
  return { name, chunks: createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array> }
}
