import type { PixelTable } from '@pixelrow/data'
import type { Flags } from '../line/flags.ts'
import { versions } from '../versions.ts'
import { validationOf } from './plan.ts'
import type { Trained } from './training.ts'

/** What run.json says of a training, and `--json` prints. */
export function trainingRecord(command: string, flags: Flags, table: PixelTable, trained: Trained) {
  const { engine, device, threads, epochs, batchSize, learningRate, validationRows } = trained
  const { height, width, channels } = table.shape
  return {
    command,
    recipe: flags.recipe,
    seed: flags.seed,
    options: { epochs, batchSize, learningRate, validation: validationOf(flags) },
    data: {
      trainRows: table.rows,
      validationRows,
      shape: [height, width, channels],
      maxValue: table.maxValue,
      classes: table.classes ?? [],
    },
    machine: { engine, device, threads, platform: `${process.platform}-${process.arch}` },
    versions: versions(),
    check: trained.check,
  }
}
