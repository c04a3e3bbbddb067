// Downloads that tell how far they are, and are kept for the next visit.
import type { ClassifierError } from '@pixelrow/classifier'
import type { Fetched } from '../../../../common/within.ts'
import { type Build, type Runtime, wasmFile } from '../builds.ts'
import type { ModelFile } from '../model-file.ts'
import type { LoadOptions, Progress } from '../options.ts'

type Told = Pick<LoadOptions, 'cache' | 'onProgress'>

/** A model: what is kept, else downloaded, and kept once it has opened. */
export async function modelFile(
  name: string,
  url: string,
  download: () => Promise<Fetched>,
  { cache, onProgress }: Told,
): Promise<ModelFile> {
  const store = await openStore('model', url, cache)
  const fetched = async (): Promise<ModelFile> => {
    const bytes = await bytesOf(await download(), 'model', onProgress)
    return { name, bytes, keep: () => store.put(bytes) }
  }
  const kept = await store.get()
  if (!kept) return fetched()
  // Only once there is another one: without network, what does not open today may still do under other options.
  const renew = async () => {
    const other = await fetched()
    await store.drop()
    return other
  }
  return { name, bytes: told(kept, 'model', onProgress), renew }
}

/** Opens a model and keeps it then; one that is kept and does not open is fetched anew, once. */
export async function openKept<T>(file: ModelFile, open: (file: ModelFile) => Promise<T>): Promise<T> {
  let last = file
  const opened = await open(file).catch(async (error: Partial<ClassifierError>) => {
    const isOfModel = /_(MODEL_(DAMAGED|TOO_NEW|UNSUITABLE|REFUSED)|METADATA_\w+)$/.test(error?.code ?? '')
    if (!file.renew || !isOfModel) throw error
    last = await file.renew()
    return open(last)
  })
  await last.keep?.()
  return opened
}

/** Where onnxruntime-web's `.wasm` file is kept, and what tells of its download. */
export interface WasmKeeper extends Store {
  /** The bytes of an answer; undefined where it is cut. */
  read(answer: Response): Promise<Uint8Array | undefined>
}

/** The keeper of a build's file, which is kept by onnxruntime-web's version. */
export async function wasmKeeper({ env }: Runtime, build: Build, { cache, onProgress }: Told): Promise<WasmKeeper> {
  const store = await openStore('wasm', wasmFile(build), cache && env.versions.common)
  return {
    ...store,
    async get() {
      const kept = await store.get()
      return kept && told(kept, 'wasm', onProgress)
    },
    read: (response) => bytesOf({ response, chunks: chunksOf(response) }, 'wasm', onProgress).catch(() => undefined),
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

/** One file in the browser's Cache API. No method ever fails: a cache that is full or forbidden is a slower page, not a broken one. */
interface Store {
  get(): Promise<Uint8Array | undefined>
  put(bytes: Uint8Array): Promise<void>
  drop(): Promise<void>
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
    drop: () => attempt(async () => void (await cache?.delete(key))),
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}
