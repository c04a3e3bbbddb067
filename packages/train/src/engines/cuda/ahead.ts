import { Worker } from 'node:worker_threads'
import { areFloats, type PixelValues } from '../../../../../common/values.ts'
import { firstOf, inRow, type Made, part, type Source, type Steps } from './made.ts'

/** Makes what steps need in threads of its own, while the thread that trains waits for the device. */
export interface Ahead {
  /** What these steps need. What was begun for them is waited for, the rest is made now. */
  take(steps: Steps): Promise<Made>
  /** Begins to make what these steps will need, as far as can be foreseen. */
  begin(steps: Steps): void
  close(): Promise<void>
}

/** Starts so many threads of the source code of `ahead.worker.ts`. */
export function startAhead(code: string, given: Source, threads: number): Ahead {
  const source = given.pixels ? { ...given, pixels: shared(given.pixels) } : given
  const makers = Array.from({ length: threads }, () => startMaker(code, source))
  let begun: { steps: Steps; made: Promise<Made> } | undefined

  /** Each thread makes an equal share. */
  async function madeOf(steps: Steps): Promise<Made> {
    const count = steps.rows.length / source.batchSize
    const shares = makers.flatMap((maker, i) => {
      const [start, end] = [i, i + 1].map((at) => Math.floor((at * count) / threads)) as [number, number]
      return end > start ? [maker.make(part(steps, source, [start, end]))] : []
    })
    return inRow(await Promise.all(shares))
  }

  async function take(steps: Steps): Promise<Made> {
    const ready = begun && inCommon(begun.steps, steps, source)
    const made = begun?.made
    begun = undefined
    if (!ready || !made) return madeOf(steps)
    const count = steps.rows.length / source.batchSize
    const head = firstOf(await made, ready, source)
    return ready < count ? inRow([head, await madeOf(part(steps, source, [ready, count]))]) : head
  }

  return {
    take,
    begin(steps) {
      const made = madeOf(steps)
      // Whoever takes it hears of a failure.
      made.catch(() => {})
      begun = { steps, made }
    },
    close: async () => void (await Promise.all(makers.map(({ close }) => close()))),
  }
}

/** How many of the steps begin both; undefined where there is none. */
function inCommon(begun: Steps, wanted: Steps, { batchSize }: Source): number | undefined {
  if (begun.epoch !== wanted.epoch || begun.first !== wanted.first) return undefined
  const most = Math.min(begun.rows.length, wanted.rows.length)
  let same = 0
  while (same < most && begun.rows[same] === wanted.rows[same]) same++
  return Math.floor(same / batchSize) || undefined
}

/** A thread that answers in the order in which it is asked. */
function startMaker(code: string, workerData: Source) {
  const worker = new Worker(code, { eval: true, workerData, name: 'pixelrow-ahead', execArgv: [] })
  const waiting: { resolve(made: Made): void; reject(reason: unknown): void }[] = []
  worker.on('message', (made: Made) => waiting.shift()!.resolve(made))
  worker.on('error', (error) => {
    for (const { reject } of waiting.splice(0)) reject(error)
  })
  worker.unref()
  return {
    make: (steps: Steps) =>
      new Promise<Made>((resolve, reject) => {
        waiting.push({ resolve, reject })
        worker.postMessage(steps)
      }),
    close: () => worker.terminate(),
  }
}

/** A copy that all threads read. */
function shared(pixels: PixelValues): PixelValues {
  const memory = new SharedArrayBuffer(pixels.byteLength)
  const copy = areFloats(pixels) ? new Float32Array(memory) : new Uint8Array(memory)
  copy.set(pixels)
  return copy
}
