import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { competitionFlags } from '../../line/flags/kaggle.ts'
import { forceFlags } from '../../line/flags/output.ts'
import { readingFlags, testFlags } from '../../line/flags/reading.ts'
import { filled } from '../../line/parse.ts'

const flags = defineFlags({
  fix: {
    term: '--fix <file>',
    help: 'write the right file where only the form is wrong: an index in front, semicolons, another header, labels such as 1.0',
    example: '--fix right.csv',
    parse: filled('--fix', "a file's path", 'right.csv'),
  },
  ...forceFlags,
  ...testFlags,
  ...competitionFlags,
  ...readingFlags,
})

export const checkSubmissionCommand = defineCommand({
  name: 'check-submission',
  summary: 'tell whether a submission is what Kaggle takes',
  description:
    'Checks header, ids, labels and number of rows of a submission, and names the first line that is ' +
    'wrong. Header and ids are those of the sample_submission.csv beside test.csv, labels those of train.csv.',
  arguments: [['submission.csv', 'a file with an id and a label in each line, or a run folder; - is standard input']],
  flags,
  only: [{ flags: ['force'], with: ['fix'] }],
  examples: [
    'pixelrow check-submission runs/1-fast/submission.csv',
    'pixelrow check-submission submission.csv --test digit-recognizer/test.csv',
    'pixelrow check-submission from-excel.csv --test digit-recognizer/test.csv --fix right.csv',
  ],
})

export type CheckSubmissionOptions = CallOptions<typeof checkSubmissionCommand>
