import { isA } from '../../../common/kinds.ts'
import { element } from './dom.ts'

/** Says in the page what went wrong, until it is closed or something works again. `retry` offers to do it once more. */
export function complain(error: unknown, retry?: () => void): void {
  const again = element('retry', HTMLButtonElement)
  again.hidden = retry === undefined
  again.onclick = () => {
    quiet()
    retry?.()
  }
  element('dismiss', HTMLButtonElement).onclick = quiet
  element('notice-text', HTMLElement).textContent = isA(error, 'Error') ? error.message : String(error)
  element('notice', HTMLElement).hidden = false
}

/** Takes the complaint away. */
export function quiet(): void {
  element('notice', HTMLElement).hidden = true
}
