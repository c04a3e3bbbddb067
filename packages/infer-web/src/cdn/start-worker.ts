// In place of ../lazy/start-worker.ts: the worker is this file.
import type { BuildUrls } from '../builds.ts'

/** What tells the file that it is to serve. */
export const workerName = 'pixelrow'

export function startWorker(): Worker {
  const here = import.meta.url
  const options: WorkerOptions = { type: 'module', name: workerName }
  if (new URL(here).origin === location.origin) return new Worker(here, options)
  // A page may start no worker of another origin, but one that imports from there.
  const code = new Blob([`import ${JSON.stringify(here)}`], { type: 'text/javascript' })
  return new Worker(URL.createObjectURL(code), options)
}

export const whereBuildsAre = (): BuildUrls => ({})
