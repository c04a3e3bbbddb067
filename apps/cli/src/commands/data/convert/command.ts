import { type CallOptions, defineCommand } from '../../../line/command.ts'
import { defineFlags } from '../../../line/flags/define.ts'
import { forceFlags, spreadsheetFlags } from '../../../line/flags/output.ts'
import { readingFlags, tableForms } from '../../../line/flags/reading.ts'
import { filled } from '../../../line/parse.ts'

const flags = defineFlags({
  out: {
    term: '-o, --out <file>',
    help: 'where the table goes: .csv, .csv.gz, .idx or .idx.gz; - is standard output, as CSV',
    example: '--out table.csv',
    parse: filled('--out', "a file's path", 'table.csv'),
  },
  ...spreadsheetFlags,
  ...forceFlags,
  ...readingFlags,
})

export const convertCommand = defineCommand({
  name: 'data convert',
  summary: 'write a table in another format',
  description:
    'Writes a table in the format that the name of the output tells. The labels of IDX images go into a file of their ' +
    'own beside them, as MNIST has it.',
  arguments: [['file', tableForms]],
  flags,
  examples: [
    'pixelrow data convert train.csv -o train.idx',
    'pixelrow data convert train-images-idx3-ubyte -o train.csv',
  ],
})

export type ConvertOptions = CallOptions<typeof convertCommand>
