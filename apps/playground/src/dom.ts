/** An element of index.html. Throws where the page has none of that id and type. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`index.html: expected an element with id '${id}' of type ${type.name}`)
}

/** A new element with a class and a text. */
export function made<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

/** `12,345` */
export const count = (value: number): string => value.toLocaleString('en')

const percents = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** `99.5%`, of a share 0..1. */
export const percent = (share: number): string => percents.format(share)
