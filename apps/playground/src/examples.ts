import { made } from './dom.ts'
import digits from './examples.json'
import { paintInk, pens, type Stroke, strokesOf } from './ink.ts'

/** A digit that somebody wrote, as strokes. */
export interface Example {
  label: string
  strokes: Stroke[]
}

/** One of each class. */
export const examples: Example[] = digits.map(({ label, strokes }) => ({
  label,
  strokes: strokesOf(strokes, pens.medium!),
}))

/** Makes a button of each, for whoever cannot or will not draw. */
export function offerExamples(to: HTMLElement, onChoose: (example: Example) => void): void {
  const buttons = examples.map((example) => {
    const button = made('button', 'example')
    button.type = 'button'
    button.ariaLabel = `Take a ${example.label}`
    button.append(made('canvas', ''))
    button.onclick = () => onChoose(example)
    return button
  })
  to.replaceChildren(...buttons)
}

/** Paints the buttons in the colours of now. */
export function paintExamples(to: HTMLElement): void {
  to.querySelectorAll('canvas').forEach((canvas, i) => {
    const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio))
    canvas.width = side
    canvas.height = side
    const context = canvas.getContext('2d')
    if (context) paintInk(context, examples[i]!.strokes, getComputedStyle(canvas).color)
  })
}
