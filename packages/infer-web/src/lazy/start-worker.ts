import type { Build, BuildUrls } from '../builds.ts'

/** Bundlers look for `new Worker(new URL(…, import.meta.url))`, written out, and make a file of their own of each. */
export function startWorker(build: Build, builds: BuildUrls): Worker {
  if (builds.wasm) return new Worker(besides('./worker-any.js'), { type: 'module' })
  if (build === 'wasm') return new Worker(new URL('./worker-wasm.js', import.meta.url), { type: 'module' })
  if (build === 'jspi') return new Worker(new URL('./worker-jspi.js', import.meta.url), { type: 'module' })
  return new Worker(new URL('./worker-webgpu.js', import.meta.url), { type: 'module' })
}

/** Not written out: this one is as it is, beside this file. */
const besides = (file: string): URL => {
  const here = import.meta.url
  return new URL(file, here)
}

/** Where there is no bundler, the page's import map says it, of those that it has. */
export function whereBuildsAre(): BuildUrls {
  const found: BuildUrls = {}
  for (const build of ['wasm', 'jspi', 'webgpu'] as const) {
    try {
      found[build] = import.meta.resolve(`onnxruntime-web/${build}`)
    } catch {}
  }
  return found
}
