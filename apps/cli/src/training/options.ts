import type { DeviceChoice } from '@pixelrow/train'
import { type RunOptions, runCommand } from '../commands/run/command.ts'
import { type TrainOptions, trainCommand } from '../commands/train/command.ts'

/** The flags of `run` and `train`. */
export const jobFlags = { ...runCommand.flags, ...trainCommand.flags }

/** What a training is told: the options of `run` or `train`, and what was settled since. */
export type JobOptions = TrainOptions &
  Partial<RunOptions> & {
    /** No flag: how the engine and the device were chosen. */
    choice?: DeviceChoice
    /** No flag: what was asked for in their place. */
    wanted?: Pick<TrainOptions, 'engine' | 'device'>
  }

/** The flags as they were asked for: what was left to us is left to us again. */
export function asAsked({ choice: _, wanted, ...flags }: JobOptions): JobOptions {
  return { ...flags, ...wanted }
}

/** The flags without those that say where a result goes, what is said, what may be replaced and what was consented to. */
export function withoutSurroundings({ out: _, json: __, quiet: ___, yes: ____, ...flags }: JobOptions): JobOptions {
  const { continue: _____, force: ______, ...asked } = flags
  return asked
}
