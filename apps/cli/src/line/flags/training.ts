import { decimal, duration, filled, oneOf, whole } from '../parse.ts'
import { defineFlags, type OptionsOf } from './define.ts'

/** Must equal the names in @pixelrow/train's `recipes`, which the help must not load. */
export const recipeNames = ['linear', 'mlp', 'fast', 'cnn', 'best'] as const
const augmentations = ['none', 'shift', 'photo'] as const
const deviceNames = ['auto', 'cuda', 'webgpu', 'cpu'] as const
const precisions = ['fp32', 'tf32', 'fp16'] as const
/** Must equal `auto` and the names in @pixelrow/train's `engines`. */
export const engineNames = ['auto', 'onnxruntime', 'tfjs'] as const

/** What is trained, and how. */
export const trainingFlags = defineFlags({
  recipe: {
    term: '--recipe <name>',
    help: `what to train: ${recipeNames.join(', ')}`,
    example: '--recipe cnn',
    parse: oneOf('--recipe', recipeNames),
    default: 'fast',
  },
  epochs: {
    term: '--epochs <n>',
    help: "passes over the training rows (default: the recipe's)",
    example: '--epochs 8',
    parse: decimal('--epochs', (x) => x > 0 && x <= 10_000, 'a number above 0 and up to 10000', '8'),
  },
  steps: {
    term: '--steps <n>',
    help: 'steps in all, in place of epochs',
    example: '--steps 2000',
    parse: whole('--steps', 1, 100_000_000, 2000),
  },
  timeBudget: {
    term: '--time-budget <time>',
    help: 'as many steps as take about so long, by a short measurement: 60s, 10m, 1h',
    example: '--time-budget 60s',
    parse: duration('--time-budget', '60s'),
  },
  targetAccuracy: {
    term: '--target-accuracy <share>',
    help: 'end after the epoch that reaches it on the rows kept to validate on',
    example: '--target-accuracy 0.99',
    parse: decimal('--target-accuracy', (x) => x > 0 && x <= 1, 'a number above 0 and up to 1', '0.99'),
  },
  batchSize: {
    term: '--batch-size <n>',
    help: "rows a step (default: the recipe's)",
    example: '--batch-size 128',
    parse: whole('--batch-size', 1, 65_536, 128),
  },
  learningRate: {
    term: '--learning-rate <x>',
    help: "highest learning rate (default: the recipe's)",
    example: '--learning-rate 0.1',
    parse: decimal('--learning-rate', (x) => x > 0 && x <= 1000, 'a number above 0 and up to 1000', '0.1'),
  },
  augment: {
    term: '--augment <how>',
    help: "vary images in training: none, shift, or photo, which mirrors too (default: the recipe's)",
    example: '--augment photo',
    parse: oneOf('--augment', augmentations),
  },
  validation: {
    term: '--validation <share>',
    help: "share of the rows kept to validate on, 0 to 0.5 (default: the recipe's)",
    example: '--validation 0.1',
    parse: decimal('--validation', (x) => x >= 0 && x <= 0.5, 'a number from 0 to 0.5', '0.1'),
  },
  members: {
    term: '--members <n>',
    help: "models that are trained and answer together (default: the recipe's)",
    example: '--members 5',
    parse: whole('--members', 1, 100, 5),
  },
  testShift: {
    term: '--test-shift <n>',
    help: 'classify each image also moved by n pixels up, down, left and right',
    example: '--test-shift 1',
    parse: whole('--test-shift', 0, 16, 1),
  },
  seed: {
    term: '--seed <n>',
    help: 'the same seed gives the same model',
    example: '--seed 1',
    parse: whole('--seed', 0, 4_294_967_295, 1),
    default: 0,
  },
  debug: {
    term: '--debug',
    help: 'where a training diverges, name the first value that is not finite, with its layer, step and inputs',
    example: '--debug',
  },
})

/** Where it is computed. */
export const machineFlags = defineFlags({
  device: {
    term: '--device <name>',
    help: 'where to compute: auto, cuda, webgpu or cpu',
    example: '--device cpu',
    // Nobody who writes gpu means cpu.
    parse: oneOf('--device', deviceNames, () => ''),
    default: 'auto',
  },
  threads: {
    term: '--threads <n>',
    help: 'processor threads (default: one a core)',
    example: '--threads 2',
    parse: whole('--threads', 1, 256, 2),
  },
})

/** What computes it. */
export const engineFlags = defineFlags({
  engine: {
    term: '--engine <name>',
    help: 'what trains: auto, onnxruntime or tfjs (TensorFlow)',
    example: '--engine tfjs',
    parse: oneOf('--engine', engineNames),
    default: 'auto',
  },
  precision: {
    term: '--precision <name>',
    help: "what products are computed in: fp32, tf32 or fp16 (default: the device's own)",
    example: '--precision fp32',
    // Nobody who writes fp8 means fp32.
    parse: oneOf('--precision', precisions, () => ''),
  },
})

/** Where an interrupted training goes on. */
export const elsewhereFlags = defineFlags({
  device: {
    term: '--device <name>',
    help: 'go on there: auto, cuda, webgpu or cpu (default: where it was)',
    example: '--device cpu',
    parse: oneOf('--device', deviceNames, () => ''),
  },
})

/** Where the results of a training go. */
export const runFolderFlags = defineFlags({
  out: {
    term: '-o, --out <folder>',
    help: 'where everything goes (default: runs/<n>-<recipe>)',
    example: '--out runs/first',
    parse: filled('--out', "a folder's path", 'runs/first'),
  },
  continue: {
    term: '--continue',
    help: 'go on with the same training in --out, or do nothing where it is finished: for jobs that are started again',
    example: '--continue',
  },
  force: {
    term: '--force',
    help: 'begin anew over an interrupted training, and replace files that pixelrow did not write, or that were changed since',
    example: '--force',
  },
})

export type TrainingOptions = OptionsOf<typeof trainingFlags>
export type MachineOptions = OptionsOf<typeof machineFlags>
export type RunFolderOptions = OptionsOf<typeof runFolderFlags>
