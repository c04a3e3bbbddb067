import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClassifierError } from '@pixelrow/classifier'
import { isA } from '../../../common/kinds.ts'
import { show } from '../../../common/options.ts'
import { systemReason } from '../../../common/system.ts'
import { type Bounds, bytesWithin, excessOf, fetchWithin } from '../../../common/within.ts'
import { type Beside, weightsBeside } from './weights.ts'

/** What a model can be loaded from: a path, a URL (`file:`, `http:`, `https:`, `data:`), bytes, a blob, or a stream of bytes (Node's or the web's). */
export type ModelSource = string | URL | Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** A model's bytes, with what errors call it. */
export interface ModelFile {
  name: string
  bytes: Uint8Array
  /** Where some of its weights lie in files beside it. */
  beside?: Beside | undefined
}

/** Reads a model, or takes its bytes as they are, and looks for the files that belong to it. */
export async function readModel(source: ModelSource, bounds: Bounds): Promise<ModelFile> {
  const { name, bytes, path } = await readBytes(source, bounds)
  return { name, bytes, beside: await weightsBeside(name, bytes, path) }
}

interface FileBytes {
  name: string
  bytes: Uint8Array
  path?: string
}

async function readBytes(source: ModelSource, bounds: Bounds): Promise<FileBytes> {
  // The same memory, by this realm's own class: onnxruntime takes no other.
  // Of memory that has moved elsewhere nothing is left, and no view can be made.
  if (isA(source, 'Uint8Array')) {
    const { buffer, byteOffset, byteLength } = source
    return { name: 'the model', bytes: byteLength ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array() }
  }
  if (isA(source, 'Blob', 'File')) return { name: 'the model', bytes: new Uint8Array(await source.arrayBuffer()) }
  if (typeof source === 'string' || isA(source, 'URL')) return readAddress(source, bounds)
  if (typeof source === 'object' && source !== null && Symbol.asyncIterator in source)
    return { name: 'the model', bytes: await bytesOf(source as AsyncIterable<Uint8Array>) }
  throw new ClassifierError(`the model: expected a path, a URL, bytes or a stream, found ${show(source)}`, {
    code: 'CLASSIFIER_SOURCE_INVALID',
    params: { found: show(source) },
  })
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

function readAddress(source: string | URL, bounds: Bounds): Promise<FileBytes> {
  const url = asUrl(source)
  if (url === undefined) return readPath(String(source))
  return url.protocol === 'file:' ? readPath(fileURLToPath(url)) : download(url, bounds)
}

/** A one-letter scheme is a Windows drive, anything unknown a path. */
function asUrl(source: string | URL): URL | undefined {
  if (typeof source !== 'string') return new URL(source.href)
  return /^(file|https?|data):/i.test(source) ? new URL(source) : undefined
}

async function readPath(path: string): Promise<FileBytes> {
  try {
    return { name: path, bytes: await readFile(path), path }
  } catch (cause) {
    throw new ClassifierError(`${path}: ${explainRead(cause, path, 'an ONNX model')}`, {
      code: 'CLASSIFIER_MODEL_UNREADABLE',
      params: { name: path, reason: (cause as NodeJS.ErrnoException).code },
      cause,
    })
  }
}

/** Why a file cannot be read, where `expected` was. */
export function explainRead(error: unknown, path: string, expected: string): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return `expected ${expected}, found no such file (looked for ${resolve(path)})`
  if (code === 'EISDIR') return `expected ${expected}, found a folder`
  if (code === 'EACCES') return 'it cannot be read: permission denied'
  return `it cannot be read: ${systemReason(error)}`
}

async function download(url: URL, { maxBytes = 2 ** 31, stallTimeout = 60_000 }: Bounds): Promise<FileBytes> {
  const name = url.protocol === 'data:' ? 'the model' : url.href
  const exceeded = (option: keyof Bounds, limit: number) => limitError(name, { option, limit })
  const fetched = await fetchWithin(url, { maxBytes, stallTimeout, exceeded }).catch((cause: unknown) => {
    if (cause instanceof ClassifierError) throw cause
    throw new ClassifierError(`${name}: the model cannot be downloaded: no answer from ${url.host}`, {
      code: 'CLASSIFIER_MODEL_UNREACHABLE',
      params: { name },
      cause,
    })
  })
  const { ok, status } = fetched.response
  if (!ok) {
    await fetched.chunks.return?.()
    const message = `${name}: the model cannot be downloaded: the server answers ${status}`
    throw new ClassifierError(message, { code: 'CLASSIFIER_MODEL_UNREACHABLE', params: { name, status } })
  }
  return { name, bytes: await bytesWithin(fetched) }
}

function limitError(name: string, params: { option: keyof Bounds; limit: number }): ClassifierError {
  const message = `${name}: the model cannot be downloaded: ${excessOf(params.option, params.limit)}`
  return new ClassifierError(message, { code: 'CLASSIFIER_MODEL_LIMIT', params: { name, ...params } })
}
