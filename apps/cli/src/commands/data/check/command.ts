import { type CallOptions, defineCommand } from '../../../line/command.ts'
import { defineFlags } from '../../../line/flags/define.ts'
import { readingFlags, tableForms } from '../../../line/flags/reading.ts'
import { filled, whole } from '../../../line/parse.ts'

const flags = defineFlags({
  test: {
    term: '--test <file>',
    help: 'the table that is measured on: rows of it that are in the other one are found',
    example: '--test test.csv',
    parse: filled('--test', "a table's path", 'test.csv'),
  },
  fewest: {
    term: '--fewest <n>',
    help: 'a class with fewer rows counts as small',
    example: '--fewest 50',
    parse: whole('--fewest', 0, 1_000_000, 50),
    default: 10,
  },
  ...readingFlags,
})

export const checkCommand = defineCommand({
  name: 'data check',
  summary: 'find repeated, contradictory and blank rows',
  description:
    'Finds rows that repeat a picture or contradict its label, blank rows, classes with few rows, and rows of the test table ' +
    'that are in the training table. Of a folder or zip with both tables, both are read. Ends with exit code 1 where it finds any.',
  arguments: [['file', tableForms]],
  flags,
  examples: ['pixelrow data check train.csv', 'pixelrow data check train.csv --test test.csv --json'],
})

export type CheckOptions = CallOptions<typeof checkCommand>
