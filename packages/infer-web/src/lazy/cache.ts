// Downloads that tell how far they are, and are kept for the next visit.
import type { Fetched } from '../../../../common/within.ts'
import { type Build, type Runtime, wasmFile } from '../builds.ts'
import type { LoadOptions, Progress } from '../options.ts'

type Told = Pick<LoadOptions, 'cache' | 'onProgress'>

/** The bytes of a model: from the cache, else downloaded and kept. */
export async function modelBytes(
  url: string,
  download: () => Promise<Fetched>,
  { cache, onProgress }: Told,
): Promise<Uint8Array> {
  const store = await openStore('model', url, cache)
  const kept = await store.get()
  if (kept) return told(kept, 'model', onProgress)
  const bytes = await bytesOf(await download(), 'model', onProgress)
  await store.put(bytes)
  return bytes
}

/**
 * Runs `start`, with which onnxruntime-web starts, on a `.wasm` file that is kept, or keeps the one that it fetches. Only onnxruntime-web's own code knows where
 * a bundler has put that file, so its fetch is listened to; it goes on undisturbed.
 */
export async function withWasmFile<T>(
  { env }: Runtime,
  build: Build,
  { cache, onProgress }: Told,
  start: () => Promise<T>,
): Promise<T> {
  const store = await openStore('wasm', wasmFile(build), cache && env.versions.common)
  const kept = await store.get()
  if (kept) {
    env.wasm.wasmBinary = told(kept, 'wasm', onProgress)
    // It is handed over, and need not stay twice.
    return start().finally(() => {
      delete env.wasm.wasmBinary
    })
  }
  let copy: Promise<Uint8Array | undefined> | undefined
  const stop = listen((response) => {
    copy ??= bytesOf({ response, chunks: chunksOf(response) }, 'wasm', onProgress).catch(() => undefined)
  })
  try {
    const result = await start()
    const bytes = await copy
    if (bytes) await store.put(bytes)
    return result
  } finally {
    stop()
  }
}

/** Passes on a copy of each answer that is a `.wasm` file, until it is stopped. */
function listen(heard: (copy: Response) => void): () => void {
  const before = globalThis.fetch
  let listening = true
  const through: typeof fetch = async (input, init) => {
    const response = await before(input, init)
    const path = new URL(response.url || 'about:blank').pathname
    if (listening && response.ok && path.endsWith('.wasm')) heard(response.clone())
    return response
  }
  globalThis.fetch = through
  return () => {
    listening = false
    // Where somebody else has put theirs over it meanwhile, it stays and does nothing.
    if (globalThis.fetch === through) globalThis.fetch = before
  }
}

function told(bytes: Uint8Array, file: Progress['file'], onProgress: Told['onProgress']): Uint8Array {
  onProgress?.({ file, loaded: bytes.length, total: bytes.length })
  return bytes
}

/** The bytes of an answer as they come. */
function chunksOf({ body }: Response): AsyncIterator<Uint8Array> {
  const reader = body?.getReader()
  const over = { done: true, value: undefined } as const
  return { next: async () => (await reader?.read()) ?? over }
}

async function bytesOf(
  { response, chunks }: Fetched,
  file: Progress['file'],
  onProgress: Told['onProgress'],
): Promise<Uint8Array> {
  // The length of a compressed answer is not that of what comes out of it.
  const length = response.headers.has('content-encoding') ? 0 : Number(response.headers.get('content-length'))
  const parts: Uint8Array<ArrayBuffer>[] = []
  let loaded = 0
  for (let read = await chunks.next(); !read.done; read = await chunks.next()) {
    parts.push(read.value as Uint8Array<ArrayBuffer>)
    loaded += read.value.length
    onProgress?.({ file, loaded, total: length > 0 ? length : undefined })
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

/** One file in the browser's Cache API. Neither method ever fails: a cache that is full or forbidden is a slower page, not a broken one. */
interface Store {
  get(): Promise<Uint8Array | undefined>
  put(bytes: Uint8Array): Promise<void>
}

/** Changes with the form of what is kept. */
const cacheName = 'pixelrow-1'

/** Where a file is kept under a version; what the same file had under others is deleted with the next `put`. Without a version nothing is kept. */
async function openStore(kind: string, file: string, version: boolean | string | undefined): Promise<Store> {
  const cache = version ? await attempt(async () => caches.open(cacheName)) : undefined
  const place = `/pixelrow-cache/${kind}/${encodeURIComponent(file)}/`
  const key = place + encodeURIComponent(String(version))
  return {
    get: () =>
      attempt(async () => {
        const kept = await cache?.match(key)
        return kept && new Uint8Array(await kept.arrayBuffer())
      }),
    put: (bytes) =>
      attempt(async () => {
        if (!cache) return
        const old = await cache.keys()
        await Promise.all(
          old.filter(({ url }) => new URL(url).pathname.startsWith(place)).map((each) => cache.delete(each)),
        )
        await cache.put(key, new Response(bytes as Uint8Array<ArrayBuffer>))
      }),
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}
