import { Command, type CommanderError, Option } from 'commander'
import picocolors from 'picocolors'
import { UsageError } from './errors.ts'
import { exampleOf, type Flag, type Flags, flags } from './flags.ts'
import type { Context } from './main.ts'
import { didYouMean } from './suggest.ts'
import { version } from './versions.ts'

type FlagName = keyof typeof flags

const trainingFlags: FlagName[] = ['recipe', 'epochs', 'batchSize', 'learningRate', 'validation', 'seed']
const machineFlags: FlagName[] = ['device', 'threads']

/** One command of the line: its arguments, its flags, examples that can be pasted, and what carries it out. */
interface Leaf {
  name: string
  summary: string
  description: string
  arguments: [name: string, help: string][]
  flags: FlagName[]
  examples: string[]
  run: (context: Context, flags: Flags, positionals: string[]) => Promise<void>
}

// Each command's module, and with it the packages it wires, is loaded only when the command is carried out.
const leaves: Leaf[] = [
  {
    name: 'run',
    summary: 'train, export, predict and write a submission, all in one',
    description:
      'Trains on train.csv, exports and checks model.onnx, predicts test.csv and writes submission.csv. ' +
      'Without --data it uses the embedded digits: 42,000 to train on and 28,000 to predict.',
    arguments: [],
    flags: [...trainingFlags, 'label', 'data', ...machineFlags, 'engine', 'out'],
    examples: [
      'pixelrow run',
      'pixelrow run --recipe linear --epochs 20',
      'pixelrow run --data digit-recognizer --seed 1',
    ],
    run: async (context, flags) => (await import('./run.ts')).run(context, flags),
  },
  {
    name: 'train',
    summary: 'train on a CSV and export model.onnx',
    description: 'Trains on the rows of a labelled CSV, then exports and checks model.onnx.',
    arguments: [['train.csv', 'labelled rows of pixels']],
    flags: [...trainingFlags, 'label', ...machineFlags, 'engine', 'out'],
    examples: [
      'pixelrow train train.csv -o runs/first',
      'pixelrow train train.csv -o runs/second --recipe linear --seed 1',
    ],
    run: async (context, flags, [train]) => (await import('./train.ts')).train(context, flags, train!),
  },
  {
    name: 'resume',
    summary: 'go on with a training that was interrupted',
    description:
      'Goes on with a run or train that Ctrl-C or a power cut has ended, from its last checkpoint and with the options it ' +
      'had, to the very model that it would have given. It reads the same files again and refuses them if they have changed.',
    arguments: [['run-folder', 'what the interrupted training left, such as runs/3-mlp']],
    flags: [],
    examples: ['pixelrow resume runs/3-mlp', 'pixelrow resume runs/3-mlp --quiet'],
    run: async (context, flags, [folder]) => (await import('./resume.ts')).resume(context, flags, folder!),
  },
  {
    name: 'predict',
    summary: 'classify the rows of a CSV into a submission',
    description:
      'Classifies the rows of a CSV without labels. Ids and header come from a sample_submission.csv beside test.csv ' +
      'where there is one, else the ids from the CSV, else they count from 1.',
    arguments: [
      ['model.onnx', 'a model that pixelrow exported'],
      ['test.csv', 'rows of pixels without labels'],
    ],
    flags: [...machineFlags, 'file'],
    examples: [
      'pixelrow predict runs/1-mlp/model.onnx test.csv -o submission.csv',
      'pixelrow predict runs/1-mlp/model.onnx test.csv -o - | head -3',
    ],
    run: async (context, flags, [model, test]) => (await import('./predict.ts')).predict(context, flags, model!, test!),
  },
  {
    name: 'eval',
    summary: 'measure a model on labelled rows',
    description: 'Tells the accuracy on labelled rows, in all and by class, and what is taken for what.',
    arguments: [
      ['model.onnx', 'a model that pixelrow exported'],
      ['labelled.csv', 'labelled rows of pixels'],
    ],
    flags: ['label', ...machineFlags],
    examples: [
      'pixelrow eval runs/1-mlp/model.onnx labelled.csv',
      'pixelrow eval runs/1-mlp/model.onnx labelled.csv --json > eval.json',
    ],
    run: async (context, flags, [model, table]) => (await import('./eval.ts')).evaluate(context, flags, model!, table!),
  },
]

const names = leaves.map(({ name }) => name)
const flagNames = ['--json', '--quiet', ...Object.values(flags).map(({ example }) => example.split(' ')[0]!)]
const help = ['-h, --help', 'show this help'] as const

function toOption({ term, help, parse, default: value }: Flag<string | number>): Option {
  const option = new Option(term, help).argParser(parse)
  return value === undefined ? option : option.default(value)
}

function examples(lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`
}

function leafCommand(leaf: Leaf, context: () => Context): Command {
  const command = new Command(leaf.name)
    .summary(leaf.summary)
    .description(leaf.description)
    .helpOption(...help)
  for (const [name, text] of leaf.arguments) command.argument(`<${name}>`, text)
  for (const name of leaf.flags) command.addOption(toOption(flags[name]))
  command.option('--json', 'print one JSON object instead of text').option('-q, --quiet', 'print the result alone')
  command.addHelpText('after', examples(leaf.examples))
  return command.action((...given: unknown[]) =>
    leaf.run(context(), command.opts<Flags>(), given.slice(0, leaf.arguments.length) as string[]),
  )
}

/** Gives a command our habits: no exit and no message of its own, and bold headings where colour is welcome. */
function house(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({
      styleTitle: (title) => picocolors.bold(title),
      subcommandTerm: (child) =>
        [child.name(), ...child.registeredArguments.map((argument) => argument.name())].join(' '),
      minWidthToWrap: 20,
    })
}

/** The whole command line; `context` is asked for when a command is carried out. */
export function program(context: () => Context): Command {
  const root = house(new Command('pixelrow'))
    .description('From a CSV of pixel rows to a trained classifier, an ONNX file and a submission.')
    .usage('<command> [options]')
    .version(version, '-v, --version', 'show the version')
    .helpOption(...help)
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', examples(leaves.map((leaf) => leaf.examples[0]!)))
    .addHelpText('after', '\npixelrow <command> --help tells all options of a command.')
  for (const leaf of leaves) root.addCommand(house(leafCommand(leaf, context)))
  return root
}

/** What is shown to somebody who types `pixelrow` alone. */
export function shortHelp(): string {
  const width = Math.max(...leaves.map(({ name }) => name.length))
  const commands = leaves.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  const lines = [
    'Usage: pixelrow <command> [options]',
    '',
    ...commands,
    '',
    'Start with: pixelrow run',
    'All of it:  pixelrow --help',
  ]
  return lines.join('\n')
}

/** Puts commander's complaint into our words; the fix is a command that is right. */
export function toUsageError({ code, message }: CommanderError, argv: readonly string[]): UsageError {
  const [sentence = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const name = argv.find((word) => names.includes(word))
  const leaf = leaves.find((one) => one.name === name)
  const flag = /(--?[a-z][a-z-]*)[^-]*$/.exec(sentence)?.[1] ?? ''
  const wanted = leaf?.arguments.map(([name]) => name).join(' and ') || 'no arguments'
  const fix = leaf ? `pixelrow ${leaf.name} --help` : 'pixelrow --help'
  if (code === 'commander.optionMissingArgument')
    return new UsageError(`${flag} needs a value, e.g. ${exampleOf(flag)}`, fix)
  if (code === 'commander.missingArgument') return new UsageError(`${leaf?.name} needs ${wanted}`, leaf?.examples[0])
  if (code === 'commander.excessArguments')
    return new UsageError(`${leaf?.name} takes ${wanted}`, leaf?.examples.at(-1))
  if (code === 'commander.help')
    return new UsageError(`unknown command ${argv[1]}${didYouMean(argv[1] ?? '', names)}`, fix)
  const known = exampleOf(flag) ?? ['--json', '--quiet'].find((name) => name === flag)
  if (code === 'commander.unknownOption' && known && argv[0]?.startsWith('-')) {
    return new UsageError(`${flag} comes after a command`, `pixelrow ${leaf?.name ?? 'run'} ${known}`)
  }
  if (code === 'commander.unknownOption' && known) return new UsageError(`${leaf?.name} does not take ${flag}`, fix)
  const hint = suggestion ? ` ${suggestion.replace('(Did', '(did')}` : didYouMean(flag, flagNames)
  return new UsageError(`${sentence.replaceAll("'", '')}${hint}`, fix)
}
