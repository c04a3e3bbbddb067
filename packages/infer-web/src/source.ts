import { isA } from '../../../common/kinds.ts'
import type { ModelFile } from './model-file.ts'
import type { LoadOptions } from './options.ts'

/** What a model can be loaded from in a page. */
export type ModelSource = string | URL | Uint8Array | Blob

/** A model before it is read, with what errors call it. It can be sent to a worker. */
export interface NamedSource {
  name: string
  /** A whole URL, or what holds the bytes. */
  from: string | Uint8Array | Blob
}

/** Names a source. A relative URL counts from the page. */
export async function named(source: ModelSource): Promise<NamedSource> {
  // Of memory that has moved elsewhere nothing is left, and no view can be made.
  if (isA(source, 'Uint8Array') && source.length === 0) return { name: 'the model', from: new Uint8Array() }
  if (isA(source, 'Uint8Array', 'Blob', 'File'))
    return { name: (source as Partial<File>).name ?? 'the model', from: source }
  if (typeof source !== 'string' && !isA(source, 'URL')) throw (await import('./lazy/sentences.ts')).sourceError(source)
  const name = String(source)
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  if (URL.canParse(name, base)) return { name, from: new URL(name, base).href }
  throw (await import('./lazy/sentences.ts')).urlError(name)
}

/** Takes bytes and blobs as they are, and downloads a URL; `files` tells how far that is, and can keep what comes. */
export async function readModel(
  { name, from }: NamedSource,
  options: LoadOptions,
  files?: typeof import('./lazy/cache.ts'),
): Promise<ModelFile> {
  // The same memory, by this realm's own class: onnxruntime-web takes no other.
  if (isA(from, 'Uint8Array')) return { name, bytes: new Uint8Array(from.buffer, from.byteOffset, from.byteLength) }
  if (typeof from !== 'string') return { name, bytes: new Uint8Array(await from.arrayBuffer()) }
  const download = async () => (await import('./lazy/download.ts')).download({ name, url: from }, options)
  if (files) return files.modelFile(name, from, download, options)
  return { name, bytes: await (await import('./lazy/download.ts')).bytesWithin(await download()) }
}
