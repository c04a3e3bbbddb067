import { Worker } from 'node:worker_threads'
import { createFlags, type Flags, stopAndWait } from './busy.ts'

/** A worker thread that answers calls one by one. */
export interface Host {
  /**
   * Has the worker's method of this name called and gives what it returns; what the method throws is thrown here. `transfer` names
   * buffers that move to the worker instead of being copied. The process stays alive until the answer is there.
   */
  call<T>(method: string, argument?: unknown, transfer?: readonly ArrayBuffer[]): Promise<T>
  /** Lets what was called end, asks the worker to let go of what it holds, and waits until its thread is gone. */
  close(): Promise<void>
  /** Resolves when the thread is gone, whether it was closed or failed. */
  readonly exited: Promise<void>
}

/** How a worker is started. */
export interface HostOptions {
  /** The thread's name, in debuggers and in errors. */
  name: string
  /** Plain data that the worker's `serve` gets. */
  data?: object
  /** How long a process that ends waits for a native call under way, in milliseconds. Default 20,000. */
  exitPatience?: number
  /** Node's limits on the worker's JavaScript memory. */
  resourceLimits?: { maxYoungGenerationSizeMb?: number; maxOldGenerationSizeMb?: number }
}

/** Flags of the workers that are alive, with how long each is waited for. */
const alive = new Map<Flags, number>()
function waitForWorkers(): void {
  for (const [flags, patience] of alive) stopAndWait(flags, patience)
}

/** A worker inherits Node's flags, and under these its source would be taken for a module. */
function commonJs(): { execArgv?: string[] } {
  return process.execArgv.some((flag) => /^--(input|experimental-default)-type/.test(flag)) ? { execArgv: [] } : {}
}

/**
 * Starts a worker from CommonJS source that calls `serve` of `@pixelrow/worker/inside`. It keeps the process alive only while a call is under way.
 * A process that ends meanwhile, by `process.exit` too, first waits for the native call that is being done: a thread torn down inside one
 * would abort the process. Where the worker's code fails outside a call, all calls under way are rejected with its error.
 */
export function startHost(source: string, options: HostOptions): Host {
  const { name, data, exitPatience = 20_000, resourceLimits } = options
  const flags = createFlags()
  const worker = new Worker(source, {
    eval: true,
    workerData: { data, flags },
    name,
    ...commonJs(),
    ...(resourceLimits && { resourceLimits }),
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
      fail(new Error(`The worker ${name} ended (exit code ${code}).`))
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
  alive.set(flags, exitPatience)
  worker.unref()

  const call = <T>(method: string, argument?: unknown, transfer: readonly ArrayBuffer[] = []) =>
    new Promise<T>((resolve, reject) => {
      if (failure) return reject(failure)
      const id = count++
      // Posted first: what cannot be cloned throws, and nobody would answer.
      worker.postMessage({ id, method, argument }, transfer)
      calls.set(id, { resolve, reject })
      worker.ref()
    })
  return {
    call,
    exited,
    async close() {
      worker.ref()
      worker.postMessage({ method: 'close' })
      await exited
    },
  }
}
