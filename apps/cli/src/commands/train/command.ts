import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { groupFlags, readingFlags, tableForms } from '../../line/flags/reading.ts'
import { engineFlags, machineFlags, runFolderFlags, trainingFlags } from '../../line/flags/training.ts'
import { whole } from '../../line/parse.ts'

const flags = defineFlags({
  ...trainingFlags,
  member: {
    term: '--member <n>',
    help: 'train this member of an ensemble alone, for merge',
    example: '--member 3',
    parse: whole('--member', 1, 100, 3),
  },
  ...readingFlags,
  ...groupFlags,
  ...machineFlags,
  ...engineFlags,
  ...runFolderFlags,
})

export const trainCommand = defineCommand({
  name: 'train',
  summary: 'train on a CSV or pictures, export model.onnx',
  description:
    'Trains on the rows of a labelled table, then exports and checks model.onnx. Exits with 4 where the training came to ' +
    'nothing.',
  arguments: [['train.csv', `labelled rows of pixels: ${tableForms}`]],
  flags,
  only: [{ flags: ['continue'], with: ['out'] }],
  examples: [
    'pixelrow train train.csv -o runs/first',
    'pixelrow train train.csv -o runs/second --recipe cnn --seed 1',
    'pixelrow train train.csv -o runs/long --recipe best --continue',
    'pixelrow train train.csv -o runs/third --recipe best --member 3',
  ],
})

export type TrainOptions = CallOptions<typeof trainCommand>
