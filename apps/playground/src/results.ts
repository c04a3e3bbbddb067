import type { Classification, Score } from '@pixelrow/infer-web'

const percent = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** Shows the best class in large, and a bar for each class in the model's order. */
export function showAnswer(
  to: { answer: HTMLElement; classes: HTMLElement },
  { label, probability, top }: Classification,
): void {
  const best = document.createElement('strong')
  best.textContent = label
  to.answer.replaceChildren(best, ` with ${percent.format(probability)}`)
  const inOrder = [...top].sort((a, b) => a.index - b.index)
  to.classes.replaceChildren(...inOrder.map((score) => row(score, score.label === label)))
}

function row({ label, probability }: Score, best: boolean): HTMLElement {
  const item = document.createElement('li')
  item.classList.toggle('best', best)
  item.append(span('label', label), bar(probability), span('percent', percent.format(probability)))
  return item
}

function span(className: string, text: string): HTMLElement {
  const element = document.createElement('span')
  element.className = className
  element.textContent = text
  return element
}

/** The number beside it says the same, so a screen reader skips the bar. */
function bar(probability: number): HTMLElement {
  const track = span('track', '')
  track.ariaHidden = 'true'
  const fill = span('fill', '')
  fill.style.inlineSize = `${probability * 100}%`
  track.append(fill)
  return track
}

/** Says in the page what went wrong. */
export function showFailure(answer: HTMLElement, error: unknown): void {
  answer.role = 'alert'
  answer.className = 'failure'
  answer.textContent = error instanceof Error ? error.message : String(error)
}
