import { isVisible, visible, visibleName } from '../../../../common/visible.ts'

export { isVisible, visible, visibleName }

/** A name as a terminal may have it, cut to so many columns. */
export function shown(text: string, columns = Number.POSITIVE_INFINITY): string {
  const plain = visibleName(text)
  return plain.length <= columns ? plain : `${plain.slice(0, Math.max(1, columns - 1))}…`
}
