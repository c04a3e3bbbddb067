import { type CallOptions, defineCommand } from '../../line/command.ts'
import { chosen, defineFlags } from '../../line/flags/define.ts'
import { dataFlags, runReadingFlags } from '../../line/flags/reading.ts'
import { engineFlags, machineFlags, trainingFlags } from '../../line/flags/training.ts'

const flags = defineFlags({
  ...chosen(trainingFlags, 'recipe', 'batchSize', 'augment'),
  ...dataFlags,
  ...runReadingFlags,
  ...machineFlags,
  ...engineFlags,
  dump: {
    term: '--dump',
    help: 'print the step in place of timing it: forward pass, gradients and optimiser, before lowering and after',
    example: '--dump',
  },
})

export const profileCommand = defineCommand({
  name: 'profile',
  summary: "tell where a training's time goes",
  description:
    "Trains a few steps and tells the time by operator, and how near the whole comes to this machine's speed in one large " +
    'matrix product; or prints the step that is trained. Nothing is written.',
  arguments: [],
  flags,
  examples: [
    'pixelrow profile --recipe cnn',
    'pixelrow profile --recipe cnn --dump > step.txt',
    'pixelrow profile --recipe cnn --threads 1 --json',
  ],
})

export type ProfileOptions = CallOptions<typeof profileCommand>
