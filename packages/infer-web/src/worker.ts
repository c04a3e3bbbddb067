import { buildsAt, importedBuilds } from './imported.ts'
import { serve as serveWith } from './worker/serve.ts'

/**
 * All that the module of a worker of one's own does: `import { serve } from '@pixelrow/infer-web/worker'` and `serve()`. It then answers the page that
 * calls `load(url, { worker: () => new Worker(…) })`.
 */
export function serve(): void {
  serveWith((urls) => (urls.wasm ? buildsAt(urls) : importedBuilds))
}
