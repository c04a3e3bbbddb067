import type { PixelTable } from '@pixelrow/data'
import { made, percent } from './dom.ts'
import { type Image, paint } from './picture.ts'
import { isRight, labelOf, type Scored } from './scoring.ts'

/** One row's pixels, in the table's own memory. */
export function imageOf({ pixels, rows, shape, maxValue }: PixelTable, row: number): Image {
  const size = pixels.length / rows
  return { pixels: pixels.subarray(row * size, (row + 1) * size), shape, maxValue }
}

/** A button that shows a row: its picture, its label where there is one, and what the model says. */
export function rowButton(table: PixelTable, classes: readonly string[], scored: Scored, row: number): HTMLElement {
  const item = made('li', '')
  const button = made('button', 'row')
  button.type = 'button'
  button.dataset.row = String(row)
  const picture = made('canvas', '')
  paint(picture, imageOf(table, row))
  const label = labelOf(table, row)
  const known = row < scored.done
  const said = known ? classes[scored.predicted[row]!]! : undefined
  const right = known ? isRight(table, classes, scored, row) : undefined
  button.classList.toggle('wrong', right === false)
  button.ariaLabel = spoken(row, label, said, scored.sure[row]!)
  button.append(picture, caption(label, said, right))
  item.append(button)
  return item
}

function spoken(row: number, label: string | undefined, said: string | undefined, sure: number): string {
  const parts = [`Row ${row + 1}`]
  if (label !== undefined) parts.push(`labelled ${label}`)
  parts.push(said === undefined ? 'not classified yet' : `read as ${said}, ${percent(sure)} sure`)
  return parts.join(', ')
}

function caption(label: string | undefined, said: string | undefined, right: boolean | undefined): HTMLElement {
  const text = made('span', 'caption')
  if (right === false) {
    const struck = made('s', '', said)
    text.append(struck, ` ${label}`)
  } else text.append(said ?? label ?? '…')
  return text
}
