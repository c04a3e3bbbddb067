// Streams a CSV made on the fly through readRows and compares every row: FILE BYTES. The lines are the file's first
// ones over and over, in pieces of 64 KiB that end anywhere, each of them new, as those of a socket are.
import { closeSync, openSync, readSync } from 'node:fs'
import { readRows } from '@pixelrow/data'
import { independent } from './independent.mjs'
import { WIDTH } from './sink.mjs'

const PIECE = 1 << 16
const [path, bytes] = [process.argv[2], Number(process.argv[3])]
const { header, lines, known } = sample()
let made = 0

async function* source() {
  yield header
  made = header.length
  for (let at = 0; made < bytes || at > 0; ) {
    const piece = lines.slice(at, at + PIECE)
    made += piece.length
    at = (at + piece.length) % lines.length
    yield piece
  }
}

/** The file's first lines, about a megabyte. */
function sample() {
  const start = Buffer.alloc(1 << 20)
  const file = openSync(path)
  readSync(file, start)
  closeSync(file)
  const [first, last] = [start.indexOf(10) + 1, start.lastIndexOf(10) + 1]
  return {
    header: start.subarray(0, first),
    lines: start.subarray(first, last),
    known: independent(start.subarray(0, last)),
  }
}

const began = performance.now()
let rows = 0
let wrong = 0
for await (const { pixels, labels } of readRows(source())) {
  for (let i = 0; i < labels.length; i++, rows++) {
    const row = rows % known.labels.length
    const expected = known.pixels.subarray(row * WIDTH, (row + 1) * WIDTH)
    if (labels[i] !== known.labels[row] || Buffer.compare(expected, pixels.subarray(i * WIDTH, (i + 1) * WIDTH)) !== 0)
      wrong++
  }
}
const ms = performance.now() - began
if (rows % known.labels.length !== 0) wrong++
console.log(JSON.stringify({ ms, bytes: made, rows, wrong, rss: process.resourceUsage().maxRSS / 1024 }))
