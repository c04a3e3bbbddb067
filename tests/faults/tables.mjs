// @ts-check
// Small tables of pictures that are easy to tell apart, with pictures of their own for each number they are made from.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { numbers } from './numbers.mjs'

const side = 8
const classes = 3

/** `turn`: each picture has the label of so many classes further. @typedef {{ rows: number, seed: number, isLabelled?: boolean, turn?: number }} Wanted */

/** @param {Wanted} wanted */
export function table({ rows, seed, isLabelled = true, turn = 0 }) {
  const ink = numbers(7)
  const noise = numbers(seed + 1000)
  const pixels = Array.from({ length: side * side }, (_, pixel) => pixel)
  const header = [...(isLabelled ? ['label'] : []), ...pixels.map((pixel) => `pixel${pixel}`)]
  const pictures = Array.from({ length: classes }, () => pixels.map(() => ink(2) * 200))
  const line = (/** @type {number} */ row) => {
    const kind = row % classes
    const values = pictures[kind]?.map((value) => value + noise(50)) ?? []
    return [...(isLabelled ? [(kind + turn) % classes] : []), ...values].join(',')
  }
  return `${[header.join(','), ...Array.from({ length: rows }, (_, row) => line(row))].join('\n')}\n`
}

/** What every scenario finds in its folder. @param {string} folder */
export function writeInputs(folder) {
  mkdirSync(join(folder, 'parts'), { recursive: true })
  const files = {
    'train.csv': table({ rows: 60, seed: 0 }),
    // What is trained on it answers otherwise: old answers can be told from new ones.
    'other.csv': table({ rows: 60, seed: 1, turn: 1 }),
    'test.csv': table({ rows: 20, seed: 2, isLabelled: false }),
    'other-test.csv': table({ rows: 20, seed: 3, isLabelled: false }).replace(/(.*\n)(.*\n)/, '$1'),
    ...Object.fromEntries(
      [1, 2, 3].map((n) => [`parts/part-${n}.csv`, table({ rows: 20 + n, seed: n, isLabelled: false })]),
    ),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}
