import type { Submission } from '@pixelrow/data'

/** The first line of a submission that is not as it must be; its header is row 0, the line after it row 1. */
export interface Wrong {
  row: number
  expected: string
  found: string
  /** It is another id than the one of this row. */
  isId?: true
}

/** What a submission must be like. */
export interface Expected {
  header: readonly [string, string]
  /** The id of each row, from 0; undefined where it is not known. */
  idOf(row: number): string | undefined
  rows: number
  labels?: LabelRule | undefined
}

/** Which labels there may be. */
export interface LabelRule {
  /** What errors call them: `one of the classes 0, 1, 2`. */
  expected: string
  fits(label: string): boolean
}

/** Labels that are the classes' texts. */
export function classRule(classes: readonly string[]): LabelRule {
  const known = new Set(classes)
  const shown = classes.length > 20 ? [...classes.slice(0, 19), `… ${classes.at(-1)}`] : classes
  return { expected: `one of the classes ${shown.join(', ')}`, fits: (label) => known.has(label) }
}

/** Looks at a submission piece by piece. */
export interface Checker {
  /** The first thing wrong with the next rows. */
  wrongIn(piece: Submission): Wrong | undefined
  /** To be called after the last piece. */
  wrongAtEnd(): Wrong | undefined
}

/** Checks header, ids in their order, labels and number of rows. */
export function checker({ header, idOf, rows, labels: rule }: Expected): Checker {
  let row = 0
  const wrongRow = (id: string, label: string): Omit<Wrong, 'row'> | undefined => {
    const wanted = idOf(row)
    if (row >= rows) return { expected: 'the end of the file', found: `id ${id}` }
    if (wanted !== undefined && id !== wanted) return { expected: `id ${wanted}`, found: id, isId: true }
    if (label === '') return { expected: rule?.expected ?? 'a label', found: 'no label' }
    return rule && !rule.fits(label) ? { expected: rule.expected, found: label } : undefined
  }
  return {
    wrongIn({ header: found, ids, labels }) {
      if (found.join() !== header.join())
        return { row: 0, expected: `the header ${header.join()}`, found: found.join() }
      for (let at = 0; at < ids.length; at++) {
        const wrong = wrongRow(ids[at]!, labels[at]!)
        if (wrong) return { row: row + 1, ...wrong }
        row++
      }
      return undefined
    },
    wrongAtEnd() {
      if (row === rows) return undefined
      return { row: row + 1, expected: `id ${idOf(row) ?? row + 1}`, found: 'the end of the file' }
    },
  }
}

/** What is wrong with rows that stand in another order than the reference's: nothing where each id is there once and every label fits. `ordered` is what is wrong in its order. */
export function wrongInAnyOrder(
  { ids, labels }: Pick<Submission, 'ids' | 'labels'>,
  { idOf, rows, labels: rule }: Expected,
  ordered: Wrong,
): Wrong | undefined {
  const known = new Set(Array.from({ length: rows }, (_, row) => idOf(row)))
  const isComplete =
    ids.length === rows && known.size === rows && new Set(ids).size === rows && ids.every((id) => known.has(id))
  if (!isComplete) return ordered
  const row = labels.findIndex((label) => label === '' || (rule && !rule.fits(label)))
  if (row < 0) return undefined
  return { row: row + 1, expected: rule?.expected ?? 'a label', found: labels[row] || 'no label' }
}

/** The share of a submission's labels that are those of the solution, row by row of equal ids. */
export function score(submission: Submission, solution: Submission): { right: number; rows: number } {
  const truth = new Map(solution.ids.map((id, row) => [id, solution.labels[row]!]))
  const right = submission.ids.filter((id, row) => truth.get(id) === submission.labels[row]).length
  return { right, rows: solution.ids.length }
}
