import { WorkerError } from './errors.ts'

/**
 * Two shared integers between a host and its worker. A worker that is torn down in the middle of a native call aborts the
 * whole process, so the host waits for `BUSY` to become 0 before it lets the process end, and `STOP` forbids new calls.
 */
export const BUSY = 0
export const STOP = 1

export type Flags = Int32Array<SharedArrayBuffer>

export function createFlags(): Flags {
  return new Int32Array(new SharedArrayBuffer(8))
}

/** Worker side: does native work unless the host has said stop. */
export async function whileBusy<T>(flags: Flags, work: () => T | Promise<T>): Promise<T> {
  Atomics.store(flags, BUSY, 1)
  try {
    // Looked at after BUSY is up: either the host sees us busy and waits, or we see its stop.
    if (Atomics.load(flags, STOP)) throw new WorkerError('WORKER_ENDING', 'The process is ending.')
    return await work()
  } finally {
    Atomics.store(flags, BUSY, 0)
    Atomics.notify(flags, BUSY)
  }
}

/** Host side: forbids new work and blocks until what is under way has ended, at most `milliseconds`. */
export function stopAndWait(flags: Flags, milliseconds: number): void {
  Atomics.store(flags, STOP, 1)
  Atomics.wait(flags, BUSY, 1, milliseconds)
}
