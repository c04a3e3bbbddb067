// What is said before a model is there.
import { ClassifierError } from '@pixelrow/classifier'

/** A relative URL where there is no page. */
export function urlError(name: string): ClassifierError {
  return new ClassifierError(
    `${name}: expected a whole URL, as there is no page here to count from. For a file on disk take @pixelrow/infer-node`,
  )
}

/** An answer that is no file. */
export function answerError(name: string, status: number): ClassifierError {
  return new ClassifierError(`${name}: the model cannot be downloaded: the server answers ${status}`)
}

/** A number of threads that is none. */
export function threadsError(threads: number): ClassifierError {
  return new ClassifierError(`threads: expected an integer of 1 or more, found ${threads}`)
}
