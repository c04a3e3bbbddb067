import { type PixelTable, wilsonInterval } from '@pixelrow/data'
import { count, percent } from './dom.ts'
import type { Scored } from './scoring.ts'

/** A wider interval tells little: the rows are called few. */
const wide = 0.1

/**
 * What a table says of a model, in words: the share of right rows with its 95 % interval (Wilson), whether they are too few to tell, and how many rows have
 * labels that are none of the model's classes.
 */
export function describeScore(
  { rows, labels, classes: own = [] }: PixelTable,
  classes: readonly string[],
  { done, right }: Scored,
): string {
  const so = done === rows ? '' : ` of ${count(rows)} so far`
  if (right === undefined)
    return `${count(done)} rows classified${so}. They have no labels; those that the model is least sure of come first.`
  const wrong = done - right
  const [low, high] = wilsonInterval(right, done)
  const sentences = [
    `${percent(right / done)} right (95% interval ${percent(low)} to ${percent(high)}): ${count(wrong)} of ${count(done)} rows wrong${so && ', so far'}.`,
  ]
  if (done === rows && high - low > wide) sentences.push(`${count(rows)} rows are few to tell how good the model is.`)
  const foreign = labels ? labels.reduce((sum, label) => sum + Number(!classes.includes(own[label]!)), 0) : 0
  if (foreign === 1) sentences.push('1 row has a label that the model does not know.')
  if (foreign > 1) sentences.push(`${count(foreign)} rows have labels that the model does not know.`)
  if (wrong === 1) sentences.push('The wrong one comes first.')
  if (wrong > 1) sentences.push('The wrong ones come first, the surest of them before the others.')
  return sentences.join(' ')
}
