import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { rowSink } from '../sink.mjs'

export async function read(path, rows) {
  const sink = rowSink(rows)
  const parser = createReadStream(path, { highWaterMark: 1 << 18 }).pipe(parse({ from_line: 2, quote: null }))
  parser.on('data', (cells) => sink.add(cells))
  await new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject))
  return sink.table()
}
