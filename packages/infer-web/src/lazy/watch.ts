import { ClassifierError } from '@pixelrow/classifier'
import type { Runtime } from '../builds.ts'
import { WasmFileError } from './wasm-file.ts'

/** Milliseconds that onnxruntime-web may take to start once its `.wasm` file is there. Slow telephones take some seconds. */
const bound = 60_000

interface Watch {
  /** Rejects when onnxruntime-web will not start any more. It never resolves. */
  failed: Promise<never>
  /** The `.wasm` file is there. */
  count(): void
  stop(): void
}

/** One for each build that was asked to start: it starts once, and who asks meanwhile waits for the same. */
const watches = new WeakMap<Runtime, Watch>()

/** Runs `start`, with which onnxruntime-web starts, and which may say that the `.wasm` file is there. Throws a `ClassifierError` where that would be waited for in vain: onnxruntime-web waits for ever. */
export async function started<T>(runtime: Runtime, start: (fileIsThere: () => void) => Promise<T>): Promise<T> {
  const watch = watches.get(runtime) ?? watched()
  watches.set(runtime, watch)
  try {
    return await Promise.race([start(watch.count), watch.failed])
  } catch (error) {
    // The next call may start it.
    if (error instanceof WasmFileError) watches.delete(runtime)
    throw error
  } finally {
    watch.stop()
  }
}

function watched(): Watch {
  let fail: (reason: string, cause?: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = (reason, cause) => reject(startError(reason, cause))
  })
  failed.catch(() => {})
  let timer: ReturnType<typeof setTimeout> | undefined
  const count = () => {
    timer ??= setTimeout(() => fail(`nothing happened for ${bound / 1000} s after its .wasm file was there`), bound)
  }
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(({ name }) => new URL(name, 'file:').pathname.endsWith('.wasm'))) count()
  })
  observer.observe({ type: 'resource' })
  const unhear = hearThreads((event) => {
    const { message } = event as Partial<ErrorEvent>
    fail(`one of its threads fails: ${message || 'its file cannot be loaded'}`, event)
  })
  const stop = () => {
    clearTimeout(timer)
    observer.disconnect()
    unhear()
  }
  return { failed, count, stop }
}

/** Hears of the errors of threads that are made from now on, until it is stopped: onnxruntime-web itself listens to them too late. */
function hearThreads(heard: (error: Event) => void): () => void {
  const before = globalThis.Worker
  let listening = true
  const through = class extends before {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      if (listening && options?.name?.startsWith('em-pthread')) this.addEventListener('error', heard)
    }
  }
  globalThis.Worker = through
  return () => {
    listening = false
    // Where somebody else has put theirs over it meanwhile, it stays and does nothing.
    if (globalThis.Worker === through) globalThis.Worker = before
  }
}

function startError(reason: string, cause: unknown): ClassifierError {
  return new ClassifierError(
    `onnxruntime-web does not start: ${reason}. Reload the page; threads: 1 does without threads`,
    { code: 'CLASSIFIER_RUNTIME_STALLED', params: { reason }, cause },
  )
}
