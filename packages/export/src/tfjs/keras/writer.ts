import { fail, type Site } from '../signal.ts'

/** Who wrote a model, and so knows what it computes: where they differ, that one's numbers are right. */
export type Writer = 'tfjs' | 'keras2' | 'keras3'

/** The writer by a topology's `keras_version` and `backend`; undefined where it says neither. */
export function writerOf(topology: object): Writer | undefined {
  const { keras_version: version, backend } = topology as { keras_version?: unknown; backend?: unknown }
  if (backend === 'tensor_flow.js' || /^tfjs/.test(String(version))) return 'tfjs'
  if (/^[12]\./.test(String(version))) return 'keras2'
  return /^[3-9]\./.test(String(version)) ? 'keras3' : undefined
}

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
