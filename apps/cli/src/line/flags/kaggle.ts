import { competition, filled, whole } from '../parse.ts'
import type { Flag } from './flag.ts'

/** What is done at Kaggle. */
export const uploadFlags = {
  competition: {
    term: '--competition <slug>',
    help: "the competition's name in its address",
    example: '--competition digit-recognizer',
    parse: competition('--competition'),
    default: 'digit-recognizer',
  },
  kaggle: {
    term: '--kaggle',
    help: "train on a Kaggle competition's files, in --data or a folder of its name; downloaded if they are not there",
    example: '--kaggle',
  },
  submit: {
    term: '--submit',
    help: 'submit to Kaggle at the end, after a question, and wait for the score',
    example: '--submit',
  },
  message: {
    term: '-m, --message <text>',
    help: 'what the submission is called in the list of submissions',
    example: "--message 'mlp, seed 1'",
    parse: filled('--message', 'a few words', "'mlp, seed 1'"),
  },
  yes: {
    term: '-y, --yes',
    help: 'upload without asking',
    example: '--yes',
  },
  wait: {
    term: '--wait <seconds>',
    help: 'how long to wait for the score; 0: not at all',
    example: '--wait 60',
    parse: whole('--wait', 0, 86_400, 60),
    default: 600,
  },
  overwrite: {
    term: '--overwrite',
    help: 'replace files that are there',
    example: '--overwrite',
  },
  only: {
    term: '--only <file>',
    help: 'one file of the competition (default: all of them)',
    example: '--only train.csv',
    parse: filled('--only', "a file's name in the competition", 'train.csv'),
  },
  downloads: {
    term: '-o, --out <folder>',
    help: "where the files go (default: a folder of the competition's name)",
    example: '--out digit-recognizer',
    parse: filled('--out', "a folder's path", 'digit-recognizer'),
  },
  limit: {
    term: '--limit <n>',
    help: 'how many, the newest first',
    example: '--limit 20',
    parse: whole('--limit', 1, 1000, 20),
    default: 20,
  },
} as const satisfies Record<string, Flag<string | number>>
