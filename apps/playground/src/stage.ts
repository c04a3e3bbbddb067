import { element } from './dom.ts'
import { type Example, offerExamples, paintExamples } from './examples.ts'
import type { Stroke } from './ink.ts'
import { listen } from './pad.ts'
import { describe, isEmpty, paintSubject, type Subject } from './subject.ts'

/** The pad with what is on it, and the buttons that change that. */
export interface Stage {
  readonly subject: Subject
  /** Puts something else on the pad. */
  show(subject: Subject): void
}

/** Starts the pad. `onChange` is called whenever there is something else on it, or more or less of it. */
export function openStage(first: Subject, onChange: () => void): Stage {
  const canvas = element('pad', HTMLCanvasElement)
  const examples = element('examples', HTMLElement)
  let subject = first

  const paint = () => {
    paintSubject(canvas, subject)
    const text = describe(subject)
    canvas.ariaLabel = text
    element('drawing-title', HTMLElement).textContent = isEmpty(subject) ? 'Your drawing' : text
    element('hint', HTMLElement).hidden = !isEmpty(subject)
    element('back', HTMLElement).hidden = subject.kind !== 'row'
    // Not disabled, which would take the focus away from whoever has pressed it.
    for (const id of ['undo', 'clear']) element(id, HTMLButtonElement).ariaDisabled = String(isEmpty(subject))
  }
  const change = () => {
    paint()
    onChange()
  }
  const show = (next: Subject) => {
    subject = next
    change()
  }
  const ink = (strokes: Stroke[]) => show({ kind: 'ink', strokes })

  listen(canvas, {
    onBegin() {
      const goesOn = subject.kind === 'ink' && subject.example === undefined
      if (!goesOn) subject = { kind: 'ink', strokes: [] }
      return (subject as { strokes: Stroke[] }).strokes
    },
    onChange: change,
  })
  const undo = () => ink(subject.kind === 'ink' ? subject.strokes.slice(0, -1) : [])
  element('undo', HTMLButtonElement).onclick = undo
  element('clear', HTMLButtonElement).onclick = () => ink([])
  addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== 'z') return
    event.preventDefault()
    undo()
  })
  offerExamples(examples, ({ label, strokes }: Example) => show({ kind: 'ink', strokes: [...strokes], example: label }))

  const paintAll = () => {
    paint()
    paintExamples(examples)
  }
  new ResizeObserver(paintAll).observe(canvas)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paintAll)
  return {
    get subject() {
      return subject
    },
    show,
  }
}
