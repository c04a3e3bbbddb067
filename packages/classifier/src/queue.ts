import type { QueueErrorCode } from './errors.ts'
import type { Runner } from './session.ts'
import type { CallOptions, Predictions, QueueOptions } from './types.ts'

/** How many runs may be under way. */
export interface Lanes {
  /** Runs that the runner works on at once. */
  lanes: number
  /** Runs that a lane may have at once, the one that it works on among them. */
  depth: number
}

/** Work for one run, or a share of one. */
export interface Job extends CallOptions {
  pixels: Uint8Array
  rows: number
  /** Whether it counts for `maxQueue`; bulk work has a bound of its own. */
  counted: boolean
  /** Whether nobody else needs the pixels. Default false. */
  owned?: boolean
}

export interface Queue {
  /** The results of these images. */
  add(job: Job): Promise<Predictions>
  /** Refuses further work and resolves when all that was added is done. */
  close(): Promise<void>
}

/** A job whose caller waits. */
export interface Waiting extends Job {
  resolve(result: Predictions): void
  reject(error: unknown): void
}

/**
 * Gathers jobs into runs of at most `maxBatch` images. As many runs are under way as there are `lanes`, so that what comes meanwhile shares
 * the next; further ones are sent ahead only where they are full, up to `depth` a lane, so that a worker need not wait for them.
 */
export function createQueue(
  runner: Runner,
  { maxBatch, maxDelayMs, maxQueue, lanes, depth, name }: Required<QueueOptions> & Lanes & { name: string },
): Queue {
  let waiting: Waiting[] = []
  let [rows, counted, running] = [0, 0, 0]
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed: (() => void) | undefined

  function drop(job: Waiting): void {
    rows -= job.rows
    if (job.counted) counted -= job.rows
  }

  function take(): Waiting[] {
    const jobs: Waiting[] = []
    let size = 0
    while (waiting[0] && (size === 0 || size + waiting[0].rows <= maxBatch)) {
      const job = waiting.shift()!
      size += job.rows
      drop(job)
      jobs.push(job)
    }
    return jobs
  }

  async function start(jobs: Waiting[]): Promise<void> {
    running++
    try {
      const [first, second] = jobs
      if (second) await runTogether(runner, jobs)
      else first!.resolve(await runner.run(first!.pixels, first!.rows, first))
    } catch (error) {
      for (const job of jobs) job.reject(error)
    }
    running--
    dispatch()
  }

  function dispatch(): void {
    clearTimeout(timer)
    timer = undefined
    while (rows > 0 && (running < lanes || (running < lanes * depth && rows >= maxBatch))) void start(take())
    if (rows === 0 && running === 0) closed?.()
  }

  /** In the next microtask at the earliest, so that calls made together run together. */
  function schedule(): void {
    if (maxDelayMs === 0 || rows >= maxBatch || closed) queueMicrotask(dispatch)
    else if (running < lanes) timer ??= setTimeout(dispatch, maxDelayMs)
  }

  return {
    add: (job) =>
      new Promise((resolve, reject) => {
        const { signal, timeoutMs } = job
        /** Sentences are loaded when there is something to say. */
        const refuse = async (code: QueueErrorCode, found = 0) =>
          entry.reject((await import('./lazy/sentences.ts')).queueError(code, name, found))
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T) => {
            clearTimeout(deadline)
            signal?.removeEventListener('abort', abort)
            settle(value)
          }
        const leave = () => {
          if (!waiting.includes(entry)) return
          waiting = waiting.filter((other) => other !== entry)
          drop(entry)
        }
        const abort = () => {
          leave()
          entry.reject(signal!.reason)
        }
        let deadline: ReturnType<typeof setTimeout> | undefined
        const entry: Waiting = { ...job, resolve: settled(resolve), reject: settled(reject) }
        if (closed) return refuse('closed')
        if (job.counted && counted + job.rows > maxQueue) return refuse('busy', counted)
        signal?.throwIfAborted()
        signal?.addEventListener('abort', abort, { once: true })
        if (timeoutMs !== undefined)
          deadline = setTimeout(() => {
            leave()
            void refuse('deadline', timeoutMs)
          }, timeoutMs)
        waiting.push(entry)
        rows += job.rows
        if (job.counted) counted += job.rows
        schedule()
      }),
    close: () =>
      new Promise((resolve) => {
        closed = resolve
        dispatch()
      }),
  }
}

/** One run for several jobs, each of which gets its rows. */
async function runTogether(runner: Runner, jobs: readonly Waiting[]): Promise<void> {
  const pixels = joined(jobs)
  const rows = jobs.reduce((sum, job) => sum + job.rows, 0)
  const { labels, probabilities } = await runner.run(pixels, rows, { owned: true })
  const classes = probabilities.length / rows
  let from = 0
  for (const job of jobs) {
    const to = from + job.rows
    job.resolve({
      labels: labels.slice(from, to),
      probabilities: probabilities.slice(from * classes, to * classes),
    })
    from = to
  }
}

function joined(jobs: readonly Waiting[]): Uint8Array {
  const pixels = new Uint8Array(jobs.reduce((sum, job) => sum + job.pixels.length, 0))
  let at = 0
  for (const job of jobs) {
    pixels.set(job.pixels, at)
    at += job.pixels.length
  }
  return pixels
}
