import { ClassifierError } from '@pixelrow/classifier'
import { isA } from '../../../common/kinds.ts'
import type { LoadOptions } from './options.ts'

/** What a model can be loaded from in a page. */
export type ModelSource = string | URL | Uint8Array | Blob

/** A model before it is read, with what errors call it. It can be sent to a worker. */
export interface NamedSource {
  name: string
  /** A whole URL, or what holds the bytes. */
  from: string | Uint8Array | Blob
}

/** A model's bytes, with what errors call it. */
export interface ModelFile {
  name: string
  bytes: Uint8Array
}

/** Names a source. A relative URL counts from the page. */
export async function named(source: ModelSource): Promise<NamedSource> {
  if (isA(source, 'Uint8Array', 'Blob', 'File'))
    return { name: (source as Partial<File>).name ?? 'the model', from: source }
  if (typeof source !== 'string' && !isA(source, 'URL')) throw (await import('./lazy/sentences.ts')).sourceError(source)
  const name = String(source)
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  if (URL.canParse(name, base)) return { name, from: new URL(name, base).href }
  throw (await import('./lazy/sentences.ts')).urlError(name)
}

/** Takes bytes and blobs as they are, and downloads a URL; `files` tells how far that is, and keeps what comes. */
export async function readModel(
  { name, from }: NamedSource,
  options: LoadOptions,
  files?: typeof import('./lazy/cache.ts'),
): Promise<ModelFile> {
  // The same memory, by this realm's own class: onnxruntime-web takes no other.
  if (isA(from, 'Uint8Array')) return { name, bytes: new Uint8Array(from.buffer, from.byteOffset, from.byteLength) }
  const download = () => answerOf(name, String(from), options.signal)
  if (files && typeof from === 'string') return { name, bytes: await files.modelBytes(from, download, options) }
  const body = typeof from === 'string' ? await download() : from
  return { name, bytes: new Uint8Array(await body.arrayBuffer()) }
}

async function answerOf(name: string, url: string, signal: AbortSignal | undefined): Promise<Response> {
  const response = await fetch(url, signal && { signal }).catch((cause: unknown) => {
    signal?.throwIfAborted()
    const why =
      globalThis.navigator?.onLine === false ? 'this browser is offline' : 'no answer, or another origin without CORS'
    throw new ClassifierError(`${name}: the model cannot be downloaded: ${why}`, {
      code: 'CLASSIFIER_MODEL_UNREACHABLE',
      params: { name, reason: why },
      cause,
    })
  })
  if (response.ok) return response
  throw (await import('./lazy/sentences.ts')).answerError(name, response.status)
}
