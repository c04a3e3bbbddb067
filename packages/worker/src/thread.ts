import { Worker } from 'node:worker_threads'
import { createFlags, type Flags, stopAndWait } from './busy.ts'
import { type Answer, createCalls } from './calls.ts'
import { WorkerError } from './errors.ts'
import type { Host, HostOptions } from './types.ts'

/** Flags of the workers that are alive, with how long each is waited for. */
const alive = new Map<Flags, number>()
function waitForWorkers(): void {
  for (const [flags, patience] of alive) stopAndWait(flags, patience)
}

/** A worker inherits Node's flags, and under these its source would be taken for a module. */
function commonJs(): { execArgv?: string[] } {
  return process.execArgv.some((flag) => /^--(input|experimental-default)-type/.test(flag)) ? { execArgv: [] } : {}
}

/** Starts a worker as a thread of this process, which waits for a call under way before it ends. */
export function startThread(source: string, options: HostOptions): Host {
  const { name, data, exitPatience = 20_000, resourceLimits, env } = options
  const flags = createFlags()
  const worker = new Worker(source, {
    eval: true,
    workerData: { data, flags },
    name,
    ...commonJs(),
    ...(env && { env: { ...process.env, ...env } }),
    ...(resourceLimits && { resourceLimits }),
  })
  const calls = createCalls((isHeld) => (isHeld ? worker.ref() : worker.unref()))
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      alive.delete(flags)
      if (alive.size === 0) process.off('exit', waitForWorkers)
      calls.fail(ended(name, code))
      resolve()
    })
  })
  worker.once('error', calls.fail)
  worker.on('message', (answer: Answer) => calls.settle(answer))
  if (alive.size === 0) process.on('exit', waitForWorkers)
  alive.set(flags, exitPatience)
  worker.unref()
  return {
    call: (method, argument, transfer = []) =>
      calls.make((id) => worker.postMessage({ id, method, argument }, transfer)),
    exited,
    async close() {
      calls.hold()
      worker.postMessage({ method: 'close' })
      await exited
    },
  }
}

function ended(name: string, code: number): WorkerError {
  return new WorkerError('WORKER_ENDED', `The worker ${name} ended (exit code ${code}).`, {
    params: { name, ended: `exit code ${code}` },
  })
}
