import { ClassifierError, type Pictures, type Predictions, type Runner } from '@pixelrow/classifier'
import type { Build, BuildUrls, Plan } from '../builds.ts'
import type { LoadOptions, Progress, WasmPaths } from '../options.ts'
import type { Answer, Calls, Described, Refusal } from '../protocol.ts'
import type { Opened, Place } from '../session.ts'
import type { NamedSource } from '../source.ts'
import { openPicture, sendable } from './picture.ts'
import { startWorker, whereBuildsAre } from './start-worker.ts'

/** Opens a model in a worker, where downloads, runs and the preparation of pictures happen. */
export async function openInWorker(
  source: NamedSource,
  plan: Plan,
  { worker, signal, onProgress, wasmPaths, ...others }: LoadOptions,
): Promise<Opened & { pictures: Pictures; depth: number }> {
  const builds = whereBuildsAre()
  const line = connect(start(worker, plan.build, builds, source.name), source.name, onProgress)
  const abort = () => line.end(signal!.reason)
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  try {
    const { threads, cache, model, warmup, maxBytes, stallTimeout } = others
    const options = { wasmPaths: whole(wasmPaths), threads, cache, model, warmup, maxBytes, stallTimeout }
    const opened = await line.call('open', { source, plan, options, tellsProgress: Boolean(onProgress), builds })
    const { name, model: description, ...first } = opened as Described
    line.place ??= first
    // One run ahead, so that the worker need not wait for the page.
    return {
      name,
      place: placeOn(line, first),
      runner: runnerOn(line, description),
      pictures: picturesOn(line),
      depth: 2,
    }
  } catch (error) {
    line.end(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

interface Line {
  call<Method extends keyof Calls>(method: Method, job: Calls[Method], transfer?: Transferable[]): Promise<unknown>
  /** Ends the worker; whoever waits for it gets the error. */
  end(error: unknown): void
  /** Where the model runs, as the last answer said. */
  place?: Place
}

function connect(worker: Worker, name: string, onProgress: LoadOptions['onProgress']): Line {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  let [last, ended] = [0, undefined as unknown]
  const line: Line = {
    call(method, job, transfer = []) {
      if (ended) return Promise.reject(ended)
      return new Promise((resolve, reject) => {
        worker.postMessage({ id: ++last, method, job }, transfer)
        waiting.set(last, { resolve, reject })
      })
    },
    end(error) {
      ended ??= error
      worker.terminate()
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    },
  }
  worker.onmessage = ({ data }: MessageEvent<Answer | { progress: Progress }>) => {
    if ('progress' in data) return onProgress?.(data.progress)
    const { id, value, place, refused } = data
    if (place) line.place = place
    const caller = waiting.get(id)
    waiting.delete(id)
    if (refused) caller?.reject(errorOf(refused, name))
    else caller?.resolve(value)
  }
  worker.onerror = ({ message }) => line.end(workerFailed(name, message))
  worker.onmessageerror = () => line.end(workerFailed(name, 'a message could not be read'))
  return line
}

function runnerOn(line: Line, model: Runner['model']): Runner {
  return {
    model,
    run(pixels, rows) {
      // A copy of its own, which moves: the rest of the caller's memory would be sent along with a view of it.
      const own = pixels.slice()
      return line.call('run', { pixels: own, rows }, [own.buffer]) as Promise<Predictions>
    },
    async release() {
      await line.call('release', undefined).catch(() => {})
      line.end(new Error('closed'))
    },
  }
}

function picturesOn(line: Line): Pictures {
  return {
    async prepare(picture, how) {
      if (typeof picture === 'string')
        throw new ClassifierError(`${picture}: there are no files here. Pass the picture's bytes`, {
          code: 'CLASSIFIER_PICTURE_UNREADABLE',
          params: { path: picture, reason: 'no files here' },
        })
      const { picture: sent, transfer } = await sendable(picture)
      try {
        return (await line.call('prepare', { picture: sent, how }, transfer)) as Uint8Array
      } catch (error) {
        // Pixels of another origin cannot be sent. To read them here fails too, and says why.
        if ((error as Partial<Error>).name === 'DataCloneError') await openPicture(picture)
        throw error
      }
    },
  }
}

function placeOn(line: Line, first: Place): Place {
  return {
    get device() {
      return (line.place ?? first).device
    },
    get attempts() {
      return (line.place ?? first).attempts
    },
  }
}

function start(worker: LoadOptions['worker'], build: Build, builds: BuildUrls, name: string): Worker {
  try {
    return typeof worker === 'function' ? worker() : startWorker(build, builds)
  } catch (cause) {
    const reason = (cause as Error).message
    throw new ClassifierError(`the worker cannot be started: ${reason}. ${advice}`, {
      code: 'CLASSIFIER_WORKER_FAILED',
      params: { name, reason },
      cause,
    })
  }
}

/** A worker counts relative addresses from its own file. */
function whole(paths: WasmPaths | undefined): WasmPaths | undefined {
  const one = (path: string | URL) => new URL(path, globalThis.document?.baseURI ?? location.href).href
  if (paths === undefined || typeof paths === 'string') return paths === undefined ? paths : one(paths)
  const { wasm, mjs } = paths
  return { ...(wasm && { wasm: one(wasm) }), ...(mjs && { mjs: one(mjs) }) }
}

const advice =
  "Its file must come from the page's own origin, and a content security policy must allow it (worker-src 'self'). Or make it yourself: " +
  "worker: () => new Worker(…), of a module that calls serve() of '@pixelrow/infer-web/worker'"

function workerFailed(name: string, message: string | undefined): ClassifierError {
  const reason = message || 'its file cannot be loaded'
  return new ClassifierError(`${name}: the worker failed: ${reason}. ${advice}`, {
    code: 'CLASSIFIER_WORKER_FAILED',
    params: { name, reason },
  })
}

/** What the worker refuses; an error without a code is none of ours. */
function errorOf({ message, code, params, ...parts }: Refusal, name: string): ClassifierError {
  const known = code
    ? { code, params }
    : ({ code: 'CLASSIFIER_WORKER_FAILED', params: { name, reason: message } } as const)
  return new ClassifierError(message, { ...parts, ...known })
}
