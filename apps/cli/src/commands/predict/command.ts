import { type CallOptions, defineCommand } from '../../line/command.ts'
import { classifyingFlags } from '../../line/flags/classifying.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { forceFlags, spreadsheetFlags } from '../../line/flags/output.ts'
import { predictFlags } from '../../line/flags/reading.ts'
import { filled } from '../../line/parse.ts'

const flags = defineFlags({
  ...predictFlags,
  ...classifyingFlags,
  out: {
    term: '-o, --out <file>',
    help: 'where the submission goes: a file, a folder/ for several, or - for standard output',
    example: '--out submission.csv',
    parse: filled('--out', "a file's path", 'submission.csv'),
  },
  probabilities: {
    term: '--probabilities <file>',
    help: 'where the probability of each class goes: a file, or a folder/ for several',
    example: '--probabilities probabilities.csv',
    parse: filled('--probabilities', "a file's path", 'probabilities.csv'),
  },
  shard: {
    term: '--shard <part>',
    help: 'do one part of the files, dealt by their names, so that several machines can share them',
    example: '--shard 3/16',
    parse: filled('--shard', 'a part of a whole', '3/16'),
  },
  verify: {
    term: '--verify',
    help: 'write nothing: end with 1 unless every file has its answers, made from these bytes by this model and these flags',
    example: '--verify',
  },
  ...spreadsheetFlags,
  ...forceFlags,
})

export const predictCommand = defineCommand({
  name: 'predict',
  summary: 'classify rows or pictures into a submission',
  description:
    'Classifies rows without labels. Ids and header come from a sample_submission.csv beside test.csv where there is ' +
    'one, else the ids from the CSV, else they count from 1. Several files, or a folder/ to write to: a file out for a file ' +
    'in, of any length; called again, it makes what is missing or was made from other rows, by another model or with other flags, and leaves the rest.',
  arguments: [
    ['model.onnx', 'a model that pixelrow exported, or a run folder'],
    [
      'test.csv...',
      'rows of pixels without labels: CSVs (also .gz), IDX images, pictures or folders of them; also in a zip; - is standard input',
    ],
  ],
  flags,
  only: [
    { flags: ['verify'], with: ['out'] },
    { flags: ['force'], without: 'verify' },
  ],
  examples: [
    'pixelrow predict runs/1-fast/model.onnx test.csv -o submission.csv',
    'pixelrow predict runs/1-fast/model.onnx test.csv -o - | head -3',
    'pixelrow predict runs/1-fast/model.onnx digit.png -o -',
    "pixelrow predict runs/1-fast/model.onnx 'part-*.csv.gz' -o predictions/",
    "pixelrow predict runs/1-fast/model.onnx 'part-*.csv.gz' -o predictions/ --verify",
  ],
})

export type PredictOptions = CallOptions<typeof predictCommand>
