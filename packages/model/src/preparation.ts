import { fieldsOf, invalid, listOf, numberOf, positiveInteger } from './strict.ts'
import type { ImageShape, Preparation } from './types.ts'

/**
 * Checks a preparation of unknown origin against the images that a model takes and copies it with its fields in a fixed order.
 * Throws a `ModelError` that names the field.
 */
export function strictPreparation(value: unknown, { height, width, channels }: ImageShape): Preparation {
  const { size, resize, color, background } = fieldsOf(value, 'preparation', ['size', 'resize', 'color', 'background'])
  const [rows, columns, ...rest] = listOf(size, 'preparation.size', 'numbers').map((side) =>
    positiveInteger(side, 'preparation.size', 65535),
  )
  if (rest.length > 0 || rows !== height || columns !== width) {
    throw invalid('preparation.size', size, `[${height}, ${width}], the images that the model takes`)
  }
  const expected: Preparation['color'] = channels === 1 ? 'grey' : 'rgb'
  if (color !== expected) {
    throw invalid('preparation.color', color, `${expected} for images of ${channels} channels`)
  }
  if (resize !== 'contain' && resize !== 'cover' && resize !== 'stretch') {
    throw invalid('preparation.resize', resize, 'contain, cover or stretch')
  }
  const grey = (number: number) => Number.isInteger(number) && number >= 0 && number <= 255
  return {
    size: [rows, columns],
    resize,
    color: expected,
    background: numberOf(background, 'preparation.background', 'a whole number 0..255', grey),
  }
}
