import type { Context } from '../../context.ts'
import { UsageError } from '../../line/errors.ts'
import { examine, tellChecked } from '../../submission/examine.ts'
import { referenceFor } from '../../submission/reference.ts'
import { many } from '../../terminal/table.ts'
import type { CheckSubmissionOptions } from './command.ts'

/** `pixelrow check-submission FILE --test test.csv`: whether it is what Kaggle will take, else the first line that is not. */
export async function run(context: Context, flags: CheckSubmissionOptions, file: string): Promise<void> {
  const { terminal } = context
  await examine(context, file)
  const reference = await referenceFor(context, flags, file)
  if (!reference)
    throw new UsageError(`What shall ${file} be checked against?`, 'add --test test.csv', {
      code: 'CLI_TEST_MISSING',
      params: { file },
    })
  const found = await examine(context, file, reference)
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
  terminal.result(`${file}: ${many(found.rows, 'row')}, checked against ${test}`)
}
