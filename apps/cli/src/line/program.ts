import { Command, type CommanderError, Option } from 'commander'
import picocolors from 'picocolors'
import { didYouMean } from '../../../../common/suggest.ts'
import type { Context } from '../main.ts'
import { wrap } from '../terminal/terminal.ts'
import { version } from '../versions.ts'
import { commandOf, groups, type Leaf, leaves, names } from './commands.ts'
import { UsageError } from './errors.ts'
import type { Flag } from './flags/flag.ts'
import { exampleOf, type FlagName, type Flags, flags, kaggleFlags, pictureFlags, readingFlags } from './flags.ts'

const flagNames = ['--json', '--quiet', ...Object.values(flags).map(({ example }) => example.split(' ')[0]!)]
const help = ['-h, --help', 'show this help'] as const

function toOption({ term, help, parse, repeated, default: value }: Flag<string | number>): Option {
  const option = new Option(term, help)
  if (parse && repeated) option.argParser((text, before: unknown[] = []) => [...before, parse(text)])
  else if (parse) option.argParser(parse)
  return value === undefined ? option : option.default(value)
}

function helpGroup(name: FlagName): string | undefined {
  if (pictureFlags.includes(name)) return 'Pictures:'
  if (kaggleFlags.includes(name)) return 'Kaggle:'
  return readingFlags.includes(name) ? 'Reading (found out where not said):' : undefined
}

function examples(lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`
}

function leafCommand(leaf: Leaf, context: () => Context): Command {
  const command = new Command(leaf.name.split(' ').at(-1))
    .summary(leaf.summary)
    .description(leaf.description)
    .helpOption(...help)
  for (const [name, text] of leaf.arguments) command.argument(`<${name}>`, text)
  for (const name of leaf.flags) {
    const [group, option] = [helpGroup(name), toOption(flags[name])]
    command.addOption(group ? option.helpGroup(group) : option)
  }
  command.option('--json', 'print one JSON object instead of text').option('-q, --quiet', 'print the result alone')
  command.addHelpText('after', examples(leaf.examples))
  return command.action((...words: unknown[]) => {
    requireUsed(leaf, command)
    return leaf.run(context(), command.opts<Flags>(), words.slice(0, leaf.arguments.length).flat() as string[])
  })
}

/** Refuses a flag that this call would pass over. */
function requireUsed({ name, only = [] }: Leaf, command: Command): void {
  const optionOf = (flag: FlagName) => new Option(flags[flag].term)
  const longOf = (flag: FlagName) => optionOf(flag).long!
  const given = (flag: FlagName): unknown => command.getOptionValue(optionOf(flag).attributeName())
  // --header and --no-header are one value.
  const isGiven = (flag: FlagName) => {
    const option = optionOf(flag)
    const source = command.getOptionValueSource(option.attributeName())
    return source === 'cli' && option.negate === (given(flag) === false)
  }
  const isSet = (flag: FlagName) => {
    const { default: usual }: Flag<string | number> = flags[flag]
    return isGiven(flag) && given(flag) !== usual
  }
  for (const { flags: names, with: needed, without } of only) {
    const flag = names.find(isGiven)
    if (!flag || (needed?.some(isSet) ?? !(without && isGiven(without)))) continue
    const other = needed ? needed.map((each) => flags[each].example).join(' or ') : longOf(without!)
    throw new UsageError(
      `${name} has no use for ${longOf(flag)} ${needed ? `without ${needed.map(longOf).join(' or ')}` : `with ${other}`}`,
      needed ? `add ${other}, or leave ${longOf(flag)} away` : `leave ${longOf(flag)} away`,
      { code: 'CLI_FLAG_UNUSED', params: { command: name, flag: longOf(flag), needed: needed?.map(longOf) ?? [] } },
    )
  }
}

function groupCommand(name: string): Command {
  const children = leaves.filter((leaf) => leaf.name.startsWith(`${name} `))
  return new Command(name)
    .summary(groups[name]!)
    .description(`Commands that ${groups[name]}.`)
    .usage('<command> [options]')
    .helpOption(...help)
    .helpCommand(false)
    .addHelpText('after', examples(children.map((leaf) => leaf.examples[0]!)))
    .addHelpText('after', `\npixelrow ${name} <command> --help tells all options of a command.`)
}

/** How the list of commands writes one: with its arguments, or with the commands it groups. */
function term(child: Command): string {
  const inner = child.commands.map((one) => one.name()).join('|')
  return [child.name(), ...child.registeredArguments.map((argument) => argument.name()), inner].join(' ').trimEnd()
}

/** Gives a command our habits: no exit and no message of its own, and bold headings where colour is welcome. */
function house(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ styleTitle: (title) => picocolors.bold(title), subcommandTerm: term, minWidthToWrap: 20 })
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
  for (const name of names) {
    const group = name in groups ? house(groupCommand(name)) : root
    for (const leaf of leaves.filter((one) => one.name.split(' ')[0] === name)) {
      group.addCommand(house(leafCommand(leaf, context)))
    }
    if (group !== root) root.addCommand(group)
  }
  return root
}

/** What is shown to somebody who types `pixelrow` alone, in so many columns. */
export function shortHelp(columns: number): string {
  const width = Math.max(...names.map(({ length }) => length))
  const commands = names.map((name) => {
    const summary = groups[name] ?? leaves.find((leaf) => leaf.name === name)!.summary
    const indent = width + 4
    return `  ${name.padEnd(width)}  ${wrap(summary, columns - indent).replaceAll('\n', `\n${' '.repeat(indent)}`)}`
  })
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
  const { leaf, group } = commandOf(argv)
  const flag = /(--?[a-z][a-z-]*)[^-]*$/.exec(sentence)?.[1] ?? ''
  const wanted = leaf?.arguments.map(([name]) => name.replace('...', '')).join(' and ') || 'no arguments'
  const name = leaf?.name ?? group
  const fix = name ? `pixelrow ${name} --help` : 'pixelrow --help'
  const data = { code: 'CLI_USAGE', params: { complaint: code } } as const
  if (code === 'commander.optionMissingArgument')
    return new UsageError(`${flag} needs a value, e.g. ${exampleOf(flag)}`, fix, data)
  if (code === 'commander.missingArgument') return new UsageError(`${name} needs ${wanted}`, leaf?.examples[0], data)
  if (code === 'commander.excessArguments')
    return new UsageError(`${name} takes ${wanted}`, leaf?.examples.at(-1), data)
  if (code === 'commander.help' && argv[0] === 'help')
    return new UsageError(`unknown command ${argv[1]}${didYouMean(argv[1] ?? '', names)}`, 'pixelrow --help', {
      code: 'CLI_COMMAND_UNKNOWN',
      params: { command: argv[1] },
    })
  if (code === 'commander.help' && group) return groupError(group)
  const known = exampleOf(flag) ?? ['--json', '--quiet'].find((one) => one === flag)
  if (code === 'commander.unknownOption' && known) {
    if (argv[0]?.startsWith('-'))
      return new UsageError(`${flag} comes after a command`, `pixelrow ${name ?? 'run'} ${known}`, data)
    return group ? groupError(group) : new UsageError(`${name} does not take ${flag}`, fix, data)
  }
  const hint = suggestion ? ` ${suggestion.replace('(Did', '(did')}` : didYouMean(flag, flagNames)
  return new UsageError(`${sentence.replaceAll("'", '')}${hint}`, fix, data)
}

function groupError(group: string): UsageError {
  const children = leaves.filter((leaf) => leaf.name.startsWith(`${group} `))
  const words = children.map((leaf) => leaf.name.split(' ')[1]!)
  const before = words.slice(0, -1).join(', ')
  const choice = before ? `${before} or ${words.at(-1)}` : words.at(-1)
  return new UsageError(`${group} needs a command: ${choice}`, children[0]!.examples[0], {
    code: 'CLI_COMMAND_UNKNOWN',
    params: { command: group },
  })
}
