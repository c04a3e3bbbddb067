import type { CommandWords } from '../line/command.ts'
import { UsageError } from '../line/errors.ts'
import { command } from '../line/paste.ts'
import { wordsAsGiven } from '../line/words.ts'

/** Refuses a table in the model's place. */
export function requireOrder(
  { name, flags }: Pick<CommandWords, 'name' | 'flags'>,
  options: object,
  [model, path]: [string, string],
): void {
  const isModel = (file: string) => /\.onnx$/i.test(file)
  if (isModel(model) || !isModel(path)) return
  throw new UsageError(
    'The arguments are swapped: first the model, then the CSV',
    command(name, path, model, ...wordsAsGiven(flags, options)),
  )
}
