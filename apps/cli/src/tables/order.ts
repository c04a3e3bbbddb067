import { findModel } from '../files/model.ts'
import type { CommandWords } from '../line/command.ts'
import { UsageError } from '../line/errors.ts'
import { command } from '../line/paste.ts'
import { wordsAsGiven } from '../line/words.ts'

/** Refuses a table in the model's place. */
export async function requireOrder(
  { name, flags }: Pick<CommandWords, 'name' | 'flags'>,
  options: object,
  [model, path]: [string, string],
): Promise<void> {
  if ((await findModel(model)) || !(await findModel(path))) return
  throw new UsageError(
    'The arguments are swapped: first the model, then the CSV',
    command(name, path, model, ...wordsAsGiven(flags, options)),
    { code: 'CLI_ARGUMENTS_SWAPPED', params: {} },
  )
}
