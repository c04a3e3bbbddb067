import type { PixelTable } from '@pixelrow/data'
import { describeScore } from './accuracy.ts'
import { count, element } from './dom.ts'
import type { Model } from './model.ts'
import { rowButton } from './rows.ts'
import { type Scored, score, worstFirst } from './scoring.ts'

/** A table that was opened, by its file's name. */
export interface OpenTable {
  table: PixelTable
  name: string
}

const perPage = 60

/** Milliseconds between two orders while rows are being classified. */
const reorder = 1000

/** The part of the page that shows tables. `onChoose` is given the row that somebody picks. */
export function tableView(onChoose: (open: OpenTable, row: number) => void) {
  const [section, list] = [element('table', HTMLElement), element('rows', HTMLElement)]
  const [previous, next] = [element('previous', HTMLButtonElement), element('next', HTMLButtonElement)]
  let running = new AbortController()
  let shown: { open: OpenTable; classes: readonly string[]; scored: Scored; order: Uint32Array } | undefined
  let page = 0

  function turn(by: number): void {
    if (!shown || page + by < 0 || (page + by) * perPage >= shown.order.length) return
    page += by
    showPage()
  }

  function showPage(): void {
    if (!shown) return
    const { open, classes, scored, order } = shown
    const rows = order.subarray(page * perPage, (page + 1) * perPage)
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.row : undefined
    list.replaceChildren(...Array.from(rows, (row) => rowButton(open.table, classes, scored, row)))
    // Rows that are drawn anew while somebody goes through them must not throw them out.
    if (focused !== undefined) focusRow(Number(focused))
    const [first, last] = [page * perPage + 1, page * perPage + rows.length]
    element('place', HTMLElement).textContent = `${count(first)}–${count(last)} of ${count(order.length)}`
    // Not disabled, which would take the focus away from whoever turns the pages.
    previous.ariaDisabled = String(page === 0)
    next.ariaDisabled = String(last === order.length)
  }

  function focusRow(row: number): void {
    const button = list.querySelector<HTMLElement>(`[data-row="${row}"]`)
    ;(button ?? list.querySelector<HTMLElement>('button'))?.focus()
  }

  previous.onclick = () => turn(-1)
  next.onclick = () => turn(1)
  list.onclick = ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null
    if (button && shown) onChoose(shown.open, Number(button.dataset.row))
  }

  return {
    focusRow,
    get open(): OpenTable | undefined {
      return shown?.open
    },
    /** Takes the table away and ends what is still going on. */
    close(): void {
      running.abort()
      shown = undefined
      section.hidden = true
      list.replaceChildren()
    },
    /** Shows a table, and what a model says of its rows as that comes. Throws where classifying fails; does nothing more once it is closed. */
    async show(open: OpenTable, { classifier }: Model): Promise<void> {
      running.abort()
      running = new AbortController()
      const { signal } = running
      section.hidden = false
      element('table-title', HTMLElement).textContent = open.name
      page = 0
      let ordered = Number.NEGATIVE_INFINITY
      const onProgress = (scored: Scored) => {
        showScore(open.table, classifier.classes, scored)
        const done = scored.done === open.table.rows
        if (!done && performance.now() - ordered < reorder) return
        shown = { open, classes: classifier.classes, scored, order: worstFirst(open.table, classifier.classes, scored) }
        showPage()
        ordered = performance.now()
      }
      await score(classifier, open.table, { signal, onProgress }).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    },
  }
}

function showScore(table: PixelTable, classes: readonly string[], scored: Scored): void {
  const bar = element('progress', HTMLProgressElement)
  bar.hidden = scored.done === table.rows
  bar.value = scored.done / table.rows
  element('score', HTMLElement).textContent = describeScore(table, classes, scored)
}
