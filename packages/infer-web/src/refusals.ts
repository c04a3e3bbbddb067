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

/** What is nothing that a model can be loaded from. */
export function sourceError(source: unknown): ClassifierError {
  const found = typeof source === 'object' ? Object.prototype.toString.call(source).slice(8, -1) : String(source)
  return new ClassifierError(`the model: expected a URL, bytes or a Blob, found ${found}`, {
    code: 'CLASSIFIER_SOURCE_INVALID',
    params: { found },
  })
}
