import { DataError, submissionText } from '@pixelrow/data'
import type { Context } from '../../context.ts'
import { claimOutput } from '../../files/claiming.ts'
import { requireApart } from '../../files/destination.ts'
import { UsageError } from '../../line/errors.ts'
import { command } from '../../line/paste.ts'
import { wordsOf } from '../../line/words.ts'
import { type SubmissionFile, submissionAt, submissionIn } from '../../submission/argument.ts'
import { examine, tellChecked } from '../../submission/examine.ts'
import { formError, type OtherForm, otherForm } from '../../submission/form.ts'
import { type Reference, referenceFor } from '../../submission/reference.ts'
import { readBack, submissionCheck } from '../../submission/write.ts'
import { standardInput } from '../../tables/argument.ts'
import { many } from '../../terminal/table.ts'
import { type CheckSubmissionOptions, checkSubmissionCommand } from './command.ts'

/** `pixelrow check-submission FILE --test test.csv`: whether it is what Kaggle will take, else the first line that is not. */
export async function run(context: Context, flags: CheckSubmissionOptions, word: string): Promise<void> {
  const { terminal } = context
  const file = await submissionIn(word)
  requireOneInput(flags, file)
  const submission = await submissionAt(context, file, 'pixelrow check-submission - < submission.csv')
  const { name } = submission
  const unread = await examine(context, submission).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (unread && !isForm(unread)) throw unread
  const reference = await referenceFor(context, flags, file).catch((error: unknown) => {
    throw unread ?? error
  })
  if (!reference)
    throw (
      unread ??
      new UsageError(`What shall ${name} be checked against?`, 'add --test test.csv', {
        code: 'CLI_TEST_MISSING',
        params: { file },
      })
    )
  const form = await otherForm(submission, reference)
  if (form && form.faults.length > 0) return writeRight(context, flags, submission, { reference, form })
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

/** Whether a file is read, and only its form is no submission's. */
const isForm = (error: unknown): boolean =>
  error instanceof DataError && ['DATA_SUBMISSION_COLUMNS', 'DATA_CELLS_COUNT', 'DATA_ID_EMPTY'].includes(error.code)

/** Writes what a submission says in the right form, where that is asked for; else refuses it, with the command that does. */
async function writeRight(
  context: Context,
  flags: CheckSubmissionOptions,
  { name, source }: SubmissionFile,
  { reference, form }: { reference: Reference; form: OtherForm },
): Promise<void> {
  const { terminal, signal, kept } = context
  const { fix: out, force } = flags
  if (out === undefined) {
    const words = ['check-submission', name, ...wordsOf(checkSubmissionCommand.flags, flags), '--fix', rightName(name)]
    const fix = typeof source === 'string' ? command(...words) : 'add --fix FILE, and the right one is written'
    throw formError(name, form, fix)
  }
  await requireApart([out], [typeof source === 'string' ? source : undefined, reference.test], '--fix')
  await using output = await claimOutput(context, out, { by: 'check-submission', force })
  const { header, ids, labels, test } = reference
  const text = submissionText({ header, ids: [...ids], labels: form.labels })
  const written = await output.write(output.name, text, { signal })
  const expected = { header, idOf: (row: number) => ids[row], rows: ids.length, labels: labels?.rule }
  await readBack(written, { signal, check: submissionCheck(out, () => expected), shown: out })
  await output.commit({ from: { inputs: [], options: [] } })
  kept.push(out)
  terminal.note(`${name}: ${form.says}`)
  terminal.json({ file: name, fixed: out, faults: form.faults, rows: ids.length, header, test })
  terminal.result(`${out}: ${many(ids.length, 'row')}, checked against ${test}`)
}

const rightName = (name: string): string => `${name.replace(/(\.csv)?(\.gz|\.zip)?$/i, '')}-right.csv`

/** Standard input can be one of the two. */
function requireOneInput({ test }: CheckSubmissionOptions, file: string): void {
  if (file !== standardInput || test !== standardInput) return
  throw new UsageError('The submission and --test both want standard input', 'name a file for one of them', {
    code: 'CLI_STDIN_TWICE',
    params: {},
  })
}
