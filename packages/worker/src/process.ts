import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { asNode } from '../../../common/asnode.ts'
import { isA } from '../../../common/kinds.ts'
import { createCalls } from './calls.ts'
import { WorkerError } from './errors.ts'
import { owned } from './owned.ts'
import relay from './relay.child.ts?source'
import type { Host, HostOptions, Told } from './types.ts'

/**
 * Starts a worker as a thread of a process of its own. That process ends when this thread ends, however that happens, and in the middle of a call too:
 * the channel between the two closes then. Answers are the same as a thread's; buffers are copied, and emptied here where they are to move.
 */
export function startProcess(source: string, options: HostOptions): Host {
  const { name, env = {} } = options
  const child = spawned(name, env)
  const hold = (isHeld: boolean) => {
    for (const held of [child, child.channel]) {
      if (isHeld) held?.ref()
      else held?.unref()
    }
  }
  const calls = createCalls(hold)
  // A pipe that is broken is told by the end of the process, which comes next.
  const send = (message: object) => child.send(message, () => {})
  child.on('message', (message: Told) => {
    if ('id' in message) calls.settle(owned(message).value)
    else if (message.failure) calls.fail(asError(message.failure))
  })
  const exited = endOf(child).then((ending) => calls.fail(failureOf(name, ending)))
  send({ source, options })
  hold(false)
  return {
    call: (method, argument, transfer = []) =>
      calls.make((id) => {
        send({ id, method, argument })
        if (transfer.length > 0) structuredClone(null, { transfer: [...transfer] })
      }),
    exited,
    async close() {
      calls.hold()
      send({ method: 'close' })
      await exited
    },
  }
}

/**
 * Whoever starts a process must be there to take note of its end, or the dead process stays in the system's table; a thread may be gone by then.
 * There, a shell starts it and ends at once, so that the system takes note.
 */
function spawned(name: string, env: NonNullable<HostOptions['env']>): ChildProcess {
  if (isSingleExecutable()) throw cannotStart(name, 'a single executable application has no Node to start')
  // An app's own flags could make a module of the source.
  const command = [process.execPath, '--input-type=commonjs', '-e', relay]
  const leaves = !isMainThread && existsSync(SHELL)
  const [file, ...rest] = leaves ? [SHELL, '-c', '"$0" "$@" &', ...command] : command
  try {
    return spawn(file!, rest, {
      env: asNode(env),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
      // A Ctrl-C is for whoever asked for the work, who then ends it in order.
      detached: true,
      windowsHide: true,
    })
  } catch (cause) {
    throw cannotStart(name, cause)
  }
}

const SHELL = '/bin/sh'

/** Whether Node and the app are one file, which would start the app anew. */
export function isSingleExecutable(): boolean {
  return process.getBuiltinModule?.('node:sea')?.isSea() ?? false
}

/** How a process ended: why it could not be started, or its code or signal where whoever has started it is still there. */
interface Ending {
  error?: Error
  how?: string
}

function endOf(child: ChildProcess): Promise<Ending> {
  const isDirect = child.spawnfile !== SHELL
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }))
    // After the last message.
    child.once('close', (code, signal) => resolve(isDirect ? { how: signal ?? `exit code ${code}` } : {}))
  })
}

function failureOf(name: string, { error, how }: Ending): WorkerError {
  if (error) return cannotStart(name, error)
  const params = { name, ...(how && { ended: how }) }
  return new WorkerError('WORKER_ENDED', `The process of ${name} ended${how ? ` (${how})` : ''}.`, { params })
}

function cannotStart(name: string, cause: unknown): WorkerError {
  const reason = asError(cause).message
  const message = `No process can be started for ${name}: ${reason}. With isolate: false it runs in a thread, which must not be ended during a call.`
  return new WorkerError('WORKER_CANNOT_START', message, { params: { name, reason }, cause })
}

const asError = (error: unknown): Error => (isA(error, 'Error') ? error : new Error(String(error)))
