import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { competitionFlags } from '../../line/flags/kaggle.ts'
import { dataset, filled } from '../../line/parse.ts'

const flags = defineFlags({
  ...competitionFlags,
  dataset: {
    term: '--dataset <owner/name>',
    help: "a data set's files in place of a competition's",
    example: '--dataset zalando-research/fashionmnist',
    parse: dataset('--dataset'),
  },
  out: {
    term: '-o, --out <folder>',
    help: 'where the files go (default: a folder of the name of competition or data set)',
    example: '--out digit-recognizer',
    parse: filled('--out', "a folder's path", 'digit-recognizer'),
  },
  only: {
    term: '--only <file>',
    help: 'one of the files (default: all of them)',
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
  summary: "download and unpack a competition's or a data set's files",
  description:
    'Downloads the files of a competition or a data set from Kaggle, checks and unpacks them. An interrupted download goes on where it was.',
  arguments: [],
  flags,
  examples: [
    'pixelrow download',
    'pixelrow download --competition digit-recognizer -o digits --only train.csv',
    'pixelrow download --dataset zalando-research/fashionmnist',
  ],
})

export type DownloadOptions = CallOptions<typeof downloadCommand>
