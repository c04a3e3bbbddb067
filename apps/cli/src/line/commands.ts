import type { Context } from '../main.ts'
import {
  evalFlags,
  type FlagName,
  type Flags,
  kaggleFlags,
  predictFlags,
  readingFlags,
  runReadingFlags,
} from './flags.ts'
import { kaggleLeaves } from './kaggle-commands.ts'

/** One command of the line: its arguments, its flags, examples that can be pasted, and what carries it out. */
export interface Leaf {
  /** `train`, or `data head` for one of a group. */
  name: string
  summary: string
  description: string
  /** The last may end in `...`: one or more. */
  arguments: [name: string, help: string][]
  flags: FlagName[]
  /** Flags that do nothing unless one of others is given, or while another is: such a call is refused. */
  only?: Only[]
  examples: string[]
  run: (context: Context, flags: Flags, positionals: string[]) => Promise<void>
}

/** Flags that mean something only with one of others, or only without. */
export interface Only {
  flags: readonly FlagName[]
  with?: readonly FlagName[]
  without?: FlagName
}

const trainingFlags: FlagName[] = [
  ...(['recipe', 'epochs', 'steps', 'timeBudget', 'targetAccuracy', 'batchSize', 'learningRate'] as const),
  ...(['augment', 'validation', 'members', 'testShift', 'seed', 'debug'] as const),
]
const machineFlags: FlagName[] = ['device', 'threads']

const source =
  'a CSV (also .gz), IDX images with their labels beside them, or a folder of pictures (one folder a class); also in a zip'

// Each command's module, and with it the packages it wires, is loaded only when the command is carried out.
export const leaves: Leaf[] = [
  {
    name: 'run',
    summary: 'train, export, predict and write a submission, all in one',
    description:
      'Trains on train.csv, exports and checks model.onnx, predicts test.csv and writes submission.csv. ' +
      'Without --data it uses the embedded digits: 42,000 to train on and 28,000 to predict. With --kaggle the files come ' +
      'from Kaggle, and with --submit the submission goes there. Exits with 4 where the training came to nothing.',
    arguments: [],
    flags: [...trainingFlags, 'data', ...machineFlags, 'engine', 'out', ...kaggleFlags, ...runReadingFlags],
    only: [
      { flags: ['message', 'yes', 'wait'], with: ['submit'] },
      { flags: ['competition'], with: ['kaggle', 'submit'] },
    ],
    examples: [
      'pixelrow run',
      'pixelrow run --recipe cnn --epochs 8',
      'pixelrow run --kaggle --submit',
      'pixelrow run --data digit-recognizer.zip --seed 1',
    ],
    run: async (context, flags) => (await import('../commands/run.ts')).run(context, flags),
  },
  {
    name: 'train',
    summary: 'train on a CSV or pictures, export model.onnx',
    description:
      'Trains on the rows of a labelled table, then exports and checks model.onnx. Exits with 4 where the training came to ' +
      'nothing.',
    arguments: [['train.csv', `labelled rows of pixels: ${source}`]],
    flags: [...trainingFlags, 'member', ...readingFlags, ...machineFlags, 'engine', 'out'],
    examples: [
      'pixelrow train train.csv -o runs/first',
      'pixelrow train train.csv -o runs/second --recipe cnn --seed 1',
      'pixelrow train train.csv -o runs/third --recipe best --member 3',
    ],
    run: async (context, flags, [train]) => (await import('../commands/train.ts')).train(context, flags, train!),
  },
  {
    name: 'resume',
    summary: 'go on with a training that was interrupted',
    description:
      'Goes on with a run or train that Ctrl-C or a power cut has ended, from its last checkpoint and with the options it ' +
      'had, to the very model that it would have given. It reads the same files again and refuses them if they have changed. ' +
      'Exits with 4 where the training came to nothing.',
    arguments: [['run-folder', 'what the interrupted training left, such as runs/3-fast']],
    flags: ['yes'],
    examples: ['pixelrow resume runs/3-fast', 'pixelrow resume runs/3-fast --quiet'],
    run: async (context, flags, [folder]) => (await import('../commands/resume.ts')).resume(context, flags, folder!),
  },
  {
    name: 'merge',
    summary: 'make one model of several that answer together',
    description:
      'Puts models that train has exported into one file whose answer is the mean of theirs. Members that were trained apart ' +
      '(train --member 1, --member 2, …) give the very file that training them in one go (--members) gives.',
    arguments: [['models...', 'files that train or run has exported, in the order of their numbers']],
    flags: ['testShift', 'model'],
    examples: [
      'pixelrow merge m1/model.onnx m2/model.onnx m3/model.onnx -o model.onnx',
      'pixelrow merge m1/model.onnx m2/model.onnx --test-shift 1 -o model.onnx',
    ],
    run: async (context, flags, models) => (await import('../commands/merge.ts')).mergeModels(context, flags, models),
  },
  {
    name: 'profile',
    summary: "tell where a training's time goes",
    description:
      "Trains a few steps and tells the time by operator, and how near the whole comes to this machine's speed in one large " +
      'matrix product; or prints the step that is trained. Nothing is written.',
    arguments: [],
    flags: ['recipe', 'batchSize', 'augment', 'data', ...runReadingFlags, ...machineFlags, 'engine', 'dump'],
    examples: [
      'pixelrow profile --recipe cnn',
      'pixelrow profile --recipe cnn --dump > step.txt',
      'pixelrow profile --recipe cnn --threads 1 --json',
    ],
    run: async (context, flags) => (await import('../commands/profile.ts')).tellProfile(context, flags),
  },
  {
    name: 'predict',
    summary: 'classify rows or pictures into a submission',
    description:
      'Classifies rows without labels. Ids and header come from a sample_submission.csv beside test.csv where there is ' +
      'one, else the ids from the CSV, else they count from 1. Several files, or a folder/ to write to: a file out for a file ' +
      'in, of any length; called again after an interruption, it goes on with the files that are missing.',
    arguments: [
      ['model.onnx', 'a model that pixelrow exported'],
      [
        'test.csv...',
        'rows of pixels without labels: CSVs (also .gz), IDX images, or folders of pictures; also in a zip; - is standard input',
      ],
    ],
    flags: [...predictFlags, ...machineFlags, 'file', 'probabilities', 'shard'],
    examples: [
      'pixelrow predict runs/1-fast/model.onnx test.csv -o submission.csv',
      'pixelrow predict runs/1-fast/model.onnx test.csv -o - | head -3',
      "pixelrow predict runs/1-fast/model.onnx 'part-*.csv.gz' -o predictions/",
    ],
    run: async (context, flags, [model, ...tests]) =>
      (await import('../commands/predict.ts')).predict(context, flags, model!, tests),
  },
  {
    name: 'eval',
    summary: 'measure a model on labelled rows',
    description: 'Tells the accuracy on labelled rows, in all and by class, and the confusion matrix.',
    arguments: [
      ['model.onnx', 'a model that pixelrow exported'],
      ['labelled.csv', `labelled rows of pixels: ${source}`],
    ],
    flags: [...evalFlags, ...machineFlags],
    examples: [
      'pixelrow eval runs/1-fast/model.onnx labelled.csv',
      'pixelrow eval runs/1-fast/model.onnx labelled.csv --json > eval.json',
    ],
    run: async (context, flags, [model, table]) =>
      (await import('../commands/eval.ts')).evaluate(context, flags, model!, table!),
  },
  ...kaggleLeaves,
  {
    name: 'export',
    summary: 'put a model into ONNX, or into a smaller precision',
    description:
      'Puts a TensorFlow.js or Teachable Machine model into an ONNX file. Writes it, the model of a run, or any ONNX file ' +
      'in float16 or int8, tells what that costs on real rows and refuses it beyond --max-loss; or with another form of input.',
    arguments: [
      ['source', 'a run folder, an .onnx file, or a TensorFlow.js model: its model.json, folder, zip or URL'],
    ],
    flags: [
      ...([
        'model',
        'precision',
        'check',
        'maxLoss',
        'input',
        'optimize',
        'classes',
        'scale',
        'offset',
        'threads',
      ] as const),
      ...evalFlags,
    ],
    only: [{ flags: ['check', 'maxLoss', 'threads', ...evalFlags], with: ['precision'] }],
    examples: [
      'pixelrow export runs/1-fast -o small.onnx --precision int8',
      'pixelrow export model.onnx -o half.onnx --precision float16 --check train.csv',
      'pixelrow export my-teachable-machine.zip -o model.onnx',
    ],
    run: async (context, flags, [source]) =>
      (await import('../commands/export.ts')).exportModel(context, flags, source!),
  },
  {
    name: 'inspect',
    summary: 'tell what is in an ONNX file',
    description: 'Tells inputs, outputs, weights, operators and metadata of any ONNX file without running it.',
    arguments: [['model.onnx', 'an ONNX file, or a run folder']],
    flags: [],
    examples: ['pixelrow inspect runs/1-fast/model.onnx', 'pixelrow inspect model.onnx --json'],
    run: async (context, flags, [model]) => (await import('../commands/inspect.ts')).inspect(context, flags, model!),
  },
  {
    name: 'playground',
    summary: 'serve a page to draw on, which a model reads',
    description:
      'Serves a page on this machine where digits are drawn and read, models, pictures and tables opened; all of it runs in ' +
      'the page. With --out it is written as static files that work from any folder of any server.',
    arguments: [],
    flags: ['pageModel', 'port', 'page'],
    only: [{ flags: ['port'], without: 'page' }],
    examples: [
      'pixelrow playground',
      'pixelrow playground --model runs/1-fast/model.onnx',
      'pixelrow playground --out public',
    ],
    run: async (context, flags) => (await import('../commands/playground.ts')).playground(context, flags),
  },
  {
    name: 'data describe',
    summary: 'tell what is in a table',
    description:
      'Tells size and shape of a table, its range, mean and deviation, blank and repeated pictures, and the rows of each class.',
    arguments: [['file', source]],
    flags: readingFlags,
    examples: ['pixelrow data describe train.csv', 'pixelrow data describe train.csv --json'],
    run: async (context, flags, [file]) => (await import('../commands/describe.ts')).describe(context, flags, file!),
  },
  {
    name: 'data head',
    summary: 'draw the first rows',
    description:
      'Draws the first rows in the terminal, as many to a line as fit, under their labels: in colours or greys, or in ' +
      'plain characters where there is no colour.',
    arguments: [['file', source]],
    flags: ['rows', ...readingFlags],
    examples: ['pixelrow data head train.csv', 'pixelrow data head train.csv --rows 20'],
    run: async (context, flags, [file]) => (await import('../commands/head.ts')).head(context, flags, file!),
  },
  {
    name: 'data convert',
    summary: 'write a table in another format',
    description:
      'Writes a table in the format that the name of the output tells. The labels of IDX images go into a file of their ' +
      'own beside them, as MNIST has it.',
    arguments: [['file', source]],
    flags: ['table', ...readingFlags],
    examples: [
      'pixelrow data convert train.csv -o train.idx',
      'pixelrow data convert train-images-idx3-ubyte -o train.csv',
    ],
    run: async (context, flags, [file]) => (await import('../commands/convert.ts')).convert(context, flags, file!),
  },
  {
    name: 'setup tfjs',
    summary: "build tfjs-node on TensorFlow's current library",
    description:
      "Builds tfjs-node's native addon on the library of TensorFlow's wheel, for the CPU or CUDA 12, into pixelrow's cache folder; " +
      "your node_modules are not touched. Needs a C++ compiler, npm and, unless --from gives the wheel, Python's pip; Linux on x64.",
    arguments: [],
    flags: ['gpu', 'from', 'remove'],
    examples: [
      'pixelrow setup tfjs',
      'pixelrow setup tfjs --gpu',
      'pixelrow setup tfjs --from tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
      'pixelrow setup tfjs --remove',
    ],
    run: async (context, flags) => (await import('../commands/setup.ts')).setupEngine(context, flags),
  },
]

/** Commands that are groups of others. */
export const groups: Record<string, string> = {
  data: 'describe, draw and convert tables',
  setup: 'set up other engines',
}

/** The names that may follow `pixelrow`. */
export const names = [...new Set(leaves.map(({ name }) => name.split(' ')[0]!))]

/** The command that a line means, and the group where it names no more than that. */
export function commandOf(argv: readonly string[]): { leaf?: Leaf | undefined; group?: string | undefined } {
  const place = argv.findIndex((word) => names.includes(word))
  const name = argv[place] ?? ''
  const leaf = leaves.find((one) => one.name === name || one.name === `${name} ${argv[place + 1]}`)
  return { leaf, group: !leaf && name in groups ? name : undefined }
}
