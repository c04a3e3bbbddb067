import { ClassifierError, type PlainSession, type Predictions } from '@pixelrow/classifier'
import { type Host, startHost } from '@pixelrow/worker'
import { isA } from '../../../common/kinds.ts'
import { isAccelerator } from './device.ts'
import source from './infer.worker.ts?source'
import type { Opened, OpenJob } from './opened.ts'
import type { Answer, Described } from './protocol.ts'

/**
 * Opens a model in a worker, so that runs do not hold up the event loop: a thread, or a process where the job says so. Where the worker fails, its
 * callers get the error, and the next run starts another worker, but for a device whose driver may be the cause.
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

  const { model, batch } = first.described
  return {
    device: job.device,
    batch,
    lanes: 1,
    // It gets its next full run ahead, so that it never waits for this thread.
    depth: 2,
    runner: {
      model,
      async run(pixels, rows, { owned = false } = {}) {
        // A device that was lost is not tried again: it may be lost each time.
        current ??= isAccelerator(job.device) ? Promise.resolve(first.host) : again()
        const host = await current
        // What moves is memory with nothing else in it: a copy, where the caller needs it or has more there. A process gets a copy in any case.
        const moves = owned && isWhole(pixels)
        const own = moves || job.isolate ? pixels : pixels.slice()
        const moved = moves || !job.isolate ? [own.buffer as ArrayBuffer] : []
        const call = host.call<Answer<Predictions>>('run', { pixels: own, rows }, moved)
        call.catch(() => forget(host))
        return asked(job, call)
      },
      async release() {
        await (await current?.catch(() => undefined))?.close()
      },
    },
  }
}

const isWhole = ({ buffer, byteLength }: Uint8Array) => isA(buffer, 'ArrayBuffer') && buffer.byteLength === byteLength

async function started(job: OpenJob): Promise<{ host: Host; described: Described }> {
  const host = startedHost(job)
  try {
    return { host, described: await asked<Described>(job, host.call('open', job)) }
  } catch (error) {
    await host.close()
    throw error
  }
}

/** Opens any ONNX file in a worker, to run it with tensors by name. */
export async function openPlainInWorker(job: OpenJob): Promise<PlainSession> {
  const host = startedHost(job)
  try {
    await asked(job, host.call('openPlain', job))
  } catch (error) {
    await host.close()
    throw error
  }
  return { run: (feeds) => asked(job, host.call('runPlain', feeds)), close: () => host.close() }
}

function startedHost({ isolate }: OpenJob): Host {
  return startHost(source, { name: 'pixelrow-infer', isolate })
}

async function asked<T>({ name }: OpenJob, call: Promise<Answer<T>>): Promise<T> {
  const answer = await call.catch((cause: Error) => {
    const { message: reason } = cause
    throw new ClassifierError(`${name}: the worker failed: ${reason}`, {
      code: 'CLASSIFIER_WORKER_FAILED',
      params: { name, reason },
      cause,
    })
  })
  if (!answer.refused) return answer.value
  const { message, cause, code, params, ...rest } = answer.refused
  // An error without a code is none of ours.
  const known = code
    ? { code, params }
    : ({ code: 'CLASSIFIER_WORKER_FAILED', params: { name, reason: message } } as const)
  throw new ClassifierError(message, { ...rest, ...known, ...(cause !== undefined && { cause: new Error(cause) }) })
}
