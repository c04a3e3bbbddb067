import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { random } from '@pixelrow/data'
import { enlarged, thinned } from './thin.ts'
import { type Point, smoothed, traced } from './trace.ts'

/**
 * Makes test/fixtures/strokes.json: 100 digits as somebody would draw them with a pen, out of rows that no training has seen. Each is thinned to
 * a line, and put at another size, place and tilt, for one of the pad's pens. The same seed gives the same strokes. Run it with `pnpm strokes`.
 */

// The command's package is built after this one, so it is no dependency.
const cli = pathToFileURL(resolve('../cli/dist/index.js')).href
const { digits, readTable } = (await import(cli)) as typeof import('../../cli/dist/index.js')

/** "drawn" in the first four letters, so that no other use of seed 0 draws these numbers. */
const draw = random(0, 0x64726177)
const [count, side, times, margin] = [100, 28, 4, 0.06]
const pens = ['fine', 'medium', 'broad']

/** Different rows of the table, in the order that they were drawn. */
function rowsOf(rows: number): number[] {
  const chosen = new Set<number>()
  for (let i = 0; chosen.size < count; i++) chosen.add(draw.below(0, i, rows))
  return [...chosen]
}

/** Between two numbers, by the number of the digit and the use. */
const between = (index: number, use: number, low: number, high: number) =>
  low + (high - low) * draw.uniform(index + 1, use)

interface Place {
  /** In radians. */
  tilt: number
  /** Longer side, of the pad's. */
  size: number
  /** Where in what is left of the pad, 0..1. */
  across: number
  down: number
}

/** Puts strokes at a tilt, size and place of the pad; coordinates become whole thousandths of its side. */
function placed(strokes: readonly (readonly Point[])[], { tilt, size, across, down }: Place): number[][] {
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)]
  const turned = strokes.map((stroke) => stroke.map(([x, y]): Point => [x * cos - y * sin, x * sin + y * cos]))
  const [xs, ys] = ([0, 1] as const).map((axis) => turned.flat().map((point) => point[axis])) as [number[], number[]]
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top]
  const scale = size / Math.max(width, height)
  const start = (share: number, length: number) => margin + share * Math.max(0, 1 - 2 * margin - length * scale)
  const [right, below] = [start(across, width), start(down, height)]
  const whole = (value: number) => Math.round(1000 * value)
  return turned.map((stroke) =>
    stroke.flatMap(([x, y]) => [whole(right + (x - left) * scale), whole(below + (y - top) * scale)]),
  )
}

/** A digit's lines, in pixels of its enlarged picture. */
function linesOf(row: number): Point[][] {
  const pixels = (test.pixels as Uint8Array).subarray(row * side * side, (row + 1) * side * side)
  return traced(thinned(enlarged(pixels, side, times)), 2 * times).map((stroke) => smoothed(stroke, 3, 3))
}

const files = await digits()
const test = await readTable(files.test)
const truth = readFileSync(files.solution, 'utf8').trimEnd().split('\n').slice(1)
const labelOf = (row: number) => truth[row]!.split(',')[1]!

const rows = rowsOf(test.rows)
const drawn = rows.map((row, index) => {
  const place = {
    tilt: (between(index, 0, -15, 15) * Math.PI) / 180,
    size: between(index, 1, 0.35, 0.8),
    across: between(index, 2, 0, 1),
    down: between(index, 3, 0, 1),
  }
  const pen = pens[draw.below(index + 1, 4, pens.length)]
  return { row, label: labelOf(row), pen, strokes: placed(linesOf(row), place) }
})
writeFileSync('test/fixtures/strokes.json', `[\n${drawn.map((digit) => JSON.stringify(digit)).join(',\n')}\n]\n`)
console.log(`${drawn.length} digits, ${drawn.flatMap(({ strokes }) => strokes).length} strokes`)

/** Rows that are no part of the test above, one for each class, upright in the middle: the page offers them to choose. */
const examples = [70, 20, 43, 13, 9, 69, 102, 3, 107, 76]
const middle = { tilt: 0, size: 0.66, across: 0.5, down: 0.5 }
const shown = examples.map((row) => ({ label: labelOf(row), strokes: placed(linesOf(row), middle) }))
writeFileSync('src/examples.json', `${JSON.stringify(shown)}\n`)
