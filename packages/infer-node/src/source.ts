import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClassifierError } from '@pixelrow/classifier'

/** A model's bytes, with what errors call it. */
export interface ModelFile {
  name: string
  bytes: Uint8Array
}

/** Reads a model from a path, a `file:`, `http(s):` or `data:` URL, or takes its bytes as they are. */
export async function readModel(source: string | URL | Uint8Array): Promise<ModelFile> {
  if (source instanceof Uint8Array) return { name: 'the model', bytes: source }
  const url = asUrl(source)
  if (url === undefined) return readPath(String(source))
  return url.protocol === 'file:' ? readPath(fileURLToPath(url)) : download(url)
}

/** A one-letter scheme is a Windows drive, anything unknown a path. */
function asUrl(source: string | URL): URL | undefined {
  if (source instanceof URL) return source
  return /^(file|https?|data):/i.test(source) ? new URL(source) : undefined
}

async function readPath(path: string): Promise<ModelFile> {
  try {
    return { name: path, bytes: await readFile(path) }
  } catch (cause) {
    throw new ClassifierError(`${path}: ${explainRead(cause, path)}`, { cause })
  }
}

function explainRead(error: unknown, path: string): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return `expected an ONNX model, found no such file (looked for ${resolve(path)})`
  if (code === 'EISDIR') return 'expected an ONNX model, found a folder'
  if (code === 'EACCES') return 'the model cannot be read: permission denied'
  return `the model cannot be read: ${message}`
}

async function download(url: URL): Promise<ModelFile> {
  const name = url.protocol === 'data:' ? 'the model' : url.href
  const response = await fetch(url).catch((cause: unknown) => {
    throw new ClassifierError(`${name}: the model cannot be downloaded: no answer from ${url.host}`, { cause })
  })
  if (!response.ok)
    throw new ClassifierError(`${name}: the model cannot be downloaded: the server answers ${response.status}`)
  return { name, bytes: new Uint8Array(await response.arrayBuffer()) }
}
