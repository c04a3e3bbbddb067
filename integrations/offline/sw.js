// Keeps the page and its scripts. build.mjs puts in FILES, and VERSION, which changes with any of them.
const prefix = 'pixelrow-integration-offline-'
const name = prefix + VERSION

self.addEventListener('install', (event) => {
  // Past the browser's own cache, which may still have files of an earlier version.
  const requests = FILES.map((file) => new Request(file, { cache: 'no-cache' }))
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(requests)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([forgetOthers(), self.clients.claim()]))
})

self.addEventListener('fetch', (event) => {
  event.respondWith(kept(event.request).then((response) => response ?? fetch(event.request)))
})

async function kept(request) {
  const cache = await caches.open(name)
  return cache.match(request)
}

/** Earlier versions; other pages of the origin may have caches of their own. */
async function forgetOthers() {
  const names = await caches.keys()
  await Promise.all(names.filter((each) => each.startsWith(prefix) && each !== name).map((each) => caches.delete(each)))
}
