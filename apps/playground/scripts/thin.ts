/** Black and white: 1 is ink. */
export interface Bitmap {
  ink: Uint8Array
  width: number
  height: number
}

/** The eight neighbours in a ring, from the one above on, clockwise. */
const ring = [
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
] as const

/** Offsets of the ring in a picture of this width. */
export const around = (width: number): number[] => ring.map(([x, y]) => y * width + x)

/**
 * Ink of one pixel's width in the middle of every line. Pixels at the picture's edge must be white.
 * After Zhang and Suen, "A fast parallel algorithm for thinning digital patterns", CACM 27 (1984).
 */
export function thinned({ ink, width, height }: Bitmap): Bitmap {
  const out = ink.slice()
  const neighbours = around(width)
  for (let changed = true; changed; ) {
    changed = false
    for (const pass of [0, 1]) {
      const gone = removable(out, neighbours, pass)
      for (const at of gone) out[at] = 0
      changed ||= gone.length > 0
    }
  }
  return { ink: out, width, height }
}

function removable(ink: Uint8Array, neighbours: readonly number[], pass: number): number[] {
  const found: number[] = []
  for (let at = 0; at < ink.length; at++) {
    if (!ink[at]) continue
    const p = neighbours.map((offset) => ink[at + offset] ?? 0)
    const count = p.reduce((sum, value) => sum + value, 0)
    const changes = p.filter((value, i) => !value && p[(i + 1) % 8]).length
    if (count < 2 || count > 6 || changes !== 1) continue
    const [up, right, down, left] = [p[0]!, p[2]!, p[4]!, p[6]!]
    const free =
      pass === 0 ? !(up && right && down) && !(right && down && left) : !(up && right && left) && !(up && down && left)
    if (free) found.push(at)
  }
  return found
}

/** A picture several times as large, its greys in between, cut at half: the lines keep their form when they are thinned. */
export function enlarged(pixels: Uint8Array, side: number, times: number): Bitmap {
  const width = side * times
  const ink = new Uint8Array(width * width)
  const grey = (x: number, y: number) => (x < 0 || y < 0 || x >= side || y >= side ? 0 : pixels[y * side + x]!)
  for (let y = 1; y < width - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const [u, v] = [(x + 0.5) / times - 0.5, (y + 0.5) / times - 0.5]
      const [left, top] = [Math.floor(u), Math.floor(v)]
      const [a, b] = [u - left, v - top]
      const above = (1 - a) * grey(left, top) + a * grey(left + 1, top)
      const below = (1 - a) * grey(left, top + 1) + a * grey(left + 1, top + 1)
      if ((1 - b) * above + b * below >= 128) ink[y * width + x] = 1
    }
  }
  return { ink, width, height: width }
}
