import { Worker } from 'node:worker_threads'
import { createFlags, type Flags, stopAndWait } from './busy.ts'

/** A worker thread that answers calls one by one. */
export interface Host {
  call<T>(method: string, argument?: unknown): Promise<T>
  /** Ends the worker once it is idle. */
  close(): Promise<void>
}

/** How long a process that ends waits for a native call under way; a chunk of training takes half a second. */
const EXIT_PATIENCE_MS = 20_000

const alive = new Set<Flags>()
function waitForWorkers(): void {
  for (const flags of alive) stopAndWait(flags, EXIT_PATIENCE_MS)
}

/** Starts a worker from CommonJS source. It keeps the process alive only while a call is under way. */
export function startHost(source: string, data: object): Host {
  const flags = createFlags()
  const worker = new Worker(source, {
    eval: true,
    workerData: { ...data, flags },
    name: 'pixelrow-train',
    // What comes and goes with a chunk is small; a large nursery would only let it pile up.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  })
  const calls = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  let failure: Error | undefined
  let count = 0

  const fail = (error: Error) => {
    failure ??= error
    for (const { reject } of calls.values()) reject(failure)
    calls.clear()
  }
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      alive.delete(flags)
      if (alive.size === 0) process.off('exit', waitForWorkers)
      fail(new Error(`The training worker ended (exit code ${code}).`))
      resolve()
    })
  })
  worker.once('error', fail)
  worker.on('message', ({ id, result, error }: { id: number; result: never; error?: Error }) => {
    const call = calls.get(id)
    calls.delete(id)
    if (calls.size === 0) worker.unref()
    if (error) call?.reject(error)
    else call?.resolve(result)
  })
  if (alive.size === 0) process.on('exit', waitForWorkers)
  alive.add(flags)
  worker.unref()

  const call = <T>(method: string, argument?: unknown) =>
    new Promise<T>((resolve, reject) => {
      if (failure) return reject(failure)
      const id = count++
      calls.set(id, { resolve, reject })
      worker.ref()
      worker.postMessage({ id, method, argument })
    })
  return {
    call,
    async close() {
      worker.ref()
      worker.postMessage({ method: 'close' })
      await exited
    },
  }
}
