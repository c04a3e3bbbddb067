/** One file in the browser's Cache API. Neither method ever fails: a cache that is full or forbidden is a slower page, not a broken one. */
export interface Store {
  get(): Promise<Uint8Array | undefined>
  put(bytes: Uint8Array): Promise<void>
}

/** Changes with the form of what is kept. */
const cacheName = 'pixelrow-1'

/** Where a file is kept under a version; what the same file had under others is deleted with the next `put`. Without a version nothing is kept. */
export async function openStore(kind: string, file: string, version: boolean | string | undefined): Promise<Store> {
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
