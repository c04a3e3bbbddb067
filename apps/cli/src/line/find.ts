import { commands } from '../commands/list.ts'
import type { Command, Group } from './command.ts'
import { commonFlags } from './flags/common.ts'
import { type Flag, longOf, waysOf } from './flags/define.ts'

/** The names that may follow `pixelrow`. */
export const names = commands.map(({ name }) => name)

/** Every command, those of groups among them. */
export const leaves: readonly Command[] = commands.flatMap((one) => (isGroup(one) ? one.commands : [one]))

export function isGroup(one: Command | Group): one is Group {
  return 'commands' in one
}

/** The command that a line means, and the group where it names no more than that. */
export function commandOf(argv: readonly string[]): { leaf?: Command | undefined; group?: Group | undefined } {
  const place = argv.findIndex((word) => names.includes(word))
  const found = commands.find(({ name }) => name === argv[place])
  if (!found || !isGroup(found)) return { leaf: found }
  const leaf = found.commands.find(({ name }) => name === `${found.name} ${argv[place + 1]}`)
  return leaf ? { leaf } : { group: found }
}

/** The flags that every command takes. */
export const everywhere = Object.values(commonFlags).map(longOf)

/** Each way to write a flag of a command. */
const waysIn = ({ flags }: Command): Flag[] => Object.values(flags).flatMap(waysOf)

/** Every flag of every command, in its long form, the longest first: of two that are as many letters away, the longer one is nearer. */
export const flagNames = [...new Set([...everywhere, ...leaves.flatMap(waysIn).map(longOf)])].sort(
  (one, other) => other.length - one.length,
)

/** The valid example of a flag as the user wrote it, of the command that was named where that has it: `--epochs` → `--epochs 8`. */
export function exampleOf(flag: string, leaf?: Command): string | undefined {
  const ways = [...(leaf ? [leaf] : []), ...leaves].flatMap(waysIn)
  return ways.find(({ term }) => term.split(/[ ,]+/).includes(flag))?.example
}
