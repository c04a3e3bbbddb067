import { isA } from '../../../../common/kinds.ts'
import { like, listOf, signal, text, whole } from '../../../../common/options.ts'
import { DataError } from '../error.ts'
import { check } from '../options.ts'
import type { ReadOptions, SubmissionRows } from '../types.ts'

/** How a submission is read: its name in errors, and what ends the reading. */
export type SubmissionOptions = Pick<ReadOptions, 'name' | 'signal'>

/** Checks the options of a function that reads a submission. */
export const checkReading = (where: string, options: SubmissionOptions): void =>
  check<SubmissionOptions>(where, options, { name: text, signal })

/** Checks what a submission is to hold. Throws a DataError for an id that stands in it twice. */
export function checkSubmission(where: string, submission: SubmissionRows): void {
  const texts = (what: string) => listOf(`a list of ${what}`, text)
  check<SubmissionRows>(where, submission, {
    // Where they are no classes, what is wrong with them is said by row.
    labels: like('a Uint16Array or a list of texts', (labels) => Array.isArray(labels) || isA(labels, 'Uint16Array')),
    classes: texts('texts'),
    ids: texts('texts'),
    firstId: whole(0),
    header: like(
      'two names',
      (header) => Array.isArray(header) && header.length === 2 && header.every((name) => typeof name === 'string'),
    ),
  })
  const { ids = [] } = submission
  const seen = new Set<string>()
  const second = ids.findIndex((id) => seen.size === seen.add(id).size)
  if (second < 0) return
  const id = ids[second]!
  const rows: [number, number] = [ids.indexOf(id), second]
  const problem = `${where}: id '${id}' stands in row ${rows[0]} and in row ${second} (the first is 0)`
  const params = { id, rows }
  throw new DataError({ code: 'DATA_ID_DUPLICATE', params, problem, advice: 'Each id may stand in a submission once.' })
}
