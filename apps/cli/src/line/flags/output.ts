import { filled, whole } from '../parse.ts'
import type { Flag } from './flag.ts'

/** What is written, and where. */
export const outputFlags = {
  rows: {
    term: '-n, --rows <n>',
    help: 'how many rows (default: as many as fill two lines of pictures)',
    example: '--rows 20',
    parse: whole('--rows', 1, 10_000, 20),
  },
  out: {
    term: '-o, --out <folder>',
    help: 'where everything goes (default: runs/<n>-<recipe>)',
    example: '--out runs/first',
    parse: filled('--out', "a folder's path", 'runs/first'),
  },
  file: {
    term: '-o, --out <file>',
    help: 'where the submission goes: a file, a folder/ for several, or - for standard output',
    example: '--out submission.csv',
    parse: filled('--out', "a file's path", 'submission.csv'),
  },
  model: {
    term: '-o, --out <file>',
    help: 'where the model goes',
    example: '--out model.onnx',
    parse: filled('--out', "a file's path", 'model.onnx'),
  },
  page: {
    term: '-o, --out <folder>',
    help: 'write the page there as static files, in place of serving it',
    example: '--out public',
    parse: filled('--out', "a folder's path", 'public'),
  },
  pageModel: {
    term: '--model <file>',
    help: 'the model that the page begins with, or the folder of a run (default: one that reads digits)',
    example: '--model runs/1-fast/model.onnx',
    parse: filled('--model', "a model's path", 'runs/1-fast/model.onnx'),
  },
  port: {
    term: '--port <n>',
    help: 'where it is served on 127.0.0.1; 0 takes a free one',
    example: '--port 8784',
    parse: whole('--port', 0, 65_535, 8784),
    default: 8784,
  },
  probabilities: {
    term: '--probabilities <file>',
    help: 'where the probability of each class goes: a file, or a folder/ for several',
    example: '--probabilities probabilities.csv',
    parse: filled('--probabilities', "a file's path", 'probabilities.csv'),
  },
  shard: {
    term: '--shard <part>',
    help: 'do one part of the files, so that several machines can share them',
    example: '--shard 3/16',
    parse: filled('--shard', 'a part of a whole', '3/16'),
  },
  table: {
    term: '-o, --out <file>',
    help: 'where the table goes: .csv, .csv.gz, .idx or .idx.gz; - is standard output, as CSV',
    example: '--out table.csv',
    parse: filled('--out', "a file's path", 'table.csv'),
  },
} as const satisfies Record<string, Flag<string | number>>
