import type { Context } from '../../context.ts'
import { UsageError } from '../../line/errors.ts'
import { submissionAt, submissionIn } from '../../submission/argument.ts'
import { examine, tellChecked } from '../../submission/examine.ts'
import { referenceFor } from '../../submission/reference.ts'
import { standardInput } from '../../tables/argument.ts'
import { many } from '../../terminal/table.ts'
import type { CheckSubmissionOptions } from './command.ts'

/** `pixelrow check-submission FILE --test test.csv`: whether it is what Kaggle will take, else the first line that is not. */
export async function run(context: Context, flags: CheckSubmissionOptions, word: string): Promise<void> {
  const { terminal } = context
  const file = await submissionIn(word)
  requireOneInput(flags, file)
  const submission = await submissionAt(context, file, 'pixelrow check-submission - < submission.csv')
  const { name } = submission
  await examine(context, submission)
  const reference = await referenceFor(context, flags, file)
  if (!reference)
    throw new UsageError(`What shall ${name} be checked against?`, 'add --test test.csv', {
      code: 'CLI_TEST_MISSING',
      params: { file },
    })
  const found = await examine(context, submission, reference)
  tellChecked(context, found, reference)
  const { test, sample, labels } = reference
  terminal.json({
    file,
    ...found,
    test,
    sample: sample?.name,
    classes: labels?.classes,
    labelsCompared: labels !== undefined,
  })
  terminal.result(`${name}: ${many(found.rows, 'row')}, checked against ${test}`)
}

/** Standard input can be one of the two. */
function requireOneInput({ test }: CheckSubmissionOptions, file: string): void {
  if (file !== standardInput || test !== standardInput) return
  throw new UsageError('The submission and --test both want standard input', 'name a file for one of them', {
    code: 'CLI_STDIN_TWICE',
    params: {},
  })
}
