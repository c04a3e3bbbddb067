import { availableParallelism, release } from 'node:os'
import type { PixelTable } from '@pixelrow/data'
import type { Context } from '../context.ts'
import { callOf, type InputTable, located, type RunRecord, recordFormat } from '../files/record.ts'
import { sumOf } from '../files/sums.ts'
import type { NamedSample } from '../submission/sample.ts'
import { readingRecord } from '../tables/ofrun.ts'
import type { Report } from '../tables/report.ts'
import { allVersions, versions } from '../versions.ts'
import { firstCall, processor, type Resumed, sha256 } from './checkpoint.ts'
import type { JobOptions } from './options.ts'
import { validationOf } from './plan.ts'
import type { Trained } from './trained.ts'

/** What a run has read, by how the reading went. */
export interface Reports {
  train?: Report | undefined
  test?: Report | undefined
  sample?: NamedSample | undefined
}

/** What run.json says of the files that a run has read; `data` is the folder or zip that was named. */
export async function inputsOfRun(
  folder: string,
  { train, test, sample }: Reports,
  data?: string,
): Promise<Pick<RunRecord, 'inputs'>> {
  const file = typeof sample?.source === 'string' ? sample.source : undefined
  return {
    inputs: {
      ...(data !== undefined && { data: located(data, folder) }),
      ...(train && { train: tableOf(train, folder) }),
      ...(test && { test: tableOf(test, folder) }),
      ...(file !== undefined && { sample: { ...located(file, folder), ...(await sumOf(file)) } }),
    },
  }
}

function tableOf({ place, labels, ...report }: Report, folder: string): InputTable {
  const { path, member, part, sum } = place
  return {
    ...(sum ? { path: 'embedded' } : located(path, folder)),
    ...(member !== undefined && { member }),
    ...(part !== undefined && { part }),
    ...report,
    ...(labels && { labels: { ...labels, ...located(labels.path, folder) } }),
  }
}

/** The call that began a run, and the one that went on with it. */
export function callsOfRun(context: Context, resumed?: Resumed) {
  const finished = new Date().toISOString()
  return { call: { ...firstCall(context, resumed), finished, ...(resumed && { resumed: callOf(context) }) } }
}

/** What run.json says of a training, and `--json` prints. */
export function trainingRecord(command: string, flags: JobOptions, table: PixelTable, trained: Trained) {
  const { engine, device, precision, moves, threads, runtime, layouts, steps, members, plan, validated } = trained
  const { reason, adapter, trial, attempts } = flags.choice ?? {}
  const { epochs, batchSize, learningRate, optimizer, augment = {}, labelSmoothing = 0 } = plan.options
  const { height, width, channels, channelOrder } = table.shape
  return {
    format: recordFormat,
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
      ...(flags.group !== undefined && { group: flags.group }),
      ...(flags.targetAccuracy !== undefined && { targetAccuracy: flags.targetAccuracy }),
      ...(flags.member !== undefined && { member: flags.member }),
      ...(members !== undefined && { members, testShift: plan.ensemble?.shift }),
    },
    data: {
      trainRows: table.rows,
      validationRows: validated?.rows ?? 0,
      shape: [height, width, channels],
      channelOrder,
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
      system: release(),
      processor: processor(),
      cores: availableParallelism(),
    },
    ...(layouts?.convolutions.length && { layouts }),
    versions: { ...versions(), packages: allVersions() },
    exported: { bytes: trained.bytes.length, sha256: sha256(trained.bytes) },
    check: trained.check,
    outcome: trained.outcome,
  }
}
