import { type RunOptions, runCommand } from '../commands/run/command.ts'
import { type TrainOptions, trainCommand } from '../commands/train/command.ts'

/** The flags of `run` and `train`. */
export const jobFlags = { ...runCommand.flags, ...trainCommand.flags }

/** What a training is told: the options of `run` or `train`, and what was settled since. */
export type JobOptions = TrainOptions &
  Partial<RunOptions> & {
    /** No flag: why that engine, where the choice was left to us. */
    engineReason?: string
  }
