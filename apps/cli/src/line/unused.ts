import type { Command as Parsed } from 'commander'
import type { Command } from './command.ts'
import { UsageError } from './errors.ts'
import { longOf, oppositeOf } from './flags/define.ts'

/** Refuses a flag that this call would pass over. */
export function requireUsed({ name, flags, only = [] }: Command, parsed: Parsed): void {
  const isGiven = (option: string) => parsed.getOptionValueSource(option) === 'cli'
  const isSet = (option: string) => isGiven(option) && parsed.getOptionValue(option) !== flags[option]!.default
  const written = (option: string) =>
    parsed.getOptionValue(option) === false ? oppositeOf(flags[option]!) : longOf(flags[option]!)
  for (const { flags: names, with: needed, without } of only) {
    const given = names.find(isGiven)
    if (!given || (needed?.some(isSet) ?? !(without && isGiven(without)))) continue
    const flag = written(given)
    const other = needed ? needed.map((each) => flags[each]!.example).join(' or ') : longOf(flags[without!]!)
    const longs = needed?.map((each) => longOf(flags[each]!)) ?? []
    throw new UsageError(
      `${name} has no use for ${flag} ${needed ? `without ${longs.join(' or ')}` : `with ${other}`}`,
      needed ? `add ${other}, or leave ${flag} away` : `leave ${flag} away`,
      { code: 'CLI_FLAG_UNUSED', params: { command: name, flag, needed: longs } },
    )
  }
}
