// @ts-check
// The table of what is tried: a command joins by one entry.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string[]} args the command, as it is typed in a folder with the tables, the runs `model` and `second`, and what `before` has left
 * @property {(string[] | Interrupted)[]} [before] commands that leave what is there before, in `out`
 * @property {string} [program] a script that is called in pixelrow's place
 * @property {boolean} [isApart] each file that it writes is by itself: some may be new and others old
 * @property {boolean} [isOnline] it speaks with a stand-in for Kaggle
 * @property {RegExp} [interim] what may lie in `out` after it failed or was killed, until it is done
 * @property {(work: string) => string[] | undefined} [again] the command that comes to the same end after a failure; undefined where nothing is left to do
 */

/** A command that is interrupted when standard error has said something. @typedef {{ args: string[], interruptedAt: string }} Interrupted */

const small = ['--recipe', 'linear', '--epochs', '2', '--device', 'cpu', '--threads', '1']
const long = ['--recipe', 'linear', '--epochs', '4', '--device', 'cpu', '--threads', '1', '--validation', '0']
const cpu = ['--device', 'cpu', '--threads', '1']

/** What a training leaves to go on from. */
const checkpoint = /^out\/(?:resume\.json|checkpoint[\w.]*)$/

/** Goes on where a checkpoint is, and begins anew where there is none. @param {string[]} args */
const resumeOr = (args) => (/** @type {string} */ work) =>
  existsSync(join(work, 'out/resume.json')) ? ['resume', 'out'] : args

/** @param {string} name @param {string[]} args @returns {Scenario} */
const training = (name, args) => ({
  name,
  before: [[...args, '--seed', '1']],
  args,
  interim: checkpoint,
  again: resumeOr(args),
})

/** The runs that scenarios find in their folder. @type {string[][]} */
export const prepared = [
  ['train', 'train.csv', ...small, '-o', 'model'],
  ['train', 'other.csv', ...small, '-o', 'second', '--seed', '2'],
  ['predict', 'model', 'test.csv', '-o', 'answers.csv', ...cpu],
]

/** @type {Scenario[]} */
export const scenarios = [
  {
    name: 'convert',
    before: [['data', 'convert', 'other.csv', '-o', 'out/table.csv.gz']],
    args: ['data', 'convert', 'train.csv', '-o', 'out/table.csv.gz'],
  },
  training('train', ['train', 'train.csv', ...small, '-o', 'out']),
  training('run', ['run', '--data', '.', ...small, '-o', 'out']),
  {
    name: 'resume',
    before: [{ args: ['train', 'train.csv', ...long, '-o', 'out'], interruptedAt: '^ +2 ' }],
    args: ['resume', 'out'],
    interim: checkpoint,
    again: (work) => (existsSync(join(work, 'out/resume.json')) ? ['resume', 'out'] : undefined),
  },
  {
    name: 'predict',
    before: [
      ['predict', 'second', 'other-test.csv', ...cpu, '-o', 'out/answers.csv', '--probabilities', 'out/chances.csv'],
    ],
    args: ['predict', 'model', 'test.csv', ...cpu, '-o', 'out/answers.csv', '--probabilities', 'out/chances.csv'],
  },
  {
    name: 'predict-many',
    before: [['predict', 'second', 'parts/part-1.csv', 'parts/part-2.csv', ...cpu, '-o', 'out/']],
    args: ['predict', 'model', 'parts/part-1.csv', 'parts/part-2.csv', 'parts/part-3.csv', ...cpu, '-o', 'out/'],
    isApart: true,
  },
  {
    name: 'export',
    before: [['export', 'second', '-o', 'out/half.onnx', '--precision', 'float16']],
    args: ['export', 'model', '-o', 'out/half.onnx', '--precision', 'float16'],
  },
  {
    name: 'merge',
    before: [['merge', 'second', 'model', '-o', 'out/both.onnx']],
    args: ['merge', 'model', 'second', '-o', 'out/both.onnx'],
  },
  {
    name: 'download',
    args: ['download', '-o', 'out'],
    isOnline: true,
    // What has come, and what is known of it.
    interim: /^out\/.*\.part(\.json)?$/,
    // What is there is not downloaded again.
    again: (work) => (existsSync(join(work, 'out/train.csv')) ? undefined : ['download', '-o', 'out']),
  },
  { name: 'submit', args: ['submit', 'answers.csv', '--test', 'test.csv', '--yes'], isOnline: true },
]
