import { LONGEST_SIDE } from '@pixelrow/pixels'
import { type Rule, whole } from '../../../../common/options.ts'

/** A number, or height and width. */
export const sizeRule: Rule = (value) => {
  const isSide = (side: unknown) => whole(1, { most: LONGEST_SIDE })(side) === undefined
  const isSize = Array.isArray(value) ? value.length === 2 && value.every(isSide) : isSide(value)
  return isSize ? undefined : `a whole number 1..${LONGEST_SIDE}, or [height, width]`
}
