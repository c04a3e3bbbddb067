import { isMainThread } from 'node:worker_threads'
import { isSingleExecutable, startProcess } from './process.ts'
import { checkHostOptions } from './rules.ts'
import { startThread } from './thread.ts'
import type { Host, HostOptions } from './types.ts'

/**
 * Starts a worker from CommonJS source that calls `serve` of `@pixelrow/worker/inside`. It keeps the process alive only while a call is under way.
 *
 * A thread that is ended inside a native call aborts the whole process. So a process that ends, by `process.exit` too, first waits for the call that is
 * being done, and inside a worker thread, which may be terminated at any time, the worker gets a process of its own. Where the worker's code fails outside
 * a call, all calls under way are rejected with its error. Throws a `WorkerError` for options that do not fit, and where no process can be started.
 */
export function startHost(source: string, options: HostOptions): Host {
  checkHostOptions(options)
  return isolates(options.isolate) ? startProcess(source, options) : startThread(source, options)
}

/** Whether `startHost` starts a process: what is said, else whether this is a worker thread. A single executable application has no Node to start. */
export function isolates(isolate?: boolean): boolean {
  return isolate ?? (!isMainThread && !isSingleExecutable())
}
