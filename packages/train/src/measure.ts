import { epochOrder, type PixelTable } from '@pixelrow/data'
import type { Architecture } from '@pixelrow/model'
import { check, positive } from './check.ts'
import { trainSpan } from './chunks.ts'
import { chosenFor } from './device/choice.ts'
import type { FitOptions } from './options.ts'
import { fitRules } from './rules.ts'
import { type SetUp, setUp } from './setup.ts'

/** How fast a training goes. */
export interface Pace {
  secondsPerStep: number
  /** Spent on finding out. */
  seconds: number
}

/**
 * Times a training's steps, augmentation included, over about `measureSeconds` (above 0, default 2) and throws the result away: for choosing
 * a number of steps before the training itself, whose bits no timing may touch. The first steps, which warm up, do not count.
 */
export async function measurePace(
  architecture: Architecture,
  table: PixelTable,
  given: FitOptions & { measureSeconds?: number } = {},
): Promise<Pace> {
  check('measurePace', given, { ...fitRules, measureSeconds: positive })
  const { measureSeconds = 2, ...options } = given
  const began = performance.now()
  const chosen = await chosenFor(architecture, table, options)
  const training = await setUp(architecture, table, trialOf(options), { chosen })
  try {
    const { secondsPerStep } = await timeSteps(training, measureSeconds, options.signal)
    return { secondsPerStep, seconds: (performance.now() - began) / 1000 }
  } finally {
    await training.trainer.close()
  }
}

/** What of a training's options matters to the time of a step, with more epochs than anybody waits for. */
export function trialOf(options: FitOptions): FitOptions {
  const { validation: _, steps: __, resume: ___, ...rest } = options
  const ending = { metrics: undefined, keepBest: undefined, patience: undefined, targetAccuracy: undefined }
  return { ...rest, ...ending, epochs: 10_000 }
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
