import { spawn } from 'node:child_process'
import { asNode } from '../../../../common/asnode.ts'
import { TrainError, type TrainErrorDetail } from '../error.ts'

/** A process of its own that answers calls one by one. */
export interface Child {
  /** Has the child's method of this name called and gives what it returns; what the method throws is thrown here. */
  call<T>(method: string, argument?: unknown): Promise<T>
  /** Lets what was called end, and waits until the process is gone. */
  close(): Promise<void>
}

/** What a child answers: the method's result, or its error, of which a class of ours is lost on the way. */
interface Answer {
  id: number
  result: never
  error?: Error
  detail?: TrainErrorDetail
}

/** What is kept of what a child prints, for the case that it dies. */
const KEPT_OUTPUT = 4000

/**
 * Runs CommonJS source that calls `answerParent`. Native code that fails hard takes down that process alone, reads an environment of its
 * own, and prints where nobody is bothered. It keeps this process alive only while a call is under way, and ends when this one does.
 */
export function startChild(source: string, { data, env }: { data: string; env: Record<string, string> }): Child {
  // An app's own flags could make a module of the source.
  const process_ = spawn(process.execPath, ['--input-type=commonjs', '-e', source, data], {
    env: asNode(env),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    // A Ctrl-C is for whoever asked for the training, who then ends it in order.
    detached: true,
    windowsHide: true,
  })
  const calls = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  let [count, output] = [0, '']
  let failure: Error | undefined
  const fail = (error: Error) => {
    failure ??= error
    for (const { reject } of calls.values()) reject(failure)
    calls.clear()
  }
  const hold = (isHeld: boolean) => {
    for (const held of [process_, process_.channel, process_.stderr as { ref?(): void; unref?(): void } | null]) {
      if (isHeld) held?.ref?.()
      else held?.unref?.()
    }
  }
  process_.stderr!.on('data', (text) => {
    output = `${output}${text}`.slice(-KEPT_OUTPUT)
  })
  const exited = new Promise<void>((resolve) => {
    process_.once('error', (error) => {
      fail(error)
      resolve()
    })
    process_.once('close', (code, signal) => {
      const last = output.trimEnd().split('\n').at(-1)
      const message = `The process that trains ended (${signal ?? `exit code ${code}`})${last ? `: ${last}` : '.'}`
      fail(new TrainError({ code: 'TRAIN_PROCESS_ENDED', params: { code, signal, last }, message }))
      resolve()
    })
  })
  process_.on('message', ({ id, result, error, detail }: Answer) => {
    const call = calls.get(id)
    calls.delete(id)
    if (calls.size === 0) hold(false)
    if (error) call?.reject(detail ? new TrainError(detail, { cause: error }) : error)
    else call?.resolve(result)
  })
  hold(false)

  return {
    call: <T>(method: string, argument?: unknown) =>
      new Promise<T>((resolve, reject) => {
        if (failure) return reject(failure)
        const id = count++
        calls.set(id, { resolve, reject })
        hold(true)
        process_.send({ id, method, argument }, (error) => error && !isBrokenPipe(error) && fail(error))
      }),
    async close() {
      if (failure) return exited
      hold(true)
      process_.send({ method: 'close' }, () => {})
      await exited
    },
  }
}

/** The pipe to a process that has died. How it died is told when it closes, which comes next. */
function isBrokenPipe({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_IPC_CHANNEL_CLOSED'
}
