import { type CallOptions, defineCommand } from '../../line/command.ts'
import { chosen } from '../../line/flags/define.ts'
import { dataFlags, runReadingFlags } from '../../line/flags/reading.ts'
import { engineFlags, machineFlags, trainingFlags } from '../../line/flags/training.ts'

const flags = {
  ...chosen(trainingFlags, 'recipe', 'batchSize', 'augment'),
  ...dataFlags,
  ...runReadingFlags,
  ...machineFlags,
  ...engineFlags,
}

export const profileCommand = defineCommand({
  name: 'profile',
  summary: "tell where a training's time goes",
  description:
    "Trains a few steps and tells the time by operator, and how near the whole comes to this machine's speed in one large " +
    'matrix product. Nothing is written.',
  arguments: [],
  flags,
  examples: ['pixelrow profile --recipe cnn', 'pixelrow profile --recipe cnn --threads 1 --json'],
})

export type ProfileOptions = CallOptions<typeof profileCommand>
