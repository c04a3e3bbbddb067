import { readSubmissionRows } from '@pixelrow/data'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'
import { count, many } from '../terminal/table.ts'
import type { SubmissionFile } from './argument.ts'
import { checker, type Expected, type Wrong, wrongInAnyOrder } from './check.ts'
import { countedSentence } from './frame.ts'
import type { Reference } from './reference.ts'

/** What is in a submission. */
export interface Examined {
  rows: number
  header: [string, string]
  /** How many rows have each label. */
  perLabel: Record<string, number>
  /** The rows stand in another order than the reference's: Kaggle goes by the ids. */
  otherOrder?: true
}

/**
 * Reads a submission, and refuses it by the first line that is not as the reference has it; lines are counted as an editor does. The order of the rows may be another.
 */
export async function examine(
  { signal }: Context,
  { name, source }: SubmissionFile,
  reference?: Reference,
): Promise<Examined> {
  const found: Omit<Examined, 'perLabel'> = { rows: 0, header: ['', ''] }
  const perLabel = new Map<string, number>()
  const expected = reference && expectedBy(reference)
  const check = expected && checker(expected)
  const all = { ids: [] as string[], labels: [] as string[], lines: [] as number[] }
  let wrong: (Wrong & { line: number }) | undefined
  let last = 0
  for await (const piece of readSubmissionRows(source, { name, signal })) {
    const { header, headerLine, labels, lines } = piece
    const before = found.rows
    wrong ??= placed(check?.wrongIn(piece), (row) => (row === 0 ? headerLine : lines[row - 1 - before]!))
    found.header = header
    found.rows += labels.length
    last = lines.at(-1)!
    if (expected) for (const [row, id] of piece.ids.entries()) keep(all, id, labels[row]!, lines[row]!)
    for (const label of labels) perLabel.set(label, (perLabel.get(label) ?? 0) + 1)
  }
  wrong ??= placed(check?.wrongAtEnd(), () => last + 1)
  const otherOrder = wrong?.isId === true && expected !== undefined
  if (otherOrder) wrong = placed(wrongInAnyOrder(all, expected, wrong!), (row) => all.lines[row - 1]!)
  if (wrong && reference) throw wrongError(name, wrong, found.rows, reference)
  return { ...found, perLabel: Object.fromEntries(perLabel), ...(otherOrder && { otherOrder }) }
}

function keep(
  all: { ids: string[]; labels: string[]; lines: number[] },
  id: string,
  label: string,
  line: number,
): void {
  all.ids.push(id)
  all.labels.push(label)
  all.lines.push(line)
}

const expectedBy = ({ header, ids, labels }: Reference): Expected => ({
  header,
  idOf: (row) => ids[row],
  rows: ids.length,
  labels: labels?.rule,
})

const placed = (wrong: Wrong | undefined, line: (row: number) => number) => wrong && { ...wrong, line: line(wrong.row) }

function wrongError(file: string, wrong: Wrong & { line: number }, rows: number, reference: Reference): JobError {
  const { line, expected, found } = wrong
  const { ids, test, labels } = reference
  const counts =
    rows === ids.length ? '' : `; it has ${many(rows, 'row')}, ${test ?? 'the sample'} ${count(ids.length)}`
  const fix = expected === labels?.rule.expected ? labels.fix : undefined
  const params = { file, row: line, expected, found, rows: { expected: ids.length, found: rows } }
  return new JobError(`${file} row ${line}: expected ${expected}, found ${found}${counts}`, fix, {
    code: 'CLI_SUBMISSION_WRONG',
    params,
  })
}

/** Says what it was compared with, and what was not compared. */
export function tellChecked(
  { terminal }: Context,
  { rows, perLabel, otherOrder }: Examined,
  reference: Reference,
): void {
  const { sample, test, labels, counted } = reference
  terminal.note(
    sample
      ? `Header and ${many(rows, 'id')} are those of ${sample.name}, in ${otherOrder ? 'another order: Kaggle goes by the ids' : 'its order'}`
      : `No sample found: header ImageId,Label assumed; ${counted ? `ids from 1 to ${count(rows)}` : `ids as in ${test}`}`,
  )
  if (test && counted) terminal.note(countedSentence(test, counted, sample))
  if (labels) terminal.note(labels.says)
  else terminal.note('Which labels there are is not known: they were not compared')
  const [only, ...others] = Object.keys(perLabel)
  if (rows > 1 && others.length === 0) terminal.note(`Every label is ${only}: is this the sample?`)
}
