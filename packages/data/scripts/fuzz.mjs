// @ts-check
// Reads many small, mostly broken CSV files with the kernel, the plain and the strict reader and a reference written
// apart from them, in chunks of 1 to 64 bytes too, and compares. `node scripts/fuzz.mjs [FILES] [SEED]`: 200000 files, seed 1.
import { pathToFileURL } from 'node:url'
import { DataError, readTable } from '@pixelrow/data'
import { Refused, reference } from './reference.mjs'

/** @typedef {import('./reference.mjs').Given} Given */
/** @typedef {{ accepted: number, refused: number, differences: string[] }} Outcome */

/** @param {number} seed @returns {(n: number) => number} whole numbers below n */
function dice(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n)
  }
}

const WORDS = [
  'cat',
  'dog',
  'Å',
  'a b',
  '"x, ""y"""',
  '0A',
  'naïve',
  '-1',
  '1.5',
  '+3',
  '007',
  '2.0',
  '4.000e+00',
  '1e0',
]
const BYTES = [...Buffer.from('0123456789,,, \n\n\r"" \t.-+eExa'), 0, 0xc3, 0xa9, 0xef, 0xbb, 0xbf, 0xff]

/** A file that is right, with the options that say what it is. @param {(n: number) => number} roll @returns {{ text: string, given: Given }} */
function goodFile(roll) {
  const pixels = roll(4) === 0 ? 1 + roll(3) : 1 + roll(60)
  const rows = 1 + roll(8)
  const header = roll(3) > 0
  const white = [255, 255, 255, 99, 16, 15, 1][roll(7)] ?? 255
  const words = roll(4) === 0
  const packed = header && roll(6) === 0
  const decimals = roll(8) === 0
  const floats = roll(6) === 0
  const value = () =>
    floats
      ? (['-0.4242', '2.8215', '-1', '+.5', '1e-3', '0', '-2.5E1', '1e39'][roll(roll(20) ? 7 : 8)] ?? '')
      : decimals && roll(2)
        ? (['0.5', '.25', '1.', '0.0', '1e-2', '1'][roll(6)] ?? '')
        : String(roll(3) ? roll(white + 1) : 0)
  /** @type {{ name: string, cell: () => string }[]} */
  const columns = packed
    ? [{ name: 'pixels', cell: () => [...Array(pixels)].map(value).join(' ') }]
    : [...Array(pixels).keys()].map((i) => ({ name: `pixel${i}`, cell: value }))
  if (header && roll(4) === 0) columns.sort(() => roll(3) - 1)
  /** @param {string} name @param {() => string} cell */
  const add = (name, cell) =>
    columns.splice([0, columns.length, roll(columns.length + 1)][roll(3)] ?? 0, 0, { name, cell })
  if (roll(4)) add('label', () => (words ? (WORDS[roll(WORDS.length)] ?? '') : String(roll(words ? 2 : 12))))
  if (roll(4) === 0) add('id', () => `${roll(3) ? '' : 'r'}${roll(5000)}`)
  if (header && roll(6) === 0) add('other', () => ['', 'x', '1.25', '"a,b"'][roll(4)] ?? '')
  /** @param {string} name */
  const at = (name) => columns.findIndex((column) => column.name === name)
  const option = (/** @type {string} */ name) => (at(name) < 0 ? false : header ? name : at(name))
  const lines = [
    ...(header ? [columns.map(({ name }) => name)] : []),
    ...[...Array(rows)].map(() => columns.map(({ cell }) => cell())),
  ]
  const given = {
    header,
    label: option('label'),
    id: option('id'),
    drop: at('other') < 0 ? [] : ['other'],
    pixels,
  }
  const drawn = [undefined, undefined, undefined, undefined, true, false][roll(6)]
  const maxValue = [undefined, undefined, undefined, 255, 16, 1][roll(6)]
  // Another white than that of fractions contradicts them.
  const fractions = drawn && maxValue === 16 ? undefined : drawn
  return {
    text: `${lines.map((line) => line.join(',')).join('\n')}\n`,
    given: {
      ...given,
      // What a file says by its first row is not what is compared here.
      ...(floats ? { dataType: 'float32' } : { dataType: 'uint8', ...(maxValue && { maxValue }) }),
      ...(!floats && fractions !== undefined && { fractions }),
    },
  }
}

/** Other ways to write the same. @type {((text: string, roll: (n: number) => number) => string)[]} */
const HARMLESS = [
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.trimEnd(),
  (text) => `\ufeff${text}`,
  (text, roll) => text.replace(/,(\d+)/g, (all, digits) => (roll(5) ? all : `,"${digits}"`)),
  (text, roll) =>
    text.replace(/,(\d+)/g, (all, digits) =>
      roll(5) ? all : `,${'0'.repeat(roll(4))}${digits}${['', '.', '.0', '.000', 'e0'][roll(5)]}`,
    ),
  (text, roll) => text.replace(/ (?=\d)/g, () => (roll(5) ? ' ' : (['  ', '\t', ' \t '][roll(3)] ?? ' '))),
  (text, roll) => text.replace(/,/g, () => (roll(5) ? ',' : ([' ,', ', ', '\t,  '][roll(3)] ?? ','))),
  (text, roll) => text.replace(/\n/g, () => ['\n', '\n', '\r\n', '\n\n', '\n \t\n'][roll(5)] ?? '\n'),
]

/** Breaks a file, perhaps. @param {Buffer} bytes @param {(n: number) => number} roll @returns {Buffer} */
function mutate(bytes, roll) {
  const at = roll(bytes.length + 1)
  const byte = Buffer.of(BYTES[roll(BYTES.length)] ?? 0)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (roll(7)) {
    case 0:
    case 1:
      return Buffer.concat([before, byte, after.subarray(1)])
    case 2:
      return Buffer.concat([before, byte, after])
    case 3:
      return Buffer.concat([before, after.subarray(1 + roll(3))])
    case 4:
      return roll(4) ? Buffer.concat([before, bytes.subarray(at, at + roll(20)), after]) : before
    case 5:
      return Buffer.from(
        bytes.toString('latin1').replace(/\d+/g, (digits, i) => (i < at || roll(20) ? digits : String(roll(400)))),
        'latin1',
      )
    default:
      return Buffer.concat([
        before,
        Buffer.from(String(roll(2) ? roll(1000) : 250 + roll(12))),
        after.subarray(roll(3)),
      ])
  }
}

/** @param {Uint8Array} bytes @param {(n: number) => number} roll */
async function* chunked(bytes, roll) {
  const most = 1 + roll(64)
  for (let at = 0; at < bytes.length; ) {
    const size = roll(2) ? most : 1 + roll(most)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

/** What a reader says of a file, as text to compare. @param {Parameters<typeof readTable>[0]} source @param {import('@pixelrow/data').ReadOptions} options */
async function said(source, options) {
  try {
    const { pixels, rows, labels, classes, ids, maxValue, shape } = await readTable(source, options)
    const texts = labels && Array.from(labels, (label) => classes?.[label])
    const table = { rows, pixels: Array.from(pixels), ...(texts && { labels: texts }), ...(ids && { ids }), maxValue }
    return { table: JSON.stringify(table), all: JSON.stringify([table, classes, shape]) }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { row: error.row ?? 0, all: error.message }
  }
}

/** @param {Uint8Array} bytes @param {Given} given */
function referenceSays(bytes, given) {
  try {
    return { table: JSON.stringify(reference(bytes, given)) }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { row: error.row }
  }
}

/** Tries one file; returns what differs, if anything. @param {number} seed @param {Outcome} outcome */
async function tryFile(seed, outcome) {
  const roll = dice(seed)
  const { text, given } = goodFile(roll)
  let written = text
  for (const rewrite of HARMLESS) if (roll(5) === 0) written = rewrite(written, roll)
  let bytes = Buffer.from(written)
  for (let times = Math.max(0, roll(6) - 1); times > 0; times--) bytes = mutate(bytes, roll)
  const { pixels, ...options } = given
  const all = { ...options, shape: { height: pixels, width: 1 }, name: 'fuzz' }
  const strict = await said(new Uint8Array(bytes), { ...all, parser: 'strict' })
  const parsers = /** @type {const} */ (['simd', 'plain'])
  for (const parser of parsers) {
    const whole = await said(new Uint8Array(bytes), { ...all, parser })
    if (whole.all !== strict.all)
      outcome.differences.push(`seed ${seed}: ${parser} says ${whole.all}, strict ${strict.all}`)
  }
  const parser = /** @type {const} */ (['simd', 'plain', 'strict'])[roll(3)]
  const pieces = await said(chunked(bytes, roll), { ...all, ...(parser && { parser }) })
  if (pieces.all !== strict.all)
    outcome.differences.push(`seed ${seed}: ${parser} in chunks says ${pieces.all}, strict ${strict.all}`)
  const wanted = referenceSays(bytes, given)
  const sameRow = !wanted.row || !strict.row || wanted.row === strict.row
  if (wanted.table !== strict.table || !sameRow) {
    outcome.differences.push(
      `seed ${seed}: reference says ${JSON.stringify(wanted)}, strict ${strict.all}\n${JSON.stringify(bytes.toString('latin1'))} ${JSON.stringify(given)}`,
    )
  }
  if (strict.table) outcome.accepted++
  else outcome.refused++
}

/**
 * Tries so many files, the seeds of which follow each other; stops after ten differences.
 * @param {number} files @param {number} [seed] @param {(done: number) => void} [onProgress] @returns {Promise<Outcome>}
 */
export async function fuzz(files, seed = 1, onProgress) {
  /** @type {Outcome} */
  const outcome = { accepted: 0, refused: 0, differences: [] }
  for (let i = 0; i < files && outcome.differences.length < 10; i++) {
    await tryFile(seed * 1_000_003 + i, outcome)
    if (i % 10_000 === 9999) onProgress?.(i + 1)
  }
  return outcome
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [files = 200_000, seed = 1] = process.argv.slice(2).map(Number)
  const outcome = await fuzz(files, seed, (done) => console.error(`${done} files …`))
  for (const difference of outcome.differences) console.log(difference)
  console.log(`${outcome.accepted} accepted, ${outcome.refused} refused, ${outcome.differences.length} differences`)
  process.exitCode = outcome.differences.length > 0 ? 1 : 0
}
