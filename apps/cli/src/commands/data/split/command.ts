import { type CallOptions, defineCommand } from '../../../line/command.ts'
import { defineFlags } from '../../../line/flags/define.ts'
import { forceFlags, spreadsheetFlags } from '../../../line/flags/output.ts'
import { groupFlags, readingFlags, tableForms } from '../../../line/flags/reading.ts'
import { decimal, filled, whole } from '../../../line/parse.ts'

const flags = defineFlags({
  out: {
    term: '-o, --out <folder>',
    help: 'where train.csv and validation.csv go',
    example: '--out parts',
    parse: filled('--out', "a folder's path", 'parts'),
  },
  share: {
    term: '--share <part>',
    help: 'how much of the rows goes into validation.csv',
    example: '--share 0.1',
    parse: decimal('--share', (x) => x > 0 && x < 1, 'a number above 0 and below 1', '0.1'),
    default: 0.2,
  },
  seed: {
    term: '--seed <n>',
    help: 'another number deals other rows',
    example: '--seed 7',
    parse: whole('--seed', 0, 2 ** 32 - 1, 7),
    default: 0,
  },
  ...spreadsheetFlags,
  ...forceFlags,
  ...readingFlags,
  ...groupFlags,
})

export const splitCommand = defineCommand({
  name: 'data split',
  summary: 'divide a table into two',
  description:
    'Writes train.csv and validation.csv. Each class keeps its share of the rows in both, and rows of one picture stay on one side, with --group also those of one person. With --split-column its rows to train on go into one, and those to validate on into the other. ' +
    'The same seed gives the same rows.',
  arguments: [['file', tableForms]],
  flags,
  examples: ['pixelrow data split all.csv -o parts', 'pixelrow data split all.csv --share 0.1 --seed 7 -o parts'],
})

export type SplitOptions = CallOptions<typeof splitCommand>
