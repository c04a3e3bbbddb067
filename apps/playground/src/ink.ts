/** A place on the pad, 0..1 of its side, and how hard the pen was pressed, 1 where it cannot tell. */
export interface Point {
  x: number
  y: number
  pressure: number
}

/** One line, from where the pen came down to where it was lifted; `width` is in the pad's sides. */
export interface Stroke {
  width: number
  points: Point[]
}

/** Widths of the pens, in the pad's sides. */
export const pens: Record<string, number> = { fine: 0.045, medium: 0.065, broad: 0.09 }

/** Paints strokes on a square canvas in its current colour. */
export function paintInk(context: CanvasRenderingContext2D, strokes: readonly Stroke[], color: string): void {
  context.fillStyle = color
  context.strokeStyle = color
  context.lineCap = 'round'
  context.lineJoin = 'round'
  for (const stroke of strokes) paintStroke(context, stroke, context.canvas.width)
}

/** Points are the handles of curves that meet halfway between them, so that a quick line has no corners. */
function paintStroke(context: CanvasRenderingContext2D, { width, points }: Stroke, side: number): void {
  const [first] = points
  if (!first) return
  dot(context, first, width, side)
  let [fromX, fromY] = [first.x, first.y]
  for (let i = 1; i < points.length; i++) {
    const [handle, next] = [points[i - 1]!, points[i]!]
    const last = i === points.length - 1
    const [toX, toY] = last ? [next.x, next.y] : [(handle.x + next.x) / 2, (handle.y + next.y) / 2]
    context.lineWidth = width * next.pressure * side
    context.beginPath()
    context.moveTo(fromX * side, fromY * side)
    context.quadraticCurveTo(handle.x * side, handle.y * side, toX * side, toY * side)
    context.stroke()
    ;[fromX, fromY] = [toX, toY]
  }
}

/** Where the pen comes down; a line of no length would not be seen. */
function dot(context: CanvasRenderingContext2D, { x, y, pressure }: Point, width: number, side: number): void {
  context.beginPath()
  context.arc(x * side, y * side, (width * pressure * side) / 2, 0, 2 * Math.PI)
  context.fill()
}

/** Strokes out of a file: thousandths of the pad, x and y in turn. */
export function strokesOf(lines: readonly (readonly number[])[], width: number): Stroke[] {
  return lines.map((line) => {
    const points = Array.from({ length: line.length / 2 }, (_, i) => ({
      x: line[2 * i]! / 1000,
      y: line[2 * i + 1]! / 1000,
      pressure: 1,
    }))
    return { width, points }
  })
}
