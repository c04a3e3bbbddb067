/** One flag of the command line: how the help writes it, an example that is valid, and how its text becomes a value. */
export interface Flag {
  term: string
  help: string
  example: string
  /** Not there for a flag that takes no value: it is true where it is given. */
  parse?: (text: string) => string | number
  /** It may be given several times; its value is the list. */
  repeated?: true
  default?: string | number
  /** What `--no-…` means, where the flag has such an opposite. */
  opposite?: string
  /** The heading under which the help lists it; default `Options:`. */
  group?: string
}

/** Flags by the names of the options that they set. */
export type FlagSet = Readonly<Record<string, Flag>>

/** What a call sets by these flags: their values by name; what was not given and has no default is not there. */
export type OptionsOf<F> = Flat<
  { [K in Defaulted<F>]: ValueOf<F[K]> } & { [K in Exclude<keyof F, Defaulted<F>>]?: ValueOf<F[K]> }
>

type Defaulted<F> = { [K in keyof F]: F[K] extends { default: unknown } ? K : never }[keyof F]
type Flat<T> = { [K in keyof T]: T[K] }
type ValueOf<F> = F extends { parse: (text: string) => infer T } ? (F extends { repeated: true } ? T[] : T) : boolean

/** Flags whose terms say the names that they are declared under; what a misnamed one becomes is no flag, and no command takes it. */
type Named<F extends FlagSet> = { [K in keyof F]: F[K] extends { term: Term<K> } ? F[K] : { term: Term<K> } }

/** How a flag for the option `testShift` must be written: `--test-shift`, perhaps with a letter before and a value behind. */
type Term<K> = `${'' | `-${string}, `}--${Kebab<K>}${'' | ` <${string}>`}`
type Kebab<K> = K extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `-${Lowercase<Letter>}`}${Kebab<Rest>}`
  : ''

/** Declares flags, each under the name of the option that it sets: `testShift` for `--test-shift`. */
export function defineFlags<const F extends FlagSet>(flags: F): Named<F> {
  return flags as Named<F>
}

/** The same flags under a heading of their own in the help. */
export function grouped<const F extends FlagSet>(group: string, flags: F): F {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { ...flag, group }])) as F
}

/** Some of the flags. */
export function chosen<F extends FlagSet, K extends keyof F>(flags: F, ...names: K[]): Pick<F, K> {
  return Object.fromEntries(names.map((name) => [name, flags[name]])) as Pick<F, K>
}

/** The flags but some. */
export function without<F extends FlagSet, K extends keyof F>(flags: F, ...names: K[]): Omit<F, K> {
  const { ...others } = flags
  for (const name of names) delete others[name]
  return others
}

/** The names of the options that flags set. */
export function namesOf<F extends FlagSet>(flags: F): (keyof F & string)[] {
  return Object.keys(flags)
}

/** Whether a value is one that a flag's own text would give; of a flag that may be repeated, one of them. */
export function isValueOf({ parse }: Pick<Flag, 'parse'>, value: unknown): boolean {
  if (!parse) return typeof value === 'boolean'
  try {
    return parse(String(value)) === value
  } catch {
    return false
  }
}

/** The long form: `--time-budget`. */
export function longOf({ term }: Pick<Flag, 'term'>): string {
  return /--[a-z-]+/.exec(term)![0]
}

/** Each way to write a flag: itself, and its opposite. */
export function waysOf(flag: Flag): Flag[] {
  if (flag.opposite === undefined) return [flag]
  const term = oppositeOf(flag)
  return [flag, { ...flag, term, example: term, help: flag.opposite }]
}

/** `--no-header` for `--header`. */
export function oppositeOf(flag: Pick<Flag, 'term'>): string {
  return longOf(flag).replace('--', '--no-')
}
