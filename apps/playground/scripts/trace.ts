import { around, type Bitmap } from './thin.ts'

export type Point = readonly [x: number, y: number]

/** Lines of one pixel's width as the strokes of a pen: from an end on, at a crossing straight on, as long as there is new ink. */
export function traced({ ink, width }: Bitmap, shortest: number): Point[][] {
  const left = new Set<number>()
  for (const [at, value] of ink.entries()) if (value) left.add(at)
  const offsets = around(width)
  const strokes: number[][] = []
  while (left.size > 0) {
    const start = startOf(left, offsets)
    // A stroke that begins or ends beside ink drawn before goes on to it, so that no gap is left.
    const touched = (at: number, near: readonly number[]) =>
      offsets.map((offset) => at + offset).find((place) => ink[place] && !left.has(place) && !near.includes(place))
    const before = touched(start, [])
    const stroke = walk(start, left, offsets, width)
    const after = touched(stroke.at(-1)!, stroke.slice(-4))
    if (before !== undefined) stroke.unshift(before)
    if (after !== undefined) stroke.push(after)
    if (stroke.length >= shortest || strokes.length === 0) strokes.push(stroke)
  }
  return strokes.map((stroke) => stroke.map((at) => [at % width, Math.floor(at / width)] as const))
}

/** The uppermost end of a line, else the uppermost pixel: there is none in a 0. */
function startOf(left: ReadonlySet<number>, offsets: readonly number[]): number {
  const all = [...left]
  const degree = (at: number) => offsets.filter((offset) => left.has(at + offset)).length
  return all.find((at) => degree(at) <= 1) ?? all[0]!
}

function walk(start: number, left: Set<number>, offsets: readonly number[], width: number): number[] {
  const stroke = [start]
  left.delete(start)
  for (let at: number | undefined = start; at !== undefined; ) {
    const from: number = stroke.at(-5) ?? start
    const here: number = at
    const next: number[] = offsets.map((offset) => here + offset).filter((place) => left.has(place))
    at = next.sort((a, b) => turn(from, here, a, width) - turn(from, here, b, width))[0]
    if (at === undefined) break
    stroke.push(at)
    left.delete(at)
  }
  return stroke
}

/** How far a step turns away from where the stroke has come from, 0..2. */
function turn(from: number, at: number, to: number, width: number): number {
  const direction = (a: number, b: number) =>
    [(b % width) - (a % width), Math.floor(b / width) - Math.floor(a / width)] as const
  const [[ax, ay], [bx, by]] = [direction(from, at), direction(at, to)]
  const lengths = Math.hypot(ax, ay) * Math.hypot(bx, by)
  return lengths === 0 ? 1 : 1 - (ax * bx + ay * by) / lengths
}

/** Steps of whole pixels as a hand would move: the mean of neighbours, of which every `every`th stays, and the ends. */
export function smoothed(stroke: readonly Point[], reach: number, every: number): Point[] {
  const mean = (at: number): Point => {
    const span = Math.min(reach, at, stroke.length - 1 - at)
    const part = stroke.slice(at - span, at + span + 1)
    const sum = (axis: 0 | 1) => part.reduce((total, point) => total + point[axis], 0)
    return [sum(0) / part.length, sum(1) / part.length]
  }
  return stroke.map((_, at) => mean(at)).filter((_, at) => at % every === 0 || at === stroke.length - 1)
}
