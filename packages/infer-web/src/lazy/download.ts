// A model that comes from a URL, as far as its server may go.
import { ClassifierError } from '@pixelrow/classifier'
import { type Bounds, bytesWithin, excessOf, type Fetched, fetchWithin } from '../../../../common/within.ts'
import type { DownloadOptions } from '../options.ts'
import { answerError } from './sentences.ts'

/** What is called by which name, and where it is. */
interface Named {
  name: string
  url: string
}

export { bytesWithin }

/** Asks for a model; its bytes are still to come. */
export async function download(
  { name, url }: Named,
  { maxBytes = 2 ** 31, stallTimeout = 60_000, signal }: DownloadOptions & { signal?: AbortSignal },
): Promise<Fetched> {
  const exceeded = (option: keyof Bounds, limit: number) => limitError(name, { option, limit })
  const failed = (cause: unknown): never => {
    signal?.throwIfAborted()
    throw cause instanceof ClassifierError ? cause : unreachable(name, cause)
  }
  const fetched = await fetchWithin(url, { maxBytes, stallTimeout, exceeded, signal }).catch(failed)
  const { response, chunks } = fetched
  if (!response.ok) {
    await chunks.return?.()
    throw answerError(name, response.status)
  }
  return { response, chunks: { ...chunks, next: () => chunks.next().catch(failed) } }
}

function unreachable(name: string, cause: unknown): ClassifierError {
  const why =
    globalThis.navigator?.onLine === false ? 'this browser is offline' : 'no answer, or another origin without CORS'
  return new ClassifierError(`${name}: the model cannot be downloaded: ${why}`, {
    code: 'CLASSIFIER_MODEL_UNREACHABLE',
    params: { name, reason: why },
    cause,
  })
}

function limitError(name: string, params: { option: keyof Bounds; limit: number }): ClassifierError {
  const message = `${name}: the model cannot be downloaded: ${excessOf(params.option, params.limit)}`
  return new ClassifierError(message, { code: 'CLASSIFIER_MODEL_LIMIT', params: { name, ...params } })
}
