import { type CallOptions, defineCommand } from '../../../line/command.ts'
import { defineFlags, without } from '../../../line/flags/define.ts'
import { readingFlags, tableForms } from '../../../line/flags/reading.ts'
import { whole } from '../../../line/parse.ts'

const flags = defineFlags({
  rows: {
    term: '-n, --rows <n>',
    help: 'how many rows (default: as many as fill two lines of pictures)',
    example: '--rows 20',
    parse: whole('--rows', 1, 10_000, 20),
  },
  // Its --rows are as many as are drawn.
  ...without(readingFlags, 'rows'),
})

export const headCommand = defineCommand({
  name: 'data head',
  summary: 'draw the first rows',
  description:
    'Draws the first rows in the terminal, as many to a line as fit, under their labels: in colours or greys, or in ' +
    'plain characters where there is no colour.',
  arguments: [['file', tableForms]],
  flags,
  examples: ['pixelrow data head train.csv', 'pixelrow data head train.csv --rows 20'],
})

export type HeadOptions = CallOptions<typeof headCommand>
