import { type Point, pens, type Stroke } from './ink.ts'

/** What the pad tells. */
export interface PadEvents {
  /** The pen came down on whatever was shown before. */
  onBegin(): Stroke[]
  /** There is more or less ink. */
  onChange(): void
}

/** The name of the pen that is chosen. */
export function chosenPen(): string {
  return document.querySelector<HTMLInputElement>('input[name=pen]:checked')?.value ?? 'medium'
}

/**
 * Makes a canvas take strokes of mouse, finger or pen: also the places between two events (coalesced), one pointer at a time, so that a
 * palm on the glass draws nothing. A pen's pressure makes its line wider or finer.
 */
export function listen(canvas: HTMLCanvasElement, { onBegin, onChange }: PadEvents): void {
  let drawing: { pointer: number; stroke: Stroke } | undefined

  canvas.addEventListener('pointerdown', (event) => {
    if (drawing || event.button !== 0) return
    // A mouse that is pressed here would otherwise select text on its way.
    event.preventDefault()
    canvas.setPointerCapture(event.pointerId)
    const stroke = { width: pens[chosenPen()]!, points: [placeOf(canvas, event)] }
    drawing = { pointer: event.pointerId, stroke }
    onBegin().push(stroke)
    onChange()
  })

  canvas.addEventListener('pointermove', (event) => {
    if (drawing?.pointer !== event.pointerId) return
    const between = event.getCoalescedEvents?.() ?? []
    for (const each of between.length > 0 ? between : [event]) drawing.stroke.points.push(placeOf(canvas, each))
    onChange()
  })

  for (const type of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(type, (event) => {
      if (drawing?.pointer === event.pointerId) drawing = undefined
    })
}

function placeOf(canvas: HTMLCanvasElement, { clientX, clientY, pointerType, pressure }: PointerEvent): Point {
  const { left, top, width, height } = canvas.getBoundingClientRect()
  // Half is a pen's usual pressure, and what mice and fingers say in place of it.
  const force = pointerType === 'pen' && pressure > 0 ? 0.6 + 0.8 * pressure : 1
  return { x: (clientX - left) / width, y: (clientY - top) / height, pressure: force }
}
