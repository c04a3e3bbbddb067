import { type FlagSet, longOf, type OptionsOf, oppositeOf } from './flags/define.ts'

/** The words that set the options of some flags again, in the flags' order; those at their defaults are left out. */
export function wordsOf<F extends FlagSet>(flags: F, options: Partial<OptionsOf<F>>): string[] {
  return wordsAsGiven(flags, picked(flags, options))
}

/** The same in the order of the options; what is no option of these flags is left out. */
export function wordsAsGiven(flags: FlagSet, options: object): string[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const flag = flags[name]
    if (!flag || value === undefined || value === flag.default) return []
    if (typeof value === 'boolean') return [value ? longOf(flag) : oppositeOf(flag)]
    return [value].flat().flatMap((one) => [longOf(flag), String(one)])
  })
}

/** The options that some flags set, in the flags' order; those of other flags are left out. */
export function picked<F extends FlagSet>(flags: F, options: Partial<OptionsOf<F>>): Partial<OptionsOf<F>> {
  const values: Record<string, unknown> = { ...options }
  const given = Object.keys(flags).flatMap((name) =>
    values[name] === undefined ? [] : [[name, values[name]] as const],
  )
  return Object.fromEntries(given) as Partial<OptionsOf<F>>
}
