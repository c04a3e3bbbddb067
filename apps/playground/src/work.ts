import type { PixelTable } from '@pixelrow/data'
import type { Classifier } from '@pixelrow/infer-web'

/** What a model takes, as plain data that a worker can be sent. */
export type Takes = Pick<Classifier, 'shape' | 'maxValue' | 'dataType' | 'preparation'>

/** What takes too long for the page itself: reading a table, decoding a picture and preparing it. */
export type Job = { kind: 'table'; file: File; takes: Takes } | { kind: 'picture'; file: File; takes: Takes }

/** A picture as it is shown, and its pixels as the model takes them. */
export interface Prepared {
  preview: ImageBitmap
  pixels: Uint8Array
}

interface Results {
  table: PixelTable
  picture: Prepared
}

/** What comes back: a result, or a sentence. */
export type Answer<K extends Job['kind'] = Job['kind']> = { result: Results[K] } | { error: string }

/** Does a job in a worker of its own, which ends with it or with the signal. Throws an Error with a sentence for the page. */
export function inWorker<K extends Job['kind']>(
  job: Extract<Job, { kind: K }>,
  signal?: AbortSignal,
): Promise<Results[K]> {
  const worker = new Worker(new URL('./files.worker.ts', import.meta.url), { type: 'module' })
  const done = new Promise<Results[K]>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer<K>>) =>
      'error' in data ? reject(new Error(data.error)) : resolve(data.result)
    worker.onerror = () => reject(new Error('A part of this page is missing on its server. Load the page again.'))
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  worker.postMessage(job)
  return done.finally(() => worker.terminate())
}
