// Makes a section's files and prints what they hold: FOLDER KIND…, each of these one of train, gz, dense, grey.
// Apart from csv.mjs: on Linux a process starts with its parent's peak of memory, so the parent stays small.
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { csvText } from '@pixelrow/data'
import { digits } from 'pixelrow'
import { digest } from './digest.mjs'
import { independent } from './independent.mjs'
import { WIDTH } from './sink.mjs'

const [folder, ...kinds] = process.argv.slice(2)
const { train } = await digits()
const makers = {
  train: trainFile,
  gz: gzFile,
  dense: () => generated('dense', dense),
  grey: () => generated('grey', grey),
}
const files = Object.fromEntries(kinds.map((name) => [name, { name, ...makers[name]() }]))
console.log(JSON.stringify({ files }))

/** A copy, because reading from the system's cache takes up to twice as long where a file came into it bit by bit. */
function trainFile() {
  const bytes = readFileSync(train)
  const path = join(folder, 'train.csv')
  writeFileSync(path, bytes)
  const table = independent(bytes)
  // Where the C reference looks for what it must find.
  writeFileSync(join(folder, 'train-pixels.bin'), table.pixels)
  return described(path, table)
}

function gzFile() {
  const bytes = readFileSync(train)
  const path = join(folder, 'train.csv.gz')
  writeFileSync(path, gzipSync(bytes))
  return { ...described(path, independent(bytes)), inflated: bytes.length }
}

function described(path, table) {
  return { path, bytes: statSync(path).size, rows: table.labels.length, result: digest(table) }
}

/** A CSV file of pictures that `draw` puts into an array, about as large as train.csv. */
function generated(name, draw) {
  const next = randomBits(1)
  const rows = name === 'dense' ? 27_300 : 28_000
  const pixels = new Uint8Array(rows * WIDTH)
  for (let row = 0; row < rows; row++) draw(pixels.subarray(row * WIDTH, (row + 1) * WIDTH), next)
  const labels = Uint16Array.from({ length: rows }, (_, row) => row % 10)
  const shape = { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' }
  const path = join(folder, `${name}.csv`)
  const file = openSync(path, 'w')
  for (const text of csvText({ pixels, rows, labels, shape, maxValue: 255 })) writeSync(file, text)
  closeSync(file)
  return described(path, { labels: Uint8Array.from(labels), pixels })
}

/** Bytes 1..255 at random: no zeros, and nothing to foresee. */
function dense(picture, next) {
  for (let i = 0; i < picture.length; i++) picture[i] = 1 + (next() % 255)
}

/** Light that changes slowly over the picture, with a little noise, as a camera sees. */
function grey(picture, next) {
  const [x, y, phase] = [next() / 2 ** 32, next() / 2 ** 32, next() / 2 ** 29]
  for (let i = 0; i < picture.length; i++) {
    const light = 128 + 120 * Math.cos(phase + 0.3 * x * (i % 28) + 0.3 * y * Math.floor(i / 28))
    picture[i] = light + (next() % 15) - 7
  }
}

/** Marsaglia's xorshift, 32 bits. */
function randomBits(seed) {
  return () => {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    return seed >>> 0
  }
}
