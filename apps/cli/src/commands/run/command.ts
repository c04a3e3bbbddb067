import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { kaggleFlags } from '../../line/flags/kaggle.ts'
import { dataFlags, groupFlags, runReadingFlags } from '../../line/flags/reading.ts'
import { engineFlags, machineFlags, runFolderFlags, trainingFlags } from '../../line/flags/training.ts'

const flags = defineFlags({
  ...trainingFlags,
  ...dataFlags,
  ...machineFlags,
  ...engineFlags,
  ...runFolderFlags,
  ...kaggleFlags,
  ...runReadingFlags,
  ...groupFlags,
})

export const runCommand = defineCommand({
  name: 'run',
  summary: 'train, export, predict and write a submission, all in one',
  description:
    'Trains on train.csv, exports and checks model.onnx, predicts test.csv and writes submission.csv. ' +
    'Without --data it uses the embedded digits: 42,000 to train on and 28,000 to predict. With --kaggle the files come ' +
    'from Kaggle, and with --submit the submission goes there. Exits with 4 where the training came to nothing.',
  arguments: [],
  flags,
  only: [
    { flags: ['message', 'yes', 'wait'], with: ['submit'] },
    { flags: ['competition'], with: ['kaggle', 'submit'] },
    { flags: ['continue'], with: ['out'] },
  ],
  examples: [
    'pixelrow run',
    'pixelrow run --recipe cnn --epochs 8',
    'pixelrow run --kaggle --submit',
    'pixelrow run --data digit-recognizer.zip --seed 1',
  ],
})

export type RunOptions = CallOptions<typeof runCommand>
