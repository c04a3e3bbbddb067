import { parentPort, workerData } from 'node:worker_threads'
import { type Flags, whileBusy } from './busy.ts'

export { type Installed, type NativeConflict, nativeConflict } from './conflict.ts'

/** What a worker does: methods by name. A call waits until the one before it is done. */
export interface Served {
  /** Gives the answer, plain data. `transfer` names buffers in it that move to the host instead of being copied. */
  methods: Readonly<Record<string, (argument: never, transfer: (...buffers: ArrayBuffer[]) => void) => unknown>>
  /** Lets go of native things before the thread ends. */
  release?: () => void | Promise<void>
}

/**
 * Answers the host's calls, one after the other, until it asks to close; to be called once in a worker that `startHost` started.
 * `start` gets the host's `data`. While a method works, the shared flag says so, and a process that ends waits for it.
 */
export function serve<T>(start: (data: T) => Served): void {
  const { data, flags } = workerData as { data: T; flags: Flags }
  const port = parentPort!
  const { methods, release } = start(data)
  let previous: Promise<void> = Promise.resolve()

  async function answer({ id, method, argument }: { id: number; method: string; argument: never }): Promise<void> {
    const moved: ArrayBuffer[] = []
    try {
      const work = () => methods[method]!(argument, (...buffers) => moved.push(...buffers))
      port.postMessage({ id, result: await whileBusy(flags, work) }, moved)
    } catch (error) {
      port.postMessage({ id, error })
    }
  }

  async function close(): Promise<void> {
    try {
      await whileBusy(flags, () => release?.())
    } catch {
      // The thread ends all the same, and nobody waits for an answer.
    }
    // Deno's port of a worker cannot be closed; there, as in Node, this ends the thread alone.
    if (port.close) port.close()
    else process.exit()
  }

  port.on('message', (message) => {
    previous = previous.then(() => (message.method === 'close' ? close() : answer(message)))
  })
}
