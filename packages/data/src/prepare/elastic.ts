import type { ImageShape } from '../types.ts'

/** How far each pixel of a picture is displaced, in 16.16 fixed point. */
export interface Field {
  x: Int32Array
  y: Int32Array
  /** Moves the grid's points by up to `reach` pixels. */
  bend(reach: number, draw: () => number): void
}

/** Places along a side: the first of the four control points that matter, and their weights (uniform cubic B-spline). */
interface Spline {
  first: Int32Array
  weights: Float64Array
}

/** A smooth random displacement of every pixel, spanned by a grid of `cells` × `cells`. */
export function elasticField({ height, width }: ImageShape, cells: number): Field {
  const points = cells + 3
  const [across, down] = [spline(width, cells), spline(height, cells)]
  // By control row: the displacement at each column, so that a row of pixels is a sum of four of them.
  const columnsX = new Float64Array(points * width)
  const columnsY = new Float64Array(points * width)
  const controls = new Float64Array(2 * points)
  const [x, y] = [new Int32Array(height * width), new Int32Array(height * width)]
  return {
    x,
    y,
    bend(reach, draw) {
      for (let j = 0; j < points; j++) {
        for (let i = 0; i < controls.length; i++) controls[i] = reach * 65_536 * draw()
        blend(controls, 0, across, columnsX, j * width)
        blend(controls, points, across, columnsY, j * width)
      }
      for (let v = 0; v < height; v++) {
        rowOf(x, v, width, down, columnsX)
        rowOf(y, v, width, down, columnsY)
      }
    },
  }
}

/** The displacements of one row of pixels, out of four control rows. */
function rowOf(to: Int32Array, v: number, width: number, { first, weights }: Spline, columns: Float64Array): void {
  const [w0, w1, w2, w3] = [weights[4 * v]!, weights[4 * v + 1]!, weights[4 * v + 2]!, weights[4 * v + 3]!]
  for (let u = 0, i = v * width, p = first[v]! * width; u < width; u++, i++, p++) {
    to[i] = w0 * columns[p]! + w1 * columns[p + width]! + w2 * columns[p + 2 * width]! + w3 * columns[p + 3 * width]!
  }
}

function blend(
  controls: Float64Array,
  from: number,
  { first, weights }: Spline,
  to: Float64Array,
  start: number,
): void {
  for (let u = 0; u < first.length; u++) {
    const p = from + first[u]!
    const w = 4 * u
    to[start + u] =
      weights[w]! * controls[p]! +
      weights[w + 1]! * controls[p + 1]! +
      weights[w + 2]! * controls[p + 2]! +
      weights[w + 3]! * controls[p + 3]!
  }
}

function spline(side: number, cells: number): Spline {
  const first = new Int32Array(side)
  const weights = new Float64Array(4 * side)
  for (let place = 0; place < side; place++) {
    const along = (place / Math.max(1, side - 1)) * cells
    const cell = Math.min(Math.floor(along), cells - 1)
    const t = along - cell
    const [s, t2, t3] = [1 - t, t * t, t * t * t]
    first[place] = cell
    weights.set([(s * s * s) / 6, (3 * t3 - 6 * t2 + 4) / 6, (3 * (t + t2 - t3) + 1) / 6, t3 / 6], 4 * place)
  }
  return { first, weights }
}
