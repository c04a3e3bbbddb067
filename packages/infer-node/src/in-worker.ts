import { ClassifierError, type Predictions } from '@pixelrow/classifier'
import { type Host, startHost } from '@pixelrow/worker'
import source from './infer.worker.ts?source'
import type { Opened, OpenJob } from './opened.ts'
import type { Answer, Described } from './protocol.ts'

/**
 * Opens a model in a worker thread, so that runs do not hold up the event loop. Where the worker's code fails, its callers get the error, and the
 * next run starts another worker.
 */
export async function openInWorker(job: OpenJob): Promise<Opened> {
  const first = await started(job)
  let current: Promise<Host> | undefined = Promise.resolve(first.host)
  let live: Host | undefined = first.host
  const forget = (host: Host) => {
    if (live === host) current = live = undefined
  }
  void first.host.exited.then(() => forget(first.host))

  function again(): Promise<Host> {
    const starting = started(job).then(({ host }) => {
      live = host
      void host.exited.then(() => forget(host))
      return host
    })
    // Where it cannot start, the next run tries once more.
    starting.catch(() => {
      current = undefined
    })
    return starting
  }

  const { model, device, attempts } = first.described
  return {
    device,
    attempts,
    runner: {
      model,
      async run(pixels, rows, { owned = false } = {}) {
        current ??= again()
        const host = await current
        // What moves is memory with nothing else in it: a copy, where the caller needs it or has more there.
        const own = owned && isWhole(pixels) ? pixels : pixels.slice()
        const call = host.call<Answer<Predictions>>('run', { pixels: own, rows }, [own.buffer as ArrayBuffer])
        call.catch(() => forget(host))
        return asked(job, call)
      },
      async release() {
        await (await current?.catch(() => undefined))?.close()
      },
    },
  }
}

const isWhole = ({ buffer, byteLength }: Uint8Array) =>
  buffer instanceof ArrayBuffer && buffer.byteLength === byteLength

async function started(job: OpenJob): Promise<{ host: Host; described: Described }> {
  const host = startHost(source, { name: 'pixelrow-infer' })
  try {
    return { host, described: await asked<Described>(job, host.call('open', job)) }
  } catch (error) {
    await host.close()
    throw error
  }
}

async function asked<T>({ name }: OpenJob, call: Promise<Answer<T>>): Promise<T> {
  const answer = await call.catch((cause: Error) => {
    throw new ClassifierError(`${name}: the worker failed: ${cause.message}`, { cause })
  })
  if (!answer.refused) return answer.value
  const { message, attempts, cause, offset } = answer.refused
  throw new ClassifierError(message, {
    attempts,
    ...(cause !== undefined && { cause: new Error(cause) }),
    ...(offset !== undefined && { offset }),
  })
}
