import { Option, Command as Parser } from 'commander'
import { commands } from '../commands/list.ts'
import type { Context } from '../context.ts'
import { wrap } from '../terminal/terminal.ts'
import { version } from '../versions.ts'
import type { Command, Group } from './command.ts'
import { isGroup, leaves, names } from './find.ts'
import { commonFlags } from './flags/common.ts'
import { type Flag, waysOf } from './flags/define.ts'
import { requireUsed } from './unused.ts'

const help = ['-h, --help', 'show this help'] as const

function toOption({ term, help, parse, repeated, default: value, group }: Flag): Option {
  const option = new Option(term, help)
  if (parse && repeated) option.argParser((text, before: unknown[] = []) => [...before, parse(text)])
  else if (parse) option.argParser(parse)
  if (value !== undefined) option.default(value)
  return group === undefined ? option : option.helpGroup(group)
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`
}

function leafParser(leaf: Command, context: () => Context): Parser {
  const parser = new Parser(leaf.name.split(' ').at(-1))
    .summary(leaf.summary)
    .description(leaf.description)
    .helpOption(...help)
    .addHelpText('after', examples(leaf.examples))
  for (const [name, text] of leaf.arguments) parser.argument(`<${name}>`, text)
  for (const flag of Object.values({ ...leaf.flags, ...commonFlags }).flatMap(waysOf)) parser.addOption(toOption(flag))
  return parser.action(() => {
    requireUsed(leaf, parser)
    return leaf.run(context(), parser)
  })
}

function groupParser({ name, summary, commands }: Group, context: () => Context): Parser {
  const parser = new Parser(name)
    .summary(summary)
    .description(`Commands that ${summary}.`)
    .usage('<command> [options]')
    .helpOption(...help)
    .helpCommand(false)
    .addHelpText('after', examples(commands.map((leaf) => leaf.examples[0])))
    .addHelpText('after', `\npixelrow ${name} <command> --help tells all options of a command.`)
  for (const leaf of commands) parser.addCommand(house(leafParser(leaf, context), context))
  return parser
}

/** How the list of commands writes one: with its arguments, or with the commands it groups. */
function term(child: Parser): string {
  const inner = child.commands.map((one) => one.name()).join('|')
  return [child.name(), ...child.registeredArguments.map((argument) => argument.name()), inner].join(' ').trimEnd()
}

/** Gives a command our habits: no exit and no message of its own, and bold headings where colour is welcome. */
function house(parser: Parser, context: () => Context): Parser {
  return parser
    .exitOverride()
    .configureOutput({
      writeErr: () => {},
      writeOut: (text) => context().terminal.help(text),
      // The terminal knows.
      stripColor: (text) => text,
    })
    .configureHelp({
      styleTitle: (title) => context().terminal.resultColors.bold(title),
      subcommandTerm: term,
      minWidthToWrap: 20,
    })
}

/** The whole command line; `context` is asked for when a command is carried out. */
export function program(context: () => Context): Parser {
  const root = house(new Parser('pixelrow'), context)
    .description('From a CSV of pixel rows to a trained classifier, an ONNX file and a submission.')
    .usage('<command> [options]')
    .version(version, '-v, --version', 'show the version')
    .helpOption(...help)
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', examples(leaves.map((leaf) => leaf.examples[0])))
    .addHelpText('after', '\npixelrow <command> --help tells all options of a command.')
  for (const one of commands)
    root.addCommand(house(isGroup(one) ? groupParser(one, context) : leafParser(one, context), context))
  return root
}

/** What is shown to somebody who types `pixelrow` alone, in so many columns. */
export function shortHelp(columns: number): string {
  const width = Math.max(...names.map(({ length }) => length))
  const indent = width + 4
  const list = commands.map(({ name, summary }) => {
    return `  ${name.padEnd(width)}  ${wrap(summary, columns - indent).replaceAll('\n', `\n${' '.repeat(indent)}`)}`
  })
  const lines = ['Usage: pixelrow <command> [options]', '', ...list, '']
  return [...lines, 'Start with: pixelrow run', 'All of it:  pixelrow --help'].join('\n')
}
