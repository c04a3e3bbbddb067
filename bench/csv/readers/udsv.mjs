// The whole text at once (chunks are a little slower), as strings (its own numbers are slower), each row dropped.
import { readFileSync } from 'node:fs'
import { inferSchema, initParser } from 'udsv'
import { rowSink } from '../sink.mjs'

export function read(path, rows) {
  const sink = rowSink(rows)
  const text = readFileSync(path, 'latin1')
  const parser = initParser(inferSchema(text.slice(0, 1 << 16), { col: ',', row: '\n', encl: '' }))
  parser.stringArrs(text, (cells) => sink.add(cells))
  return sink.table()
}
