/** Who wrote a model, and so knows what it computes: where they differ, that one's numbers are right. */
export type Writer = 'tfjs' | 'keras2' | 'keras3'

/** The writer by a topology's `keras_version` and `backend`; undefined where it says neither. */
export function writerOf(topology: object): Writer | undefined {
  const { keras_version: version, backend } = topology as { keras_version?: unknown; backend?: unknown }
  if (backend === 'tensor_flow.js' || /^tfjs/.test(String(version))) return 'tfjs'
  if (/^[12]\./.test(String(version))) return 'keras2'
  return /^[3-9]\./.test(String(version)) ? 'keras3' : undefined
}
