import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { type Flags, whileBusy } from './busy.ts'
import { type Job, openSessions, type Runtime } from './sessions.ts'

/** The worker's side of the onnxruntime engine: `open` a job, then its methods, then `close`. Calls are done in order. */
const { runtime, flags } = workerData as { runtime: string; flags: Flags }
const port = parentPort!
type Sessions = Awaited<ReturnType<typeof openSessions>>
let sessions: Sessions | undefined
let previous: Promise<void> = Promise.resolve()

async function answer(method: string, argument: never): Promise<unknown> {
  if (method === 'open') {
    sessions = await openSessions(createRequire(runtime)(runtime) as Runtime, argument as Job)
    return undefined
  }
  return sessions?.[method as keyof Sessions](argument)
}

async function handle({ id, method, argument }: { id: number; method: string; argument: never }): Promise<void> {
  try {
    if (method !== 'close') {
      port.postMessage({ id, result: await whileBusy(flags, () => answer(method, argument)) })
      return
    }
    await whileBusy(flags, () => sessions?.release())
    port.close()
  } catch (error) {
    if (method === 'close') port.close()
    else port.postMessage({ id, error })
  }
}

port.on('message', (message) => {
  previous = previous.then(() => handle(message))
})
