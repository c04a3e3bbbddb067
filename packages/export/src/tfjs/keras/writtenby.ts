import { fail, type Site } from '../signal.ts'
import type { Writer } from './writer.ts'

/** Whether Keras wrote the model, of whatever version. Refuses a file that does not say it, where it matters for `what`. */
export function isKeras(site: Site, what: string): boolean {
  return writtenBy(site, what) !== 'tfjs'
}

/** Who wrote the model. Refuses a file that does not say it, where `what` depends on it. */
export function writtenBy(site: Site, what: string): Writer {
  const { writer } = site.lowering
  if (writer) return writer
  return fail(
    site,
    `${what} is not the same in Keras 2, Keras 3 and tfjs, and the file has no keras_version that says which one wrote it.`,
  )
}
