import { filled } from '../parse.ts'
import { defineFlags } from './define.ts'

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
