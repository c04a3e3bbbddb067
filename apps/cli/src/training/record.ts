import type { PixelTable } from '@pixelrow/data'
import { readingRecord } from '../tables/ofrun.ts'
import { versions } from '../versions.ts'
import type { JobOptions } from './options.ts'
import { validationOf } from './plan.ts'
import type { Trained } from './trained.ts'

/** What run.json says of a training, and `--json` prints. */
export function trainingRecord(command: string, flags: JobOptions, table: PixelTable, trained: Trained) {
  const { engine, device, precision, moves, threads, runtime, layouts, steps, members, plan, validated } = trained
  const { reason, adapter, trial, attempts } = flags.choice ?? {}
  const { epochs, batchSize, learningRate, optimizer, augment = {}, labelSmoothing = 0 } = plan.options
  const { height, width, channels } = table.shape
  return {
    command,
    recipe: flags.recipe,
    seed: flags.seed,
    options: {
      // What was asked for in steps is told in steps.
      ...(plan.options.steps === undefined && { epochs }),
      steps,
      batchSize,
      learningRate,
      optimizer: { name: optimizer.name, ...optimizer.options },
      augment,
      labelSmoothing,
      validation: validationOf(flags),
      ...(flags.targetAccuracy !== undefined && { targetAccuracy: flags.targetAccuracy }),
      ...(flags.member !== undefined && { member: flags.member }),
      ...(members !== undefined && { members, testShift: plan.ensemble?.shift }),
    },
    data: {
      trainRows: table.rows,
      validationRows: validated?.rows ?? 0,
      shape: [height, width, channels],
      maxValue: table.maxValue,
      classes: table.classes ?? [],
    },
    // With which the rows are read again, e.g. to check a smaller file on them.
    reading: readingRecord(flags),
    machine: {
      engine,
      device,
      precision,
      // Of the device that was chosen, which is not where it ended if it was lost.
      ...(reason !== undefined && { reason, attempts }),
      ...(adapter && { adapter }),
      ...(trial && { trial }),
      ...(moves.length > 0 && { moves }),
      threads,
      ...(runtime && { runtime }),
      platform: `${process.platform}-${process.arch}`,
    },
    ...(layouts?.convolutions.length && { layouts }),
    versions: versions(),
    check: trained.check,
    outcome: trained.outcome,
  }
}
