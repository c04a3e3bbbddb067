// fastMode (no quotes) and chunks instead of steps are its fast settings.
import { createReadStream } from 'node:fs'
import Papa from 'papaparse'
import { rowSink } from '../sink.mjs'

export function read(path, rows) {
  const sink = rowSink(rows)
  let header = true
  return new Promise((resolve, reject) => {
    Papa.parse(createReadStream(path, { encoding: 'latin1', highWaterMark: 1 << 18 }), {
      delimiter: ',',
      newline: '\n',
      fastMode: true,
      skipEmptyLines: true,
      chunk({ data }) {
        for (const cells of data) {
          if (!header) sink.add(cells)
          header = false
        }
      },
      complete: () => resolve(sink.table()),
      error: reject,
    })
  })
}
