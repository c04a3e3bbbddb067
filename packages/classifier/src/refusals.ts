// What is said where an image, a result or a moment is not as it should be.
import { ClassifierError } from './core.ts'
import type { QueueErrorCode } from './errors.ts'

/** What an error of the queue says. `found` is the number of images that wait, or of milliseconds. */
export function queueError(code: QueueErrorCode, name: string, found: number): ClassifierError {
  const what = {
    closed: 'the classifier is closed. Load the model again to go on',
    busy: `${found} images wait already. Answer 503, let callers wait for results, or raise maxQueue`,
    deadline: `no result within ${found} ms`,
  }
  return new ClassifierError(`${name}: ${what[code]}`, { code, params: { name, ...(code !== 'closed' && { found }) } })
}

/** An output that is no scores of these rows. */
export function scoresError(name: string, rows: number, output: string): ClassifierError {
  return new ClassifierError(`${name}: expected float scores of ${rows} images from output '${output}'`)
}

/** Another number of scores than there are classes. */
export function countError(name: string, rows: number, count: number): ClassifierError {
  return new ClassifierError(`${name}: expected float32 probabilities [${rows}, ${count}] as its classes say`)
}

/** A result that is no number. */
export function nanError(name: string, row: number): ClassifierError {
  return new ClassifierError(
    `${name}: image ${row}: the model gives NaN for a class. Its weights are damaged, or the image is beyond what it can take`,
  )
}
