import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { competitionFlags } from '../../line/flags/kaggle.ts'
import { filled } from '../../line/parse.ts'

const flags = defineFlags({
  ...competitionFlags,
  out: {
    term: '-o, --out <folder>',
    help: "where the files go (default: a folder of the competition's name)",
    example: '--out digit-recognizer',
    parse: filled('--out', "a folder's path", 'digit-recognizer'),
  },
  only: {
    term: '--only <file>',
    help: 'one file of the competition (default: all of them)',
    example: '--only train.csv',
    parse: filled('--only', "a file's name in the competition", 'train.csv'),
  },
  overwrite: {
    term: '--overwrite',
    help: 'replace files that are there',
    example: '--overwrite',
  },
})

export const downloadCommand = defineCommand({
  name: 'download',
  summary: "download and unpack a competition's files",
  description:
    "Downloads a competition's files from Kaggle, checks and unpacks them. An interrupted download goes on where it was.",
  arguments: [],
  flags,
  examples: ['pixelrow download', 'pixelrow download --competition digit-recognizer -o digits --only train.csv'],
})

export type DownloadOptions = CallOptions<typeof downloadCommand>
