import type { PixelTable } from '@pixelrow/data'
import type { Architecture, Model } from '@pixelrow/model'
import { sizeOf } from '@pixelrow/onnx'
import { number } from '../../../common/options.ts'
import { check, checkArguments } from './check.ts'
import type { Snapshot } from './checkpoint.ts'
import { TrainError } from './error.ts'
import { train } from './fit.ts'
import type { FitOptions, Settings } from './options.ts'
import type { Position } from './position.ts'
import { predict } from './predict.ts'
import { fitRules } from './rules.ts'
import type { EpochRecord, Outcome, StateTensor } from './types.ts'

/**
 * A `fit` that remembers: training again goes on from where it ended, with its weights, what the optimiser remembers and the place in the
 * order of rows. With one schedule that is constant, `fit(1)` three times gives the bits that `fit(3)` gives.
 */
export interface Learner {
  /** Undefined before the first `fit` has ended. */
  readonly model: Model | undefined
  /** The records of all epochs so far, numbered on. */
  readonly history: readonly EpochRecord[]
  /** What came of the last `fit`. */
  readonly outcome: Outcome | undefined
  /**
   * Trains for `epochs` more epochs (above 0; or `steps`) and gives their records; options given here go before the learner's. Callbacks count
   * epochs and steps on. A schedule, `patience`, `keepBest` and `targetAccuracy` belong to one call. An epoch that ended in its middle is
   * gone on with, and its record replaced, where batch size, seed and rows are the same; else the next one begins. What the optimiser
   * remembers goes on under an optimiser of the same name. A `fit` that rejects leaves the learner as it was.
   *
   * Rejects as `fit` does, while another `fit` of the learner runs (`TRAIN_LEARNER_BUSY`), and where rows would be split off to validate on
   * that it has been trained on (`TRAIN_LEARNER_SPLIT`).
   */
  fit(epochs: number, options?: FitOptions): Promise<EpochRecord[]>
  /** Classifies rows with the model as it is. Throws before the first `fit` has ended. */
  predict(pixels: Uint8Array | Float32Array): ReturnType<typeof predict>
}

/**
 * Makes a learner for a table; the options are those of `fit`. `weights` and `resume` are where its first `fit` begins; how long to train,
 * `epochs` or `steps`, is for each `fit` to say.
 */
export function createLearner(architecture: Architecture, table: PixelTable, options: FitOptions = {}): Learner {
  check('createLearner', options, fitRules)
  const { weights, resume, steps: _, ...lasting } = options
  const history: EpochRecord[] = []
  const splits = new Set<string>()
  let model: Model | undefined
  let outcome: Outcome | undefined
  let ended: Ended | undefined
  let isBusy = false

  /** One training, from where the last one ended. */
  async function goOn(epochs: number, more: FitOptions): Promise<EpochRecord[]> {
    const given = { ...lasting, ...(!ended && { weights, resume }), ...more, epochs }
    requireSplit(splits, given)
    const before = ended
    const begin = before && ((...now: [Settings, StateTensor[]]) => continued(before, more.weights, ...now))
    const { result, snapshot, settings } = await train(architecture, table, given, begin)
    splits.add(splitOf(given))
    ended = { snapshot, optimizer: settings.optimizer.name, order: orderOf(settings) }
    model = result.model
    outcome = result.outcome
    history.splice(0, history.length, ...result.history)
    return result.history.slice(snapshot.position.earlier)
  }

  return {
    get model() {
      return model
    },
    get outcome() {
      return outcome
    },
    history,
    async fit(epochs, more = {}) {
      checkArguments('learner.fit', { epochs }, { epochs: number({ above: 0, example: '10 or 1.5' }) })
      check('learner.fit', more, fitRules)
      if (isBusy) throw busy()
      isBusy = true
      try {
        return await goOn(epochs, more)
      } finally {
        isBusy = false
      }
    },
    async predict(pixels) {
      if (model) return predict(model, pixels)
      const message = 'The learner has no model yet: call fit first, and wait for it.'
      throw new TrainError({ code: 'TRAIN_LEARNER_UNTRAINED', message })
    },
  }
}

/** How a learner's last training ended. */
interface Ended {
  snapshot: Snapshot
  /** The optimiser's name. */
  optimizer: string
  order: string
}

/** What decides the order in which rows are visited; the same words stand for the same order. */
function orderOf({ batchSize, seed, train }: Settings): string {
  return `batches of ${batchSize} of ${train.rows} rows by seed ${seed}`
}

/** Where a training begins that goes on from another one's end; with weights of its own, if any, nothing is remembered of it but the place. */
function continued(
  { snapshot: { position, state }, optimizer, order }: Ended,
  weights: FitOptions['weights'],
  settings: Settings,
  tensors: StateTensor[],
): Snapshot {
  const isRemembered =
    !weights &&
    optimizer === settings.optimizer.name &&
    tensors.every(({ name, dims }) => state[name]?.length === sizeOf(dims))
  const startOf = ({ name, dims, kind }: StateTensor) => {
    if (kind !== 'optimizer') return weights?.[name]?.data ?? state[name]!
    return isRemembered ? state[name]! : new Float32Array(sizeOf(dims))
  }
  const { total } = position
  return {
    state: Object.fromEntries(tensors.map((tensor) => [tensor.name, startOf(tensor)])),
    position: {
      ...placeAfter(position, order === orderOf(settings)),
      total,
      from: total,
      optimizerFrom: isRemembered ? position.optimizerFrom : total,
    },
  }
}

/** The place in the order of rows that follows on a position: in the middle of its epoch, where that can be gone on with, else in the next one. */
function placeAfter({ epoch, step, lossTotal, seconds, history }: Position, isSame: boolean) {
  const isMiddle = step > 0 && isSame
  // The epoch's record is written anew when it is whole.
  const records = isMiddle ? history.slice(0, -1) : [...history]
  const next = { epoch: step > 0 ? epoch + 1 : epoch, step: 0, lossTotal: 0, seconds: 0 }
  return { ...(isMiddle ? { epoch, step, lossTotal, seconds } : next), history: records, earlier: records.length }
}

/** Which rows are split off; the same words stand for the same rows. */
function splitOf({ validation, seed = 0 }: FitOptions): string {
  return typeof validation === 'number' && validation > 0 ? `${validation} by seed ${seed}` : 'none'
}

/** Refuses to validate on rows that a learner has been trained on. */
function requireSplit(splits: ReadonlySet<string>, given: FitOptions): void {
  const split = splitOf(given)
  const other = [...splits].find((each) => each !== split)
  if (split === 'none' || other === undefined) return
  throw new TrainError({
    code: 'TRAIN_LEARNER_SPLIT',
    params: { found: split, expected: other },
    message: `learner.fit: the rows to validate on (${split}) are among those that the learner has been trained on (split off before: ${other}). Give createLearner the validation and the seed, or pass a table of other rows.`,
  })
}

function busy(): TrainError {
  const message = 'learner.fit: another fit of this learner is running. Wait for it, or make another learner.'
  return new TrainError({ code: 'TRAIN_LEARNER_BUSY', message })
}
