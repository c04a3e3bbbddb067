import type { PixelTable } from '@pixelrow/data'
import { type Architecture, type Model, parameters } from '@pixelrow/model'
import { runEpochs } from './epochs.ts'
import type { FitOptions, LabelledTable, Settings } from './options.ts'
import { setUp } from './setup.ts'
import type { EpochRecord, FitResult } from './types.ts'

/**
 * Trains a classifier on a table's rows and gives the trained model with the history of its epochs.
 *
 * `architecture` fits the table's shape, values and classes (`linear(table)`, `mlp(table)` do); rows must have labels.
 * The work is done in a thread of its own. On the CPU the same seed, options, package versions, kind of CPU and thread
 * count give the same bits, also when the training was interrupted and resumed. Throws before training when anything
 * does not fit, rejects with the step and advice when the loss stops being a number, and with the signal's reason when
 * aborted (after a last `onCheckpoint`).
 */
export async function fit(architecture: Architecture, table: PixelTable, options: FitOptions = {}): Promise<FitResult> {
  const { trainer, engine, device, engineReason, start, ...plan } = await setUp(architecture, table, options)
  const { settings } = plan
  try {
    const { history, state } = await runEpochs(trainer, plan, start, options)
    const model = modelOf(architecture, state, settings.train)
    return {
      model,
      history,
      steps: stepsDone(history, settings),
      engine,
      device,
      threads: settings.threads,
      ...(engineReason !== undefined && { engineReason }),
      ...(trainer.runtime && { runtime: trainer.runtime }),
      ...(trainer.layouts && { layouts: trainer.layouts }),
    }
  } finally {
    await trainer.close()
  }
}

/** All of them, or fewer where training ended early. */
function stepsDone(history: EpochRecord[], { steps, stepsPerEpoch }: Settings): number {
  return Math.min(steps, history.length * stepsPerEpoch)
}

function modelOf(
  architecture: Architecture,
  state: Record<string, Float32Array>,
  { classes, preparation }: Pick<LabelledTable, 'classes' | 'preparation'>,
): Model {
  const weights = parameters(architecture).map(({ name, dims }) => [name, { dims: [...dims], data: state[name]! }])
  return { architecture, weights: Object.fromEntries(weights), classes, ...(preparation && { preparation }) }
}
