import { filled } from '../parse.ts'
import { defineFlags, type OptionsOf } from './define.ts'

/** Where a model goes that is made of others. */
export const modelFileFlags = defineFlags({
  out: {
    term: '-o, --out <file>',
    help: 'where the model goes',
    example: '--out model.onnx',
    parse: filled('--out', "a file's path", 'model.onnx'),
  },
})

/** For outputs that are claimed. */
export const forceFlags = defineFlags({
  force: {
    term: '--force',
    help: 'replace a file that pixelrow did not write, or that was changed since',
    example: '--force',
  },
})

/** For CSVs that people open in a spreadsheet. */
export const spreadsheetFlags = defineFlags({
  spreadsheetSafe: {
    term: '--spreadsheet-safe',
    help: 'write an apostrophe before labels and ids that a spreadsheet would run as a formula; for CSV',
    example: '--spreadsheet-safe',
  },
})

export type SpreadsheetOptions = OptionsOf<typeof spreadsheetFlags>
