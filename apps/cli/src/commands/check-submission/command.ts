import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { competitionFlags } from '../../line/flags/kaggle.ts'
import { readingFlags, testFlags } from '../../line/flags/reading.ts'

const flags = defineFlags({ ...testFlags, ...competitionFlags, ...readingFlags })

export const checkSubmissionCommand = defineCommand({
  name: 'check-submission',
  summary: 'tell whether a submission is what Kaggle takes',
  description:
    'Checks header, ids in their order, labels and number of rows of a submission, and names the first line that is ' +
    'wrong. Header and ids are those of the sample_submission.csv beside test.csv, labels those of train.csv.',
  arguments: [['submission.csv', 'a file with an id and a label in each line, or a run folder; - is standard input']],
  flags,
  examples: [
    'pixelrow check-submission runs/1-fast/submission.csv',
    'pixelrow check-submission submission.csv --test digit-recognizer/test.csv',
  ],
})

export type CheckSubmissionOptions = CallOptions<typeof checkSubmissionCommand>
