import type { CommanderError } from 'commander'
import { didYouMean } from '../../../../common/suggest.ts'
import type { Group } from './command.ts'
import { UsageError } from './errors.ts'
import { commandOf, everywhere, exampleOf, flagNames, names } from './find.ts'

/** Puts commander's complaint into our words; the fix is a command that is right. */
export function toUsageError({ code, message }: CommanderError, argv: readonly string[]): UsageError {
  const [sentence = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const { leaf, group } = commandOf(argv)
  const flag = /(--?[a-z][a-z-]*)[^-]*$/.exec(sentence)?.[1] ?? ''
  const wanted = leaf?.arguments.map(([name]) => name.replace('...', '')).join(' and ') || 'no arguments'
  const name = leaf?.name ?? group?.name
  const fix = name ? `pixelrow ${name} --help` : 'pixelrow --help'
  const data = { code: 'CLI_USAGE', params: { complaint: code } } as const
  if (code === 'commander.optionMissingArgument')
    return new UsageError(`${flag} needs a value, e.g. ${exampleOf(flag, leaf)}`, fix, data)
  if (code === 'commander.missingArgument') return new UsageError(`${name} needs ${wanted}`, leaf?.examples[0], data)
  if (code === 'commander.excessArguments')
    return new UsageError(`${name} takes ${wanted}`, leaf?.examples.at(-1), data)
  if (code === 'commander.help' && argv[0] === 'help')
    return new UsageError(`unknown command ${argv[1]}${didYouMean(argv[1] ?? '', names)}`, 'pixelrow --help', {
      code: 'CLI_COMMAND_UNKNOWN',
      params: { command: argv[1] },
    })
  if (code === 'commander.help' && group) return groupError(group)
  const known = exampleOf(flag, leaf) ?? everywhere.find((one) => one === flag)
  if (code === 'commander.unknownOption' && known) {
    if (argv[0]?.startsWith('-'))
      return new UsageError(`${flag} comes after a command`, `pixelrow ${name ?? 'run'} ${known}`, data)
    return group ? groupError(group) : new UsageError(`${name} does not take ${flag}`, fix, data)
  }
  const hint = suggestion ? ` ${suggestion.replace('(Did', '(did')}` : didYouMean(flag, flagNames)
  return new UsageError(`${sentence.replaceAll("'", '')}${hint}`, fix, data)
}

function groupError({ name, commands }: Group): UsageError {
  const words = commands.map((leaf) => leaf.name.split(' ')[1]!)
  const before = words.slice(0, -1).join(', ')
  const choice = before ? `${before} or ${words.at(-1)}` : words.at(-1)
  return new UsageError(`${name} needs a command: ${choice}`, commands[0]?.examples[0], {
    code: 'CLI_COMMAND_UNKNOWN',
    params: { command: name },
  })
}
