// The process that `startProcess` starts: it has the worker in a thread, and passes calls and answers on. It hears at once that whoever started it is
// gone, also while the thread is inside a call. Then it is killed with all its threads, as ending in order would abort it.
import { isNativeError } from 'node:util/types'
import { isA } from '../../../common/kinds.ts'
import { WorkerError } from './errors.ts'
import { owned } from './owned.ts'
import { startThread } from './thread.ts'
import type { Call, Host, HostOptions, Told } from './types.ts'

process.once('message', ({ source, options }: { source: string; options: HostOptions }) => {
  process.title = options.name
  const host = startThread(source, options)
  process.on('message', (call: Call) => void (call.method === 'close' ? host.close() : pass(host, call)))
  void host.exited.then(() => leave(host))
})
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const tell = (message: Told, then = () => {}) => process.send!(message, then)

async function pass(host: Host, { id, method, argument }: Call): Promise<void> {
  try {
    const { value, buffers } = owned(argument)
    tell({ id, result: await host.call(method, value, buffers) })
  } catch (error) {
    tell({ id, error: sendable(error) })
  }
}

/** Tells what the thread failed with, if it did, behind all answers, and follows it. */
async function leave(host: Host): Promise<void> {
  const failure = await host.call('').catch((reason) => (reason instanceof WorkerError ? undefined : reason))
  tell({ failure: sendable(failure) }, () => process.exit())
}

/** What a worker fails with comes as an object that only looks like an error, of which nothing would arrive. */
function sendable(error: unknown): unknown {
  if (!isA(error, 'Error') || isNativeError(error)) return error
  const { name, message, stack } = error
  return Object.assign(new Error(message), { name, stack })
}
