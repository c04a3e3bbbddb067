import type { Runner } from './runner.ts'
import type { CallOptions, Predictions } from './types.ts'

/** How calls are gathered into runs. */
export interface QueueOptions {
  /** Images of one run, 1 or more. Default 256; 1 runs each image by itself. */
  maxBatch?: number
  /** How long an idle classifier waits for more images before a run that is not full, in milliseconds. Default 0: it never waits, but what comes during a run shares the next one. */
  maxDelayMs?: number
  /** Images that may wait; a further `classify` is refused with code `busy`. Default 4096. */
  maxQueue?: number
}

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

interface Waiting extends Job {
  resolve(result: Predictions): void
  reject(error: unknown): void
}

/**
 * Gathers jobs into runs of at most `maxBatch` images. As many runs are under way as there are `lanes`, so that what comes meanwhile shares
 * the next; further ones are sent ahead only where they are full, up to `depth` a lane, so that a worker need not wait for them.
 */
export function createQueue(
  run: Runner['run'],
  { maxBatch, maxDelayMs, maxQueue, lanes, depth, name }: Required<QueueOptions> & Lanes & { name: string },
): Queue {
  let waiting: Waiting[] = []
  let [rows, counted, running] = [0, 0, 0]
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed: (() => void) | true | undefined

  function drop(job: Waiting): void {
    rows -= job.rows
    if (job.counted) counted -= job.rows
  }

  function take(): Waiting[] {
    let [count, size] = [0, 0]
    while (count < waiting.length && (count === 0 || size + waiting[count]!.rows <= maxBatch))
      size += waiting[count++]!.rows
    const jobs = waiting.slice(0, count)
    waiting = waiting.slice(count)
    for (const job of jobs) drop(job)
    return jobs
  }

  async function start(jobs: Waiting[]): Promise<void> {
    running++
    try {
      const [first, second] = jobs
      const size = jobs.reduce((sum, job) => sum + job.rows, 0)
      if (second) share(jobs, await run(joined(jobs), size, { owned: true }), size)
      else first!.resolve(await run(first!.pixels, size, first))
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
    if (rows === 0 && running === 0 && typeof closed === 'function') closed()
  }

  /** Sentences are loaded when there is something to say. */
  async function refused(what: 'closedError' | 'busyError' | 'deadlineError', found: number): Promise<Error> {
    return (await import('./refusals.ts'))[what](name, found)
  }

  /** In the next microtask at the earliest, so that calls made together run together. */
  function schedule(): void {
    if (maxDelayMs === 0 || rows >= maxBatch || closed) queueMicrotask(dispatch)
    else if (running < lanes) timer ??= setTimeout(dispatch, maxDelayMs)
  }

  return {
    add(job) {
      return new Promise((resolve, reject) => {
        if (closed) return refused('closedError', 0).then(reject)
        if (job.counted && counted + job.rows > maxQueue) return refused('busyError', counted).then(reject)
        job.signal?.throwIfAborted()
        const entry: Waiting = { ...job, resolve, reject }
        heed(
          entry,
          (ms) => refused('deadlineError', ms),
          () => {
            if (!waiting.includes(entry)) return
            waiting = waiting.filter((other) => other !== entry)
            drop(entry)
          },
        )
        waiting.push(entry)
        rows += job.rows
        if (job.counted) counted += job.rows
        schedule()
      })
    },
    close() {
      return new Promise((resolve) => {
        closed = resolve
        dispatch()
      })
    },
  }
}

/** Lets signal and deadline reject a job; whichever comes first takes the listeners of the other away. */
function heed(job: Waiting, late: (timeoutMs: number) => Promise<Error>, leave: () => void): void {
  const { signal, timeoutMs, resolve, reject } = job
  if (!signal && timeoutMs === undefined) return
  const abort = () => {
    leave()
    job.reject(signal!.reason)
  }
  const overdue = () => {
    leave()
    void late(timeoutMs!).then((error) => job.reject(error))
  }
  const timer = timeoutMs === undefined ? undefined : setTimeout(overdue, timeoutMs)
  const done = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
  signal?.addEventListener('abort', abort, { once: true })
  job.resolve = (result) => {
    done()
    resolve(result)
  }
  job.reject = (error) => {
    done()
    reject(error)
  }
}

function joined(jobs: readonly Job[]): Uint8Array {
  const pixels = new Uint8Array(jobs.reduce((sum, job) => sum + job.pixels.length, 0))
  let at = 0
  for (const job of jobs) {
    pixels.set(job.pixels, at)
    at += job.pixels.length
  }
  return pixels
}

/** Gives each job its rows. */
function share(jobs: readonly Waiting[], { labels, probabilities }: Predictions, rows: number): void {
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
