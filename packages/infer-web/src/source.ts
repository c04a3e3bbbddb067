import { ClassifierError } from '@pixelrow/classifier'

/** A model's bytes, with what errors call it. */
export interface ModelFile {
  name: string
  bytes: Uint8Array
}

/** Takes bytes and blobs as they are, and downloads a URL (relative ones count from the page). */
export async function readModel(source: string | URL | Uint8Array | Blob, signal?: AbortSignal): Promise<ModelFile> {
  if (source instanceof Uint8Array) return { name: 'the model', bytes: source }
  if (typeof Blob !== 'undefined' && source instanceof Blob)
    return { name: 'name' in source ? String(source.name) : 'the model', bytes: await bytesOf(source) }
  return download(String(source), signal)
}

async function download(url: string, signal?: AbortSignal): Promise<ModelFile> {
  if (!URL.canParse(url, globalThis.location?.href))
    throw new ClassifierError(
      `${url}: expected a whole URL, as there is no page here to count from. For a file on disk take @pixelrow/infer-node`,
    )
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    signal?.throwIfAborted()
    throw new ClassifierError(`${url}: the model cannot be downloaded: no answer, or another origin without CORS`, {
      cause,
    })
  })
  if (!response.ok)
    throw new ClassifierError(`${url}: the model cannot be downloaded: the server answers ${response.status}`)
  return { name: url, bytes: await bytesOf(response) }
}

async function bytesOf(source: Blob | Response): Promise<Uint8Array> {
  return new Uint8Array(await source.arrayBuffer())
}
