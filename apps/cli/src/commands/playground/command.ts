import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { forceFlags } from '../../line/flags/output.ts'
import { filled, whole } from '../../line/parse.ts'

const flags = defineFlags({
  model: {
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
  out: {
    term: '-o, --out <folder>',
    help: 'write the page there as static files, in place of serving it',
    example: '--out public',
    parse: filled('--out', "a folder's path", 'public'),
  },
  ...forceFlags,
})

export const playgroundCommand = defineCommand({
  name: 'playground',
  summary: 'serve a page to draw on, which a model reads',
  description:
    'Serves a page on this machine where digits are drawn and read, models, pictures and tables opened; all of it runs in ' +
    'the page. With --out it is written as static files that work from any folder of any server.',
  arguments: [],
  flags,
  only: [
    { flags: ['port'], without: 'out' },
    { flags: ['force'], with: ['out'] },
  ],
  examples: [
    'pixelrow playground',
    'pixelrow playground --model runs/1-fast/model.onnx',
    'pixelrow playground --out public',
  ],
})

export type PlaygroundOptions = CallOptions<typeof playgroundCommand>
