import type { Command as Parsed } from 'commander'
import type { Context } from '../context.ts'
import type { CommonOptions } from './flags/common.ts'
import type { FlagSet, OptionsOf } from './flags/define.ts'

/** The words of one command: its arguments, its flags, and examples that can be pasted. */
export interface CommandWords<F extends FlagSet = FlagSet> {
  /** `train`, or `data head` for one of a group. */
  name: string
  summary: string
  description: string
  /** The last may end in `...`: one or more. */
  arguments: readonly (readonly [name: string, help: string])[]
  flags: F
  /** Flags that do nothing unless one of others is given, or while another is: such a call is refused. */
  only?: readonly Only<keyof F & string>[]
  examples: readonly [string, ...string[]]
}

/** Flags that mean something only with one of others, or only without. */
export interface Only<Name extends string = string> {
  flags: readonly Name[]
  with?: readonly Name[]
  without?: Name
}

/** What a call of a command sets. */
export type CallOptions<C extends { flags: FlagSet }> = OptionsOf<C['flags']> & CommonOptions

/** The work of a command: what its module exports as `run`. `words` are the arguments, as many as the command's words say. */
export type Work<F extends FlagSet> = (
  context: Context,
  options: OptionsOf<F> & CommonOptions,
  ...words: string[]
) => Promise<void>

/** A command with its work. */
export interface Command extends CommandWords {
  run(context: Context, parsed: Pick<Parsed, 'args' | 'opts'>): Promise<void>
}

/** Commands under a name of their own: `pixelrow data head`. */
export interface Group {
  name: string
  summary: string
  commands: readonly Command[]
}

/** Declares the words of a command. */
export function defineCommand<const F extends FlagSet>(words: CommandWords<F>): CommandWords<F> {
  return words
}

/** Joins a command's words and its work, whose module, and with it the packages that it wires, is loaded when the command is carried out. */
export function withWork<F extends FlagSet>(words: CommandWords<F>, load: () => Promise<{ run: Work<F> }>): Command {
  return {
    ...words,
    only: words.only ?? [],
    run: async (context, parsed) => {
      const { run } = await load()
      return run(context, parsed.opts<OptionsOf<F> & CommonOptions>(), ...parsed.args)
    },
  }
}
