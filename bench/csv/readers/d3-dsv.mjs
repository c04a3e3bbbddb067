// Each row goes to the sink and is dropped. Latin-1 is decoded in less time than UTF-8; for digits they are the same.
import { readFileSync } from 'node:fs'
import { csvParseRows } from 'd3-dsv'
import { rowSink } from '../sink.mjs'

export function read(path, rows) {
  const sink = rowSink(rows)
  csvParseRows(readFileSync(path, 'latin1'), (cells, row) => {
    if (row > 0) sink.add(cells)
  })
  return sink.table()
}
