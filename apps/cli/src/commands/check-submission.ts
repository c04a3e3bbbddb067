import { readFile } from 'node:fs/promises'
import { readSubmission, type Submission } from '@pixelrow/data'
import { JobError, UsageError } from '../line/errors.ts'
import type { Flags } from '../line/flags.ts'
import type { Context } from '../main.ts'
import { firstWrong } from '../submission/check.ts'
import { type Reference, referenceFor } from '../submission/reference.ts'
import { count, many } from '../terminal/table.ts'

/** `pixelrow check-submission FILE --test test.csv`: whether it is what Kaggle will take, else the first line that is not. */
export async function checkSubmission(context: Context, flags: Flags, file: string): Promise<void> {
  const { terminal } = context
  const submission = await readSubmission(file)
  const reference = await referenceFor(context, flags, file)
  if (!reference) throw new UsageError(`What shall ${file} be checked against?`, 'add --test test.csv')
  await requireRight(file, submission, reference)
  tellChecked(context, submission, reference)
  const { header, labels } = submission
  const { test, sample, classes } = reference
  terminal.json({ file, rows: labels.length, header, test, sample, classes, perLabel: perLabel(labels) })
  terminal.result(`${file}: ${many(labels.length, 'row')}, checked against ${test}`)
}

/** Refuses a submission by the first line that is wrong, as an editor counts lines. */
export async function requireRight(file: string, submission: Submission, reference: Reference): Promise<void> {
  const wrong = firstWrong(submission, reference)
  if (!wrong) return
  const { row, expected, found } = wrong
  const [rows, wanted] = [submission.ids.length, reference.ids.length]
  const counts =
    rows === wanted ? '' : `; it has ${many(rows, 'row')}, ${reference.test ?? 'the sample'} ${count(wanted)}`
  throw new JobError(`${file} row ${await lineOf(file, row)}: expected ${expected}, found ${found}${counts}`)
}

/** Says what it was compared with, and what is odd all the same. */
export function tellChecked({ terminal }: Context, { labels }: Submission, reference: Reference): void {
  const { sample, classes, classesFrom } = reference
  terminal.note(
    sample ? `Header and ids are those of ${sample}` : 'Header and ids are as in Digit Recognizer: from 1 on',
  )
  if (classes) terminal.note(`Every label is one of the ${many(classes.length, 'class', 'classes')} in ${classesFrom}`)
  else terminal.note('Which labels there are is not known: they were not checked')
  if (labels.length > 1 && new Set(labels).size === 1) terminal.note(`Every label is ${labels[0]}: is this the sample?`)
}

function perLabel(labels: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

/** The number of a row's line, blank ones counted; row 0 is the header. */
async function lineOf(file: string, row: number): Promise<number> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  let seen = -1
  const place = lines.findIndex((line) => line.trim() !== '' && ++seen === row)
  return place < 0 ? lines.length : place + 1
}
