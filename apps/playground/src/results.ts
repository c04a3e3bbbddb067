import type { Classification, Score } from '@pixelrow/infer-web'
import { made, percent } from './dom.ts'

/** Up to so many classes all are shown, in the model's order; of more, the best. */
const most = 12

/** How many scores to ask for. */
export const scoresFor = (classes: number): number => Math.min(classes, most)

/** Shows the best class in large, and a bar for each class. */
export function showAnswer(
  to: { answer: HTMLElement; classes: HTMLElement },
  { label, probability, top }: Classification,
): void {
  const best = made('strong', '', label)
  best.classList.toggle('long', label.length > 3)
  to.answer.replaceChildren(best, made('span', 'sure', percent(probability)))
  const ordered = top.length < most ? [...top].sort((a, b) => a.index - b.index) : top
  showBars(to.classes, ordered, label)
}

/** Shows bars without a value, while there is nothing to classify. */
export function showNothing(to: { answer: HTMLElement; classes: HTMLElement }, classes: readonly string[]): void {
  to.answer.replaceChildren(made('span', 'pending', 'Nothing drawn yet'))
  const scores = classes.slice(0, most).map((label, index) => ({ label, index, probability: 0 }))
  showBars(to.classes, scores, undefined)
}

/** Lines that are there already change in place, so that their bars move and a reader's place is kept. */
function showBars(list: HTMLElement, scores: readonly Score[], best: string | undefined): void {
  while (list.children.length > scores.length) list.lastElementChild?.remove()
  while (list.children.length < scores.length) list.append(line())
  scores.forEach(({ label, probability }, i) => {
    const item = list.children[i] as HTMLElement
    const [name, track, value] = Array.from(item.children) as HTMLElement[]
    item.classList.toggle('best', label === best)
    name!.textContent = label
    value!.textContent = best === undefined ? '' : percent(probability)
    const fill = track!.firstElementChild as HTMLElement
    fill.style.transform = `scaleX(${probability})`
  })
}

/** The number beside the bar says the same, so a screen reader skips the bar. */
function line(): HTMLElement {
  const item = made('li', '')
  const track = made('span', 'track')
  track.ariaHidden = 'true'
  track.append(made('span', 'fill'))
  item.append(made('span', 'label'), track, made('span', 'percent'))
  return item
}
