import { type CallOptions, defineCommand } from '../../line/command.ts'
import { chosen, defineFlags, namesOf } from '../../line/flags/define.ts'
import { forceFlags, modelFileFlags } from '../../line/flags/output.ts'
import { evalFlags } from '../../line/flags/reading.ts'
import { machineFlags } from '../../line/flags/training.ts'
import { decimal, filled, oneOf } from '../../line/parse.ts'

const precisions = ['float32', 'float16', 'int8'] as const
const inputKinds = ['flat', 'image'] as const

const flags = defineFlags({
  ...modelFileFlags,
  ...forceFlags,
  precision: {
    term: '--precision <name>',
    help: 'float32, float16 (half the bytes) or int8 (a quarter)',
    example: '--precision int8',
    parse: oneOf('--precision', precisions),
    default: 'float32',
  },
  check: {
    term: '--check <table>',
    help: 'rows of pixels, best with labels, to see what a precision costs; int8 takes its ranges from them; - is standard input (default: those of the run)',
    example: '--check train.csv',
    parse: filled('--check', "a table's path", 'train.csv'),
  },
  maxLoss: {
    term: '--max-loss <share>',
    help: 'refuse a precision that loses more accuracy than this',
    example: '--max-loss 0.003',
    parse: decimal('--max-loss', (x) => x >= 0 && x <= 1, 'a number from 0 to 1', '0.003'),
    default: 0.01,
  },
  input: {
    term: '--input <form>',
    help: 'rows of pixels (flat) or images with height, width and channels (image); for models of pixelrow',
    example: '--input image',
    parse: oneOf('--input', inputKinds),
  },
  optimize: {
    term: '--optimize',
    help: 'work out what constants decide, drop what no output needs',
    example: '--optimize',
  },
  classes: {
    term: '--classes <list>',
    help: 'make a classifier of a TensorFlow.js model: bytes in, and these classes with commas between them',
    example: '--classes cat,dog',
    parse: filled('--classes', 'names with commas between them', 'cat,dog'),
  },
  scale: {
    term: '--scale <x>',
    help: 'what that model is fed is byte × scale + offset (default: 1/255)',
    example: '--scale 0.0078431',
    parse: decimal('--scale', (x) => x !== 0, 'a number other than 0', '0.0078431'),
  },
  offset: {
    term: '--offset <x>',
    help: 'see --scale (default: 0)',
    example: '--offset -1',
    parse: decimal('--offset', () => true, 'a number', '-1'),
  },
  ...chosen(machineFlags, 'threads'),
  ...evalFlags,
})

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'put a model into ONNX, or into a smaller precision',
  description:
    'Puts a TensorFlow.js or Teachable Machine model into an ONNX file. Writes it, the model of a run, or any ONNX file ' +
    'in float16 or int8, tells what that costs on real rows and refuses it beyond --max-loss; or with another form of input.',
  arguments: [['source', 'a run folder, an .onnx file, or a TensorFlow.js model: its model.json, folder, zip or URL']],
  flags,
  only: [{ flags: ['check', 'maxLoss', 'threads', ...namesOf(evalFlags)], with: ['precision'] }],
  examples: [
    'pixelrow export runs/1-fast -o small.onnx --precision int8',
    'pixelrow export model.onnx -o half.onnx --precision float16 --check train.csv',
    'pixelrow export my-teachable-machine.zip -o model.onnx',
  ],
})

export type ExportOptions = CallOptions<typeof exportCommand>
