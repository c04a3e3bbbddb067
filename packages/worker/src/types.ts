import type { Answer } from './calls.ts'

/** A worker that answers calls one by one. */
export interface Host {
  /**
   * Has the worker's method of this name called and gives what it returns; what the method throws is thrown here. `transfer` names
   * buffers that move to the worker: they are empty here afterwards. The process stays alive until the answer is there.
   */
  call<T>(method: string, argument?: unknown, transfer?: readonly ArrayBuffer[]): Promise<T>
  /** Lets what was called end, asks the worker to let go of what it holds, and waits until it is gone. */
  close(): Promise<void>
  /** Resolves when the worker is gone, whether it was closed or failed. */
  readonly exited: Promise<void>
}

/** How a worker is started. */
export interface HostOptions {
  /** The worker's name, in debuggers, in the system's list of processes and in errors. */
  name: string
  /** Plain data that the worker's `serve` gets. */
  data?: object
  /**
   * Whether the worker gets a process of its own. Default: inside a worker thread, as whoever has started that thread may terminate it, and Node ends the
   * threads that it has started with it; false elsewhere. `false` inside a thread leaves it to you that the thread is never ended during a call.
   */
  isolate?: boolean
  /**
   * Variables beside those of this process, by name. Native code reads them in a process of its own alone: a thread's are JavaScript's.
   */
  env?: Readonly<Record<string, string>>
  /** How long a process that ends waits for a native call under way, in milliseconds, 0 or more. Default 20,000. Nothing waits for an isolated worker. */
  exitPatience?: number
  /** Node's limits on the worker's JavaScript memory. */
  resourceLimits?: { maxYoungGenerationSizeMb?: number; maxOldGenerationSizeMb?: number }
}

/** What the process is told, after `{ source, options }`; `close` has no number, as nobody waits for an answer. */
export interface Call {
  id: number
  method: string
  argument: unknown
}

/** What the process tells: answers, and at last what its worker failed with, if it did. */
export type Told = Answer | { failure: unknown }
