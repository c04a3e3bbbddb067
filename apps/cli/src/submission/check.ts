import type { Submission } from '@pixelrow/data'
import type { Frame } from './frame.ts'

/** The first line of a submission that is not as it must be; its header is row 0, the line after it row 1. */
export interface Wrong {
  row: number
  expected: string
  found: string
}

/** What a submission must be like: its names and ids, and its labels where the classes are known. */
export type Expected = Pick<Frame, 'header' | 'ids'> & { classes?: readonly string[] | undefined }

/** The first thing wrong with a submission: header, ids in their order, labels among the classes, number of rows. */
export function firstWrong({ header, ids, labels }: Submission, expected: Expected): Wrong | undefined {
  const { classes } = expected
  if (header.join() !== expected.header.join()) {
    return { row: 0, expected: `the header ${expected.header.join()}`, found: header.join() }
  }
  const known = classes && new Set(classes)
  for (let row = 0; row < ids.length; row++) {
    const [id, label, wanted] = [ids[row]!, labels[row]!, expected.ids[row]]
    if (wanted === undefined) return { row: row + 1, expected: `the end of the file`, found: `id ${id}` }
    if (id !== wanted) return { row: row + 1, expected: `id ${wanted}`, found: id }
    if (label === '' || (known && !known.has(label))) {
      return { row: row + 1, expected: classesText(classes), found: label === '' ? 'no label' : label }
    }
  }
  if (ids.length === expected.ids.length) return undefined
  return { row: ids.length + 1, expected: `id ${expected.ids[ids.length]}`, found: 'the end of the file' }
}

function classesText(classes: readonly string[] | undefined): string {
  if (!classes) return 'a label'
  const shown = classes.length > 20 ? [...classes.slice(0, 19), `… ${classes.at(-1)}`] : classes
  return `one of the classes ${shown.join(', ')}`
}

/** The share of a submission's labels that are those of the solution, row by row of equal ids. */
export function score(submission: Submission, solution: Submission): number {
  const truth = new Map(solution.ids.map((id, row) => [id, solution.labels[row]!]))
  const right = submission.ids.filter((id, row) => truth.get(id) === submission.labels[row]).length
  return right / solution.ids.length
}
