import { epochOrder, type PixelTable } from '@pixelrow/data'
import type { Architecture } from '@pixelrow/model'
import { trainSpan } from './chunks.ts'
import type { FitOptions } from './options.ts'
import { type SetUp, setUp } from './setup.ts'

/** How fast a training goes. */
export interface Pace {
  secondsPerStep: number
  /** Spent on finding out. */
  seconds: number
}

/**
 * Times a training's steps, augmentation included, over about `measureSeconds` (default 2) and throws the result away: for choosing
 * a number of steps before the training itself, whose bits no timing may touch. The first steps, which warm up, do not count.
 */
export async function measurePace(
  architecture: Architecture,
  table: PixelTable,
  { measureSeconds = 2, ...options }: FitOptions & { measureSeconds?: number } = {},
): Promise<Pace> {
  const began = performance.now()
  const training = await setUp(architecture, table, { ...options, validation: undefined, epochs: 10_000 })
  try {
    const { secondsPerStep } = await timeSteps(training, measureSeconds, options.signal)
    return { secondsPerStep, seconds: (performance.now() - began) / 1000 }
  } finally {
    await training.trainer.close()
  }
}

/** Runs chunks that grow until they have taken so long together; the last one, the longest, tells the pace. */
export async function timeSteps(
  { settings, series, trainer }: SetUp,
  seconds: number,
  signal?: AbortSignal,
): Promise<{ secondsPerStep: number; steps: number }> {
  const { train, batchSize, seed, stepsPerEpoch } = settings
  const order = epochOrder(train.rows, seed, 1)
  const end = performance.now() + seconds * 1000
  for (let [count, first] = [1, 0]; ; count = Math.min(2 * count, stepsPerEpoch)) {
    signal?.throwIfAborted()
    const began = performance.now()
    await trainSpan(trainer, { first, offset: 0, count }, { epoch: 1, order, series, batchSize })
    const took = (performance.now() - began) / 1000
    first += count
    // The next chunk takes twice as long: the last one is the one after which there is no time for it.
    if (first > 3 && performance.now() + (count < stepsPerEpoch ? 2 : 1) * took * 1000 > end) {
      return { secondsPerStep: took / count, steps: count }
    }
  }
}
