import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { submitFlags } from '../../line/flags/kaggle.ts'
import { readingFlags, testFlags } from '../../line/flags/reading.ts'

const flags = defineFlags({ ...testFlags, ...submitFlags, ...readingFlags })

export const submitCommand = defineCommand({
  name: 'submit',
  summary: 'check, submit and score a file at Kaggle',
  description: 'Checks a submission as check-submission does, asks, uploads it, and waits for its score and place.',
  arguments: [['submission.csv', 'what predict or run has written, or a run folder']],
  flags,
  examples: [
    "pixelrow submit runs/1-fast/submission.csv -m 'first try'",
    'pixelrow submit submission.csv --test digit-recognizer/test.csv --yes',
  ],
})

export type SubmitOptions = CallOptions<typeof submitCommand>
