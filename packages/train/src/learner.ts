import type { PixelTable } from '@pixelrow/data'
import type { Architecture, Model } from '@pixelrow/model'
import { fit } from './fit.ts'
import type { FitOptions } from './options.ts'
import { predict } from './predict.ts'
import type { EpochRecord } from './types.ts'

/** A `fit` that remembers its model and history: training again goes on from the weights there are. */
export interface Learner {
  /** Undefined before the first `fit`. */
  readonly model: Model | undefined
  /** The records of all epochs so far, numbered on. */
  readonly history: readonly EpochRecord[]
  /** Trains for `epochs` more epochs; options given here go before the learner's. */
  fit(epochs: number, options?: FitOptions): Promise<EpochRecord[]>
  /** Classifies rows with the model as it is. Throws before the first `fit`. */
  predict(pixels: Uint8Array): ReturnType<typeof predict>
}

/** Makes a learner for a table; the options are those of `fit`. */
export function createLearner(architecture: Architecture, table: PixelTable, options: FitOptions = {}): Learner {
  let model: Model | undefined
  const history: EpochRecord[] = []
  return {
    get model() {
      return model
    },
    history,
    async fit(epochs, more = {}) {
      const result = await fit(architecture, table, { weights: model?.weights, ...options, ...more, epochs })
      model = result.model
      const records = result.history.map((record) => ({ ...record, epoch: history.length + record.epoch }))
      history.push(...records)
      return records
    },
    async predict(pixels) {
      if (!model) throw new Error('The learner has no model yet: call fit first.')
      return predict(model, pixels)
    },
  }
}
