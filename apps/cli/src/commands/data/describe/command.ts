import { type CallOptions, defineCommand } from '../../../line/command.ts'
import { readingFlags, tableForms } from '../../../line/flags/reading.ts'

export const describeCommand = defineCommand({
  name: 'data describe',
  summary: 'tell what is in a table',
  description:
    'Tells size and shape of a table, its range, mean and deviation, blank and repeated pictures, and the rows of each class.',
  arguments: [['file', tableForms]],
  flags: readingFlags,
  examples: ['pixelrow data describe train.csv', 'pixelrow data describe train.csv --json'],
})

export type DescribeOptions = CallOptions<typeof describeCommand>
