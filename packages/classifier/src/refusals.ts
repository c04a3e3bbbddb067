// What is said where an image, a result or a moment is not as it should be.
import { ClassifierError } from './errors.ts'

/** After `close()`. */
export function closedError(name: string): ClassifierError {
  return new ClassifierError(`${name}: the classifier is closed. Load the model again to go on`, { code: 'closed' })
}

/** More wait than may. */
export function busyError(name: string, found: number): ClassifierError {
  const advice = 'Answer 503, let callers wait for results, or raise maxQueue'
  return new ClassifierError(`${name}: ${found} images wait already. ${advice}`, { code: 'busy' })
}

/** The time that a caller gave is over. */
export function deadlineError(name: string, timeoutMs: number): ClassifierError {
  return new ClassifierError(`${name}: no result within ${timeoutMs} ms`, { code: 'deadline' })
}

/** A `top` that is no count. */
export function topError(top: number): ClassifierError {
  return new ClassifierError(`top: expected an integer of 1 or more, found ${top}`)
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
