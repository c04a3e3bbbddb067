import type { Layout } from './layout.ts'

/** What a scanner reads out of each line. */
export interface Plan {
  /** n for n pixels, -n for n other cells, in the file's order. */
  steps: number[]
  /** The byte between two pixels: a comma, or a space where one cell holds all. */
  separator: number
  /** Pixels of a row, and its other cells. */
  pixels: number
  texts: number
}

/** Reads many lines at once: the ones that need no explanation. What it refuses is left to the strict reader. */
export interface Scanner {
  /** The bytes it works on: lines are put into `input` to `input + capacity`, pixels come out at `output`. */
  memory: Uint8Array
  input: number
  capacity: number
  output: number
  /** Start and end of each row's other cells in `memory`. */
  spans: Int32Array
  /** Reads the lines from `start` to `end` (just after a line feed) and returns how many rows it read; see `consumed`. */
  scan(start: number, end: number): number
  /** Start of the line at which the last scan ended, and whether it refused that line. */
  consumed: number
  refused: boolean
}

/** Loaded beyond the last byte and written beyond the last pixel at most. */
export const SLACK = 64
const [SPACE, COMMA] = [32, 44]

/** A scanner's plan for a layout. */
export function planOf({ places, packed, pixels }: Layout): Plan {
  const steps: number[] = []
  let run = 0
  for (let column = 0; column < places.length; column++) {
    const step = column === packed ? pixels : places[column]! < 0 ? -1 : 1
    if (run * step < 0) {
      steps.push(run)
      run = 0
    }
    run += step
  }
  steps.push(run)
  const texts = steps.reduce((count, step) => count + Math.max(0, -step), 0)
  return { steps, separator: packed >= 0 ? SPACE : COMMA, pixels, texts }
}

/** The most rows that so many bytes hold: each pixel takes two, each other cell one. */
export function mostRows(capacity: number, { pixels, texts }: Plan): number {
  return Math.floor((capacity + 1) / (2 * pixels + texts)) + 1
}

/** Leaves every line to the strict reader. */
export function strictScanner(capacity: number, plan: Plan): Scanner {
  const memory = new Uint8Array(capacity + plan.pixels + 2 * SLACK)
  return {
    memory,
    input: 0,
    capacity,
    output: capacity + SLACK,
    spans: new Int32Array(0),
    consumed: 0,
    refused: true,
    scan(start) {
      this.consumed = start
      return 0
    },
  }
}
